package dev.weakref.sample;

import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.function.Supplier;

/** Somebody who works without a pause: opens workspaces, looks at them, closes some, and forgets others. */
final class LoadUser {

    /** Between two that are forgotten: their connections have to last until their sessions have ended. */
    private static final Duration PAUSE = Duration.ofMillis(500);

    /** As many as stay open at most. */
    private static final int DESK = 8;

    private final RunningApplication application;
    private final LoadFigures figures;
    private final Random random;
    private final Visitor visitor;
    private final Deque<String> open = new ArrayDeque<>();
    private long forgot = System.nanoTime();

    LoadUser(RunningApplication application, LoadFigures figures, int number) {
        this.application = application;
        this.figures = figures;
        this.random = new Random(number);
        this.visitor = application.visitor();
    }

    /** How many workspaces are open, as this user knows. */
    int open() {
        return open.size();
    }

    void work(Supplier<Boolean> goOn) {
        while (goOn.get()) {
            step();
        }
    }

    /** As {@link #work}, until the application has gone; whatever it answers before is counted like all else. */
    void workUntilTheEnd() {
        try {
            while (true) {
                step();
            }
        } catch (UncheckedIOException e) {
            // nobody listens any more
        }
    }

    /** Uses whatever is open, so that it takes back what a restart of the database took. */
    void useAll() {
        ask(() -> visitor.get("/workspaces"));
    }

    private void step() {
        switch (random.nextInt(5)) {
            case 0 -> forget();
            case 1, 2 -> {
                if (open.size() < DESK) {
                    openOne();
                }
                look();
            }
            case 3 -> {
                look();
                close();
            }
            default -> ask(() -> visitor.get("/workspaces"));
        }
    }

    private void openOne() {
        HttpResponse<String> answer = ask(() -> visitor.open(picture()));
        if (answer.statusCode() == 201) {
            open.add(answer.headers().firstValue("Location").orElseThrow());
        }
    }

    private void look() {
        if (!open.isEmpty()) {
            ask(() -> visitor.get(open.peek() + "/preview?width=" + (16 + random.nextInt(64))));
        }
    }

    /** Closed in any case: the application lets go of it even where the database does not answer. */
    private void close() {
        if (!open.isEmpty()) {
            String place = open.remove();
            ask(() -> visitor.delete(place));
        }
    }

    /** In a session that expires and that nobody comes back to. */
    private void forget() {
        if (System.nanoTime() - forgot < PAUSE.toNanos()) {
            return;
        }
        forgot = System.nanoTime();
        Visitor leaving = application.visitor();
        ask(() -> leaving.open(picture(), Duration.ofSeconds(1)));
    }

    private String picture() {
        return random.nextBoolean() ? "cat" : "dog";
    }

    private HttpResponse<String> ask(Supplier<HttpResponse<String>> request) {
        return figures.count(request);
    }
}

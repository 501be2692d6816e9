package dev.weakref.sample;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;

/** What the users of the application have been answered, and how soon. For use by any thread. */
final class LoadFigures {

    private final List<String> failures = new ArrayList<>();
    private List<Long> micros = new ArrayList<>();
    private long requests;
    private long refused;
    private long counted;

    /** How often the database went or came; odd while it is down. */
    private int changes;

    /** A refusal counts as a failure, but for a 503 if the database was down at some moment of the request. */
    HttpResponse<String> count(Supplier<HttpResponse<String>> request) {
        int before = changes();
        long start = System.nanoTime();
        HttpResponse<String> answer = request.get();
        long took = System.nanoTime() - start;
        synchronized (this) {
            requests++;
            micros.add(took / 1000);
            if (answer.statusCode() == 503 && (changes != before || before % 2 != 0)) {
                refused++;
            } else if (answer.statusCode() >= 400) {
                failures.add("%s %s: %s".formatted(answer.request(), answer.statusCode(), answer.body()));
            }
        }
        return answer;
    }

    private synchronized int changes() {
        return changes;
    }

    void databaseDownDuring(Runnable restart) {
        change();
        try {
            restart.run();
        } finally {
            change();
        }
    }

    private synchronized void change() {
        changes++;
    }

    synchronized List<String> failures() {
        return List.copyOf(failures);
    }

    synchronized long requests() {
        return requests;
    }

    synchronized long requestsSinceLastTime() {
        long since = requests - counted;
        counted = requests;
        return since;
    }

    /** Answered 503 while the database was down. */
    synchronized long refused() {
        return refused;
    }

    /** The time within which 99 of 100 requests were answered since it was last asked for. */
    synchronized Duration percentile99() {
        List<Long> all = micros;
        micros = new ArrayList<>();
        if (all.isEmpty()) {
            return Duration.ZERO;
        }
        Collections.sort(all);
        return Duration.ofNanos(1000 * all.get((int) (all.size() * 0.99)));
    }
}

package dev.weakref.sample;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.convert.DurationStyle;

/**
 * Load and faults on the packaged application, from this second process: {@code sample-app/load} runs it, the build
 * does not. It works in rounds, and looks at everything between two of them, when no request is in flight.
 */
class LoadRun {

    private static final Duration LENGTH = DurationStyle.detectAndParse(System.getProperty("weakref.load", "2m"));
    private static final int ROUNDS = LENGTH.toMinutes() < 10 ? 6 : 24;
    private static final int USERS = 4;
    private static final List<String> SMALL_HEAP = List.of("-Xmx64m");

    @TempDir
    Path directory;

    private final LoadFigures figures = new LoadFigures();
    private final List<LoadSample> samples = new ArrayList<>();
    private final List<Duration> restarts = new ArrayList<>();
    private long begin;

    @Test
    void nothingIsLostAndNothingIsLeft() throws IOException {
        try (Postgres postgres = Postgres.thatCanBeRestarted()) {
            postgres.start();
            try (RunningApplication application = start(postgres)) {
                upload(application);
                begin = System.nanoTime();
                List<LoadUser> users = IntStream.range(0, USERS)
                        .mapToObj(number -> new LoadUser(application, figures, number))
                        .toList();
                for (int round = 1; round <= ROUNDS; round++) {
                    boolean restart = round == ROUNDS / 3 || round == ROUNDS * 2 / 3;
                    work(users, restart ? postgres : null);
                    look(application, postgres, users);
                }
                terminateUnderLoad(application, postgres, users);
            }
        }
        assertThat(figures.failures()).isEmpty();
        assertFlat("heap", 1.15, LoadSample::heap);
        assertFlat("file descriptors", 1.1, LoadSample::descriptors);
        // last, since it says that all of this has come about
        new LoadReport(LENGTH, samples, restarts, figures).write(Path.of(System.getProperty("weakref.load.report")));
    }

    private RunningApplication start(Postgres postgres) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(postgres.arguments()));
        arguments.add("--sample.max-connections=250");
        arguments.add("--logging.level.dev.weakref=info");
        arguments.add("--management.endpoints.web.exposure.include=metrics,weakrefs");
        return RunningApplication.start(SMALL_HEAP, directory, arguments.toArray(String[]::new));
    }

    private static void upload(RunningApplication application) {
        Visitor visitor = application.visitor();
        visitor.upload("/pictures/cat", TestPictures.png(300, 200));
        visitor.upload("/pictures/dog", TestPictures.jpeg(400, 300));
    }

    /** Has all users work for one round, with the database restarted in its middle if there is one. */
    private void work(List<LoadUser> users, @Nullable Postgres toRestart) {
        Duration round = LENGTH.dividedBy(ROUNDS);
        long end = System.nanoTime() + round.toNanos();
        CompletableFuture<Void> work = inThreads(users, user -> user.work(() -> System.nanoTime() - end < 0));
        if (toRestart != null) {
            Eventually.until("half of a round", round, () -> System.nanoTime() - end > -round.toNanos() / 2);
            restarts.add(elapsed());
            figures.databaseDownDuring(toRestart::restart);
        }
        work.join();
    }

    /**
     * The leases are those of the workspaces that are open, and so are connections and locks; then all is written down.
     */
    private void look(RunningApplication application, Postgres postgres, List<LoadUser> users) throws IOException {
        Duration at = elapsed();
        users.forEach(LoadUser::useAll);
        long open = users.stream().mapToLong(LoadUser::open).sum();
        Eventually.until(open + " leases and no more", Duration.ofSeconds(60), () -> {
            application.collect();
            return postgres.leases() == open;
        });
        postgres.awaitWorkspaces(open);
        Eventually.until(
                "no more finalizers than those of " + open + " workspaces",
                Duration.ofSeconds(10),
                () -> application.live() == 3 * open);
        samples.add(new LoadSample(
                at,
                figures.requestsSinceLastTime() / (LENGTH.toMillis() / 1000.0 / ROUNDS),
                figures.percentile99(),
                open,
                postgres.leases(),
                postgres.connections(),
                heap(application),
                resident(application),
                descriptors(application) - postgres.connections()));
    }

    private void terminateUnderLoad(RunningApplication application, Postgres postgres, List<LoadUser> users) {
        CompletableFuture<Void> work = inThreads(users, LoadUser::workUntilTheEnd);
        long before = figures.requests();
        Eventually.until("load", Duration.ofSeconds(10), () -> figures.requests() > before + 100);

        application.terminate();

        assertThat(application.awaitExit()).isEqualTo(143);
        work.join();
        postgres.awaitWorkspaces(0);
        assertThat(application.workspaces()).isEmptyDirectory();
        assertThat(application.exitPassLines())
                .singleElement()
                .asString()
                .contains("(0 failed), 0 timed out, 0 skipped");
    }

    /** The last third of the samples against the middle one: by then everything has been loaded and compiled. */
    private void assertFlat(String what, double factor, ToLongFunction<LoadSample> value) {
        long middle = most(samples.subList(ROUNDS / 3, ROUNDS * 2 / 3), value);
        long last = most(samples.subList(ROUNDS * 2 / 3, ROUNDS), value);
        assertThat((double) last).as("%s, after at most %d", what, middle).isLessThan(middle * factor);
    }

    private static long most(List<LoadSample> samples, ToLongFunction<LoadSample> value) {
        return samples.stream().mapToLong(value).max().orElseThrow();
    }

    private static CompletableFuture<Void> inThreads(List<LoadUser> users, Consumer<LoadUser> work) {
        return CompletableFuture.allOf(users.stream()
                .map(user -> CompletableFuture.runAsync(() -> work.accept(user), task -> new Thread(task).start()))
                .toArray(CompletableFuture[]::new));
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private static long heap(RunningApplication application) {
        application.collect(); // or what was asked since would count
        String answer = application
                .visitor()
                .get("/actuator/metrics/jvm.memory.used?tag=area:heap")
                .body();
        return JsonPath.<Number>read(answer, "$.measurements[0].value").longValue();
    }

    private static long resident(RunningApplication application) throws IOException {
        try (Stream<String> lines = Files.lines(application.proc("status"))) {
            return 1024
                    * lines.filter(line -> line.startsWith("VmRSS:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .sum();
        }
    }

    private static long descriptors(RunningApplication application) throws IOException {
        try (Stream<Path> open = Files.list(application.proc("fd"))) {
            return open.count();
        }
    }
}

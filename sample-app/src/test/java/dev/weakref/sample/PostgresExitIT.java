package dev.weakref.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;

/** The packaged application on PostgreSQL: what the database sees of those who forget, and of the application's end. */
@Testcontainers(disabledWithoutDocker = true)
class PostgresExitIT {

    /** For each test, since some take theirs away. */
    @Container
    final Postgres postgres = new Postgres();

    @TempDir
    Path directory;

    @Test
    void whatForgottenWorkspacesHeldIsGoneWhenTheyAreCollected() throws Exception {
        try (RunningApplication application = start()) {
            Visitor staying = application.visitor();
            staying.upload("/pictures/cat", TestPictures.png(20, 10));
            open(staying);
            Visitor leaving = application.visitor();
            open(leaving);
            assertThat(leaving.open("cat", Duration.ofSeconds(1)).statusCode()).isEqualTo(201);
            postgres.awaitWorkspaces(3);

            Eventually.until("the forgotten are collected", Duration.ofSeconds(60), () -> {
                application.collect();
                return postgres.leases() == 1;
            });

            postgres.awaitWorkspaces(1);
            assertThat(staying.get("/workspaces/1").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void nothingIsLeftAfterATerminationUnderLoad() throws Exception {
        try (RunningApplication application = start()) {
            application.visitor().upload("/pictures/cat", TestPictures.png(20, 10));
            AtomicInteger opened = new AtomicInteger();
            List<CompletableFuture<Void>> users = Stream.generate(
                            () -> CompletableFuture.runAsync(() -> work(application, opened)))
                    .limit(4)
                    .toList();
            Eventually.until("load", Duration.ofSeconds(30), () -> opened.get() >= 40);

            application.terminate();

            assertThat(application.awaitExit()).isEqualTo(143);
            users.forEach(CompletableFuture::join);
            postgres.awaitWorkspaces(0);
            assertThat(application.workspaces()).isEmptyDirectory();
            assertThat(exitPass(application)).contains("(0 failed), 0 timed out, 0 skipped");
        }
    }

    @Test
    void databaseThatIsGoneAtExitFailsEachLeaseByNameAndNothingElse() throws Exception {
        try (RunningApplication application = start("--spring.datasource.hikari.connection-timeout=500")) {
            open(application, 4);
            postgres.stop();

            application.terminate();

            assertThat(application.awaitExit()).isEqualTo(143);
            assertThat(exitPass(application)).contains("12 run (4 failed), 0 timed out, 0 skipped");
            IntStream.rangeClosed(1, 4)
                    .forEach(id -> assertThat(application.logLines("'workspace %d lease'".formatted(id)))
                            .anyMatch(line -> line.contains("failed")));
            assertThat(application.workspaces()).isEmptyDirectory();
        }
    }

    @Test
    void leasesOfADatabaseThatHangsAtExitAreClearedByTheNextRun() throws Exception {
        try (RunningApplication application = start("--weakref.finalizers.action-limit=2s")) {
            open(application, 4);
            postgres.pause();

            application.terminate();

            assertThat(application.awaitExit()).isEqualTo(143);
            assertThat(exitPass(application)).contains("8 run (0 failed), 4 timed out, 0 skipped");
            IntStream.rangeClosed(1, 4)
                    .forEach(id -> assertThat(exitPass(application)).contains("'workspace %d lease'".formatted(id)));
            assertThat(application.workspaces()).isEmptyDirectory();
        } finally {
            postgres.unpause();
        }

        try (RunningApplication next = start()) {
            assertThat(next.log()).contains("leases that an earlier run left behind");
            postgres.awaitWorkspaces(0);
        }
    }

    private RunningApplication start(String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(postgres.arguments()));
        all.addAll(List.of(arguments));
        return RunningApplication.start(directory, all.toArray(String[]::new));
    }

    private void open(RunningApplication application, int workspaces) {
        Visitor visitor = application.visitor();
        visitor.upload("/pictures/cat", TestPictures.png(20, 10));
        for (int i = 0; i < workspaces; i++) {
            open(visitor);
        }
        postgres.awaitWorkspaces(workspaces);
    }

    private static String open(Visitor visitor) {
        HttpResponse<String> opened = visitor.open("cat");
        assertThat(opened.statusCode()).isEqualTo(201);
        return opened.headers().firstValue("Location").orElseThrow();
    }

    /**
     * Leaves five workspaces open, then opens and closes until nobody listens; whatever is answered is answered well.
     */
    private static void work(RunningApplication application, AtomicInteger opened) {
        Visitor visitor = application.visitor();
        try {
            for (int i = 0; ; i++) {
                String place = open(visitor);
                opened.incrementAndGet();
                assertThat(visitor.get(place + "/preview?width=8").statusCode()).isEqualTo(200);
                if (i >= 5) {
                    assertThat(visitor.delete(place).statusCode()).isEqualTo(204);
                }
            }
        } catch (UncheckedIOException e) {
            // the application has gone
        }
    }

    private static String exitPass(RunningApplication application) {
        List<String> lines = application.exitPassLines();
        assertThat(lines).hasSize(1);
        return lines.get(0);
    }
}

package dev.weakref.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lives through a day of the packaged application, up to its SIGTERM. */
class ApplicationIT {

    @TempDir
    Path directory;

    @Test
    void whatWorkspacesHoldGoesWhenTheyAreClosedForgottenAndAtExit() throws Exception {
        try (RunningApplication application = RunningApplication.start(
                directory,
                "--weakref.finalizers.overdue-after=1s",
                "--spring.lifecycle.timeout-per-shutdown-phase=2m")) {
            application.startRecording();
            Visitor visitor = application.visitor();
            upload(visitor);
            open25(visitor);
            List<String> toClose = open10(visitor);
            open15In3SessionsThatExpire(application);
            assertThat(registered(application)).isEqualTo(100);

            toClose.forEach(
                    place -> assertThat(visitor.delete(place).statusCode()).isEqualTo(204));
            assertThat(runs(application, "EXPLICIT", "SUCCESS")).isEqualTo(20);

            Eventually.until("the forgotten are collected", Duration.ofMinutes(2), () -> {
                application.collect();
                return application.live() == 50;
            });
            assertThat(directories(application)).hasSize(25);
            assertThat(runs(application, "UNREACHABLE", "SUCCESS")).isEqualTo(30);

            Eventually.until(
                    "one is overdue",
                    Duration.ofMinutes(2),
                    () -> !application.logLines("LEAK: OVERDUE").isEmpty());
            List<RecordedEvent> events = new ArrayList<>();
            Eventually.until("the last run is recorded, after it is counted", Duration.ofMinutes(2), () -> {
                events.clear();
                events.addAll(application.recordedEvents());
                return events.stream().filter(ApplicationIT::isRun).count() >= 50;
            });
            assertThat(events)
                    .extracting(event -> event.getEventType().getName())
                    .contains("weakref.Reap", "weakref.Leak")
                    .filteredOn("weakref.FinalizerRegistered"::equals)
                    .hasSize(100);
            assertThat(events)
                    .filteredOn(ApplicationIT::isRun)
                    .extracting(event -> event.getString("trigger") + " " + event.getString("outcome"))
                    .containsOnly("EXPLICIT SUCCESS", "UNREACHABLE SUCCESS")
                    .hasSize(50);

            byte[] inFlight = terminateDuringAnUpload(application, visitor);

            assertThat(application.awaitExit()).isEqualTo(143);
            assertThat(application.picture("cat")).hasBinaryContent(inFlight);
            assertThat(application.workspaces()).isEmptyDirectory();
            assertThat(application.incoming()).isEmptyDirectory();
            assertThat(application.leases()).isZero();
            assertThat(application.exitPassLines())
                    .singleElement()
                    .asString()
                    .contains("50 run (0 failed), 0 timed out, 0 skipped");
            assertThat(idsInExitOrder(application)).hasSize(50).isSortedAccordingTo(Comparator.reverseOrder());
        }
    }

    private static boolean isRun(RecordedEvent event) {
        return event.getEventType().getName().equals("weakref.FinalizerRun");
    }

    private static List<Integer> idsInExitOrder(RunningApplication application) {
        Pattern run = Pattern.compile("EXIT finalizer (\\d+) .* SUCCESS");
        return run.matcher(application.log())
                .results()
                .map(line -> Integer.valueOf(line.group(1)))
                .toList();
    }

    private static void upload(Visitor visitor) {
        assertThat(visitor.upload("/pictures/cat", TestPictures.png(300, 200)).statusCode())
                .isEqualTo(201);
        assertThat(visitor.upload("/pictures/dog", TestPictures.jpeg(400, 300)).statusCode())
                .isEqualTo(201);
    }

    private static void open25(Visitor visitor) {
        for (int i = 0; i < 25; i++) {
            String place = place(visitor.open(i % 2 == 0 ? "cat" : "dog"));
            assertThat(visitor.get(place + "/preview?width=40").statusCode()).isEqualTo(200);
        }
    }

    private static List<String> open10(Visitor visitor) {
        return Stream.generate(() -> place(visitor.open("cat"))).limit(10).toList();
    }

    private static void open15In3SessionsThatExpire(RunningApplication application) {
        for (int session = 0; session < 3; session++) {
            Visitor forgetful = application.visitor();
            for (int i = 0; i < 4; i++) {
                place(forgetful.open("dog"));
            }
            place(forgetful.open("cat", Duration.ofSeconds(1)));
        }
    }

    private static String place(HttpResponse<String> opened) {
        assertThat(opened.statusCode()).isEqualTo(201);
        return opened.headers().firstValue("Location").orElseThrow();
    }

    /**
     * Sends half of a picture, then the signal, and the rest when the application has begun to shut down. The upload is
     * then to be complete; its answer is not waited for, since the server may cut it off at its very end.
     */
    private static byte[] terminateDuringAnUpload(RunningApplication application, Visitor visitor) throws Exception {
        byte[] picture = TestPictures.png(500, 400);
        try (PipedOutputStream out = new PipedOutputStream()) {
            InputStream in = new PipedInputStream(out, picture.length);
            CompletableFuture<HttpResponse<String>> unused = visitor.uploadSlowly("/pictures/cat", () -> in);
            out.write(picture, 0, picture.length / 2);
            out.flush();
            Eventually.until(
                    "half of it is there", Duration.ofMinutes(1), () -> size(application.incoming()) > 100_000);
            application.terminate();
            Eventually.until(
                    "it shuts down",
                    Duration.ofMinutes(1),
                    () -> application.log().contains("Commencing graceful shutdown"));
            out.write(picture, picture.length / 2, picture.length - picture.length / 2);
        }
        return picture;
    }

    private static long size(Path directory) {
        return Stream.of(directory.toFile().listFiles())
                .mapToLong(file -> file.length())
                .sum();
    }

    private static List<Path> directories(RunningApplication application) throws IOException {
        try (Stream<Path> children = Files.list(application.workspaces())) {
            return children.toList();
        }
    }

    private static int registered(RunningApplication application) {
        return application.read("$.registries[0].registered");
    }

    private static int runs(RunningApplication application, String trigger, String outcome) {
        List<Integer> counts = application.read(
                "$.registries[0].ran[?(@.trigger == '%s' && @.outcome == '%s')].count".formatted(trigger, outcome));
        return counts.isEmpty() ? 0 : counts.get(0);
    }
}

package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.internal.support.Names;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import jdk.jfr.Event;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class JfrTests {

    private final Object referent = new Object();

    @TempDir
    private Path directory;

    /** The recorder of Java 17 loses a text that an earlier recording of the same JVM has seen. */
    private static final List<String> LAMBDA_OR_LOST = Runtime.version().feature() > 17
            ? List.of(JfrTests.class.getName() + " (lambda)")
            : Arrays.asList(JfrTests.class.getName() + " (lambda)", null);

    @Test
    void runsTellTheSameStoryAsTheLog() throws Exception {
        List<RecordedEvent> events = record("weakref.FinalizerRun", "flight", recording -> {
            FinalizerRegistry registry = FinalizerRegistry.create("flight");
            registry.finalizer(referent).name("called").run(() -> {}).close();
            registry.finalizer(referent).name("fails").run(() -> {
                throw new IOException("disk");
            });
            registry.finalizer(referent)
                    .name("hangs")
                    .limit(Duration.ofMillis(20))
                    .run(() -> new CountDownLatch(1).await());
            registry.close();
        });

        assertThat(events)
                .extracting(event -> event.getString("name") + " " + event.getString("trigger") + " "
                        + event.getString("outcome") + " " + event.getString("failure"))
                .containsExactlyInAnyOrder(
                        "called EXPLICIT SUCCESS null",
                        "hangs EXIT TIMEOUT null",
                        "fails EXIT FAILURE java.io.IOException: disk");
        assertThat(events).extracting(event -> event.getString("action")).allMatch(LAMBDA_OR_LOST::contains);
        assertThat(events).allSatisfy(event -> {
            assertThat(event.getString("registry")).isEqualTo("flight");
            assertThat(event.getString("referentType")).isEqualTo("java.lang.Object");
        });
    }

    @Test
    void registrationsAreOffUnlessAskedFor() throws Exception {
        Flown work = recording -> {
            try (FinalizerRegistry registry = FinalizerRegistry.create("flight")) {
                registry.register(referent, () -> {});
            }
        };

        assertThat(record("weakref.FinalizerRegistered", "flight", work)).isEmpty();
        List<RecordedEvent> events = record("weakref.FinalizerRegistered", "flight", recording -> {
            recording.enable("weakref.FinalizerRegistered");
            work.run(recording);
        });

        assertThat(events).singleElement().satisfies(event -> {
            assertThat(event.getLong("id")).isEqualTo(1);
            assertThat(event.getStackTrace()).isNotNull();
        });
    }

    @Test
    void aRunEndsBeforeListenersAreTold() throws Exception {
        List<RecordedEvent> events = recordAll(recording -> {
            recording.enable(Told.class);
            FinalizerRegistry registry = FinalizerRegistry.builder()
                    .reportOpenAtExit(true)
                    .name("flight")
                    .leakListener(leak -> new Told().commit())
                    .build();
            registry.finalizer(referent).mustBeClosed().run(() -> {});
            registry.close();
        });

        RecordedEvent run = of("flight", named("weakref.FinalizerRun", events)).get(0);
        RecordedEvent told = named(Told.class.getName(), events).get(0);
        assertThat(run.getEndTime()).isBeforeOrEqualTo(told.getStartTime());
    }

    static final class Told extends Event {}

    @Test
    void leaksNameTheirPlace() throws Exception {
        List<RecordedEvent> events = record("weakref.Leak", "flight", recording -> {
            FinalizerRegistry registry = FinalizerRegistry.builder()
                    .name("flight")
                    .leakLevel(LeakLevel.PARANOID)
                    .reportOpenAtExit(true)
                    .build();
            registry.finalizer(referent).mustBeClosed().run(() -> {});
            registry.close();
        });

        assertThat(events).singleElement().satisfies(event -> {
            assertThat(event.getString("kind")).isEqualTo("NOT_CLOSED");
            assertThat(event.getString("createdBy")).contains("JfrTests.java:");
        });
    }

    @Test
    void aNameOfARegistryIsEscapedAsEverywhere() throws Exception {
        List<RecordedEvent> events = record("weakref.FinalizerRun", Names.escape("two\nlines"), recording -> {
            FinalizerRegistry registry = FinalizerRegistry.create("two\nlines");
            registry.register(referent, () -> {});
            registry.close();
        });

        assertThat(events).extracting(event -> event.getString("registry")).containsExactly(Names.escape("two\nlines"));
    }

    @Test
    @Tag("collects")
    void reapingIsAnEventOfItsOwn() throws Exception {
        Set<String> reaped = ConcurrentHashMap.newKeySet();
        try (RecordingStream stream = new RecordingStream()) {
            stream.enable("weakref.Reap").withoutThreshold();
            stream.onEvent("weakref.Reap", event -> reaped.add(event.getString("what")));
            stream.startAsync();
            WeakValueMap<Integer, Object> map =
                    WeakValueMap.<Integer, Object>builder().name("reaped").build();
            IntStream.range(0, 1_000).forEach(i -> map.put(i, new Object()));

            Gc.awaitTrue(() -> reaped.contains("collection 'reaped'"), "nothing was reaped");
            Reference.reachabilityFence(map);
        }
    }

    @Test
    void nothingBreaksOnARuntimeWithoutTheRecorder() throws Exception {
        assertThat(Programs.outputOf(WithoutRecorder.class, "--limit-modules=java.base,java.logging"))
                .containsExactly("recorder false, ran 2, leaks 1");
    }

    /** What runs in that runtime. */
    public static final class WithoutRecorder {

        private WithoutRecorder() {}

        public static void main(String[] arguments) {
            int[] ran = {0};
            FinalizerRegistry registry =
                    FinalizerRegistry.builder().reportOpenAtExit(true).build();
            Object referent = new Object();
            registry.register(referent, () -> ran[0]++).close();
            registry.finalizer(referent).mustBeClosed().run(() -> ran[0]++);
            registry.close();
            System.out.println("recorder "
                    + ModuleLayer.boot().findModule("jdk.jfr").isPresent() + ", ran " + ran[0] + ", leaks "
                    + registry.stats().leaks(Leak.Kind.NOT_CLOSED));
        }
    }

    /** The events of one registry: those that other tests have dropped may have their last runs at the same time. */
    private List<RecordedEvent> record(String name, String registry, Flown work) throws Exception {
        return of(registry, named(name, recordAll(work)));
    }

    private static List<RecordedEvent> of(String registry, List<RecordedEvent> events) {
        return events.stream()
                .filter(event -> event.getString("registry").equals(registry))
                .toList();
    }

    private static List<RecordedEvent> named(String name, List<RecordedEvent> events) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals(name))
                .toList();
    }

    private List<RecordedEvent> recordAll(Flown work) throws Exception {
        Path file = Files.createTempFile(directory, "flight", ".jfr");
        try (Recording recording = new Recording()) {
            recording.start();
            work.run(recording);
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file);
    }

    /** What is recorded. */
    private interface Flown {
        void run(Recording recording) throws Exception;
    }
}

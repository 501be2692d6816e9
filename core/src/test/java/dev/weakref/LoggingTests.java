package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.internal.support.LogLineQueue;
import dev.weakref.internal.support.Logging;
import dev.weakref.internal.support.Threads;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.LogManager;
import java.util.logging.StreamHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoggingTests {

    private final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch written = new CountDownLatch(1);

    @AfterEach
    void defaults() {
        release.countDown();
        WeakRefs.logTo(null);
    }

    @Test
    void aLoggerThatBlocksDoesNotHoldUpAThreadOnWhichOthersDepend() throws InterruptedException {
        WeakRefs.logTo((LineLogger) (level, message, failure) -> {
            BackgroundCall.await(release);
            written.countDown();
        });
        Thread important = Threads.thatMayNotBlock("weakref-tested")
                .newThread(() -> Logging.failure("said", new IllegalStateException("for the test")));

        important.start();
        important.join(); // although the logger blocks

        release.countDown();
        assertThat(written.await(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void linesOfOtherThreadsAreWrittenBeforeThoseWhoWaitGoOn() throws Exception {
        BlockingQueue<Runnable> writers = new LinkedBlockingQueue<>();
        LogLineQueue queue = new LogLineQueue(writer -> {
            writers.add(writer);
            return new Thread(() -> {}); // the test starts it later
        });
        try (LogLines log = new LogLines()) {
            queue.add(Level.WARNING, "said", null, Map.of());
            FutureTask<List<String>> waiting = new FutureTask<>(() -> {
                assertThat(queue.awaitWritten(TimeUnit.MINUTES.toNanos(1))).isTrue();
                return log.with("said");
            });
            Thread waits = new Thread(waiting);
            waits.start();
            Gc.awaitWithoutCollecting(() -> waits.getState() == Thread.State.TIMED_WAITING, "it does not wait");

            Threads.daemons("weakref-tested", null).newThread(writers.take()).start();

            assertThat(waiting.get()).hasSize(1);
        }
    }

    @Test
    void aLineForWhichTheWriterHadNoMemoryIsWrittenLater() throws Exception {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        AtomicInteger failing = new AtomicInteger(2);
        WeakRefs.logTo((LineLogger) (level, message, failure) -> {
            if (message.startsWith("said") && failing.getAndDecrement() > 0) {
                throw new OutOfMemoryError("for the test");
            }
            lines.add(failure == null ? message : message + ": " + failure.getMessage());
        });
        LogLineQueue queue = new LogLineQueue(Threads.daemons("weakref-tested", null));
        queue.add(Level.WARNING, "said", new IllegalStateException("the cause"), Map.of());
        assertThat(queue.awaitWritten(TimeUnit.MINUTES.toNanos(1))).isTrue(); // by the writer, in vain

        Gc.awaitWithoutCollecting(
                () -> {
                    Logging.awaitWritten(); // as an exit pass does; the first time in vain
                    return lines.contains("said (memory, stack or threads were exhausted): the cause");
                },
                "the line is lost");
    }

    @Test
    void aLineIsWrittenThoughTheThreadThatWaitsForItIsInterrupted() throws Exception {
        BlockingQueue<Thread> writers = new LinkedBlockingQueue<>();
        LogLineQueue queue = new LogLineQueue(writer -> {
            writers.add(Threads.daemons("weakref-tested", null).newThread(writer));
            return writers.element();
        });
        try (LogLines log = new LogLines()) {
            queue.add(Level.WARNING, "the first", null, Map.of());
            Thread writer = writers.take();
            Gc.awaitWithoutCollecting(
                    () -> !log.with("the first").isEmpty() && writer.getState() == Thread.State.TIMED_WAITING,
                    "the thread does not wait for the next line");

            synchronized (queue) { // so that the line is there before the thread continues
                writer.interrupt();
                Gc.awaitWithoutCollecting(() -> writer.getState() == Thread.State.BLOCKED, "it still waits for a line");
                queue.add(Level.WARNING, "the second", null, Map.of());
            }

            Gc.awaitWithoutCollecting(() -> !log.with("the second").isEmpty(), "the line is not written");
        }
    }

    @Test
    void aLineThatIsNeverWrittenEndsTheWait() throws Exception {
        LogLineQueue queue = new LogLineQueue(writer -> new Thread(() -> {}));
        queue.add(Level.WARNING, "said", null, Map.of());

        assertThat(queue.awaitWritten(1)).isFalse();
    }

    @Test
    void theEndOfAnExitPassIsToldAfterTheLinesOfOtherThreads() throws Exception {
        FinalizerRegistry registry = FinalizerRegistry.builder().name("ending").build();
        Thread closing = new Thread(registry::close);
        List<String> lines = new CopyOnWriteArrayList<>();
        WeakRefs.logTo((LineLogger) (level, message, failure) -> {
            if (message.equals("said")) { // takes until the end is told, or waits for this line
                Gc.awaitWithoutCollecting(
                        () -> !lines.isEmpty()
                                || Arrays.stream(closing.getStackTrace())
                                        .anyMatch(frame -> frame.getMethodName().equals("awaitWritten")),
                        "the registry does not close");
            }
            if (message.equals("said") || message.contains("'ending'")) { // and not of another test
                lines.add(message);
            }
        });
        Thread important =
                Threads.thatMayNotBlock("weakref-tested").newThread(() -> Logging.log(Level.WARNING, () -> "said"));
        important.start();
        important.join();

        closing.start();
        closing.join();

        Gc.awaitWithoutCollecting(() -> lines.size() == 2, "a line is missing");
        assertThat(lines.get(0)).isEqualTo("said");
        assertThat(lines.get(1)).startsWith("Exit pass of registry 'ending'");
    }

    @Test
    void whatTheLogHasLostWhenTheJvmExitsIsPrinted() throws Exception {
        List<String> lines = Programs.outputOf(LosesItsHandlers.class);

        assertThat(lines).anyMatch(line -> line.startsWith("WARNING: ") && line.contains("failed (EXIT"));
        assertThat(lines).anyMatch(line -> line.startsWith("INFO: Exit pass of registry 'global': 1 run (1 failed)"));
    }

    @Test
    void aLineIsPrintedIfTheLoggerFails() throws Exception {
        List<String> lines = Programs.outputOf(LogsInVain.class);

        assertThat(lines)
                .filteredOn(line -> line.startsWith("WARNING: "))
                .hasSize(2)
                .allMatch(line -> line.contains("failed (EXIT"));
        assertThat(lines)
                .filteredOn("java.lang.IllegalStateException: of the action"::equals)
                .hasSize(2);
    }

    static final class LogsInVain {

        public static void main(String[] args) {
            System.setErr(System.out);
            WeakRefs.logTo((LineLogger) (level, message, failure) -> {
                throw new NoClassDefFoundError("for the test");
            });
            haveAnActionFail();
            WeakRefs.logTo((LineLogger) (level, message, failure) -> {
                throw new UnsupportedOperationException("for the test");
            });
            haveAnActionFail();
        }

        private static void haveAnActionFail() {
            FinalizerRegistry registry = FinalizerRegistry.builder().build();
            registry.register(LogsInVain.class, () -> {
                throw new IllegalStateException("of the action");
            });
            registry.close();
        }
    }

    @Test
    void thePlatformsLoggingHasItsHandlersBeforeItsFirstLine() throws Exception {
        List<String> lines = Programs.outputOf(NeverLogs.class);

        assertThat(lines).containsExactly("a handler was made", "a registry was made");
    }

    @Test
    void thePlatformsLoggingIsLeftAloneIfAnotherLoggerWasChosen() throws Exception {
        assertThat(Programs.outputOf(LogsElsewhere.class)).containsExactly("a registry was made");
    }

    static final class LogsElsewhere {
        public static void main(String[] args) throws Exception {
            Path configuration = logTo(Telling.class);
            WeakRefs.logTo((LineLogger) (level, message, failure) -> {});
            FinalizerRegistry.builder().build();
            for (Thread each : Thread.getAllStackTraces().keySet()) {
                if (each.getName().startsWith("weakref-logging")) {
                    each.join();
                }
            }
            System.out.println("a registry was made");
            Files.delete(configuration);
        }
    }

    static final class NeverLogs {
        public static void main(String[] args) throws Exception {
            Path configuration = logTo(Telling.class);
            FinalizerRegistry.builder().build();
            Telling.MADE.await(); // in another thread
            System.out.println("a registry was made");
            Files.delete(configuration);
        }
    }

    private static Path logTo(Class<?> handler) throws IOException {
        Path configuration = Files.createTempFile("weakref", ".properties");
        Files.writeString(configuration, "handlers=" + handler.getName());
        System.setProperty("java.util.logging.config.file", configuration.toString());
        return configuration;
    }

    /** While the handler is made, its thread holds a lock without which no other thread can ask for handlers. */
    @Test
    void aHandlerOfThePlatformsLoggingMayBeTheFirstToUseTheLibrary() throws Exception {
        assertThat(Programs.outputOf(LogsFirst.class)).containsExactly("a registry was made by a handler", "main ends");
    }

    static final class LogsFirst {
        public static void main(String[] args) throws IOException {
            Path configuration = logTo(Using.class);
            java.util.logging.Logger.getLogger("any").warning("the first line makes the handlers");
            System.out.println("main ends");
            Files.delete(configuration);
        }
    }

    /** A handler that uses the library. Public, as the JDK makes it. */
    public static final class Using extends StreamHandler {
        public Using() {
            FinalizerRegistry.builder().build();
            System.out.println("a registry was made by a handler");
        }
    }

    /** A handler that tells when it is made. Public, as the JDK makes it. */
    public static final class Telling extends StreamHandler {

        static final CountDownLatch MADE = new CountDownLatch(1);

        public Telling() {
            System.out.println("a handler was made");
            MADE.countDown();
        }
    }

    static final class LosesItsHandlers {

        private static final Object REFERENT =
                new Object(); // a local one may be collected as soon as main has returned

        public static void main(String[] args) {
            System.setErr(System.out);
            FinalizerRegistry.global().register(REFERENT, () -> {
                LogManager.getLogManager().reset(); // as the JDK does in a hook beside
                throw new IllegalStateException("for the test");
            });
        }
    }
}

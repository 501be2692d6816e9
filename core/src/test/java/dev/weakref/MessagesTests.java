package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.LogManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MessagesTests {

    private final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch written = new CountDownLatch(1);

    @AfterEach
    void defaults() {
        release.countDown();
        WeakRefs.logTo(null);
    }

    @Test
    void aLoggerThatBlocksDoesNotHoldUpAThreadOnWhichOthersDepend() throws InterruptedException {
        WeakRefs.logTo(new Blocking());
        Thread important = Threads.thatMayNotBlock("weakref-tested")
                .newThread(() -> Messages.failure("said", new IllegalStateException("for the test")));

        important.start();
        important.join(); // although the logger blocks

        release.countDown();
        assertThat(written.await(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whatTheLogHasLostWhenTheJvmExitsIsPrinted() throws Exception {
        List<String> lines = Programs.outputOf(LosesItsHandlers.class);

        assertThat(lines).anyMatch(line -> line.startsWith("WARNING: ") && line.contains("failed (EXIT"));
        assertThat(lines).anyMatch(line -> line.startsWith("INFO: Exit pass of registry 'global': 1 run (1 failed)"));
    }

    static final class LosesItsHandlers {
        public static void main(String[] args) {
            System.setErr(System.out);
            Object referent = new Object();
            FinalizerRegistry.global().register(referent, () -> {
                LogManager.getLogManager().reset(); // as the JDK does in a hook beside
                throw new IllegalStateException("for the test");
            });
        }
    }

    private final class Blocking implements System.Logger {

        @Override
        public String getName() {
            return "blocking";
        }

        @Override
        public boolean isLoggable(Level level) {
            return true;
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
            try {
                release.await();
                written.countDown();
            } catch (InterruptedException end) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
            log(level, bundle, format, (Throwable) null);
        }
    }
}

package dev.weakref.internal.support;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.weakref.LineLogger;
import dev.weakref.WeakRefs;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LogLineQueueTests {

    private static final Duration NEVER = Duration.ofMinutes(10);

    /** More than a line takes, and less than the smallest array that a queue could grow to. */
    private static final long BYTES_OF_A_LINE = 48;

    @AfterEach
    void logToThePlatform() {
        WeakRefs.logTo(null);
    }

    @Test
    void theThreadThatWritesDoesNotWaitForItself() throws InterruptedException {
        BlockingQueue<Boolean> waited = new LinkedBlockingQueue<>();
        LogLineQueue queue = new LogLineQueue(Threads.daemons("weakref-tested", null));
        WeakRefs.logTo((LineLogger) (level, message, failure) -> waited.add(awaitWritten(queue)));

        queue.add(Level.WARNING, "said", null, Map.of());

        assertThat(waited.poll(30, TimeUnit.SECONDS)).isTrue();
    }

    private static boolean awaitWritten(LogLineQueue queue) {
        try {
            return queue.awaitWritten(NEVER.toNanos());
        } catch (InterruptedException stop) {
            return false;
        }
    }

    @Test
    void aLineThatIsWrittenLaterIsWrittenWithItsFailure() throws InterruptedException {
        Exception cause = new IllegalStateException("for the test");
        BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
        WeakRefs.logTo((LineLogger) (level, message, failure) -> {
            if (failure != null && message.startsWith("missed")) {
                failures.add(failure);
            }
        });

        Logging.missed("missed", cause); // the reaper may write it at any moment from now on
        Logging.writeMissed();

        assertThat(failures.poll(30, TimeUnit.SECONDS)).isSameAs(cause);
    }

    @Test
    void nothingButTheLineIsAllocatedWhenItIsAdded() {
        fill();

        assertThat(fill()).isLessThanOrEqualTo(BYTES_OF_A_LINE);
    }

    /** Fills a queue, and returns how many bytes the largest addition behind the first has allocated. */
    private static long fill() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        LogLineQueue queue = new LogLineQueue(writer -> new Thread(() -> {}));
        queue.add(Level.WARNING, "the first starts the thread", null, Map.of());
        long most = 0;
        for (int i = 1; i < LogLineQueue.CAPACITY; i++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            queue.add(Level.WARNING, "said", null, Map.of());
            most = Math.max(most, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return most;
    }
}

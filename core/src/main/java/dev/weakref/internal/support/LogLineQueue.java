package dev.weakref.internal.support;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lines of the log that a thread of their own writes, in their order, because a logger must not delay the thread that
 * logs. Bounded: if the logger is too slow, lines are dropped and counted. If memory or stack is exhausted while a line
 * is written, {@link Logging} writes it later; to note that allocates nothing.
 */
public final class LogLineQueue implements Runnable {

    static final LogLineQueue SHARED = new LogLineQueue(Threads.daemons("weakref-log", null));

    /**
     * How many lines may wait. The threads that use the queue log single events, so only a logger that blocks lets so
     * many wait; the number bounds the memory that such a logger costs.
     */
    static final int CAPACITY = 1_000;

    private final ThreadFactory threads;

    // Guarded by this.
    private final ArrayDeque<Line> lines =
            new ArrayDeque<>(CAPACITY + 1); // so that it never grows: if that fails, JDK 17 loses the lines
    private long dropped;
    private boolean running;
    private @Nullable Thread writer; // while it writes a line

    public LogLineQueue(ThreadFactory threads) {
        this.threads = threads;
    }

    private record Line(
            Level level, String message, @Nullable Throwable failure, Map<String, Object> fields) {}

    /** Adds a line. Throws if it cannot start a thread; the line is not written then. */
    public synchronized void add(Level level, String message, @Nullable Throwable failure, Map<String, Object> fields) {
        if (lines.size() >= CAPACITY) {
            dropped++;
            return;
        }
        if (!running) {
            threads.newThread(this).start();
            running = true;
        }
        lines.add(new Line(level, message, failure, fields));
        notifyAll();
    }

    /** What the thread does, until it had nothing to write for {@link Defaults#KEEP_ALIVE}. */
    @Override
    public void run() {
        while (true) {
            Line line = next();
            if (line == null) {
                return;
            }
            try {
                Logging.writeNow(line.level, line.message, line.failure, line.fields);
            } catch (VirtualMachineError shortage) {
                Logging.missed(line.message, line.failure);
            } catch (Throwable nowhereToReport) {
                // The next line may be written.
            }
        }
    }

    /**
     * Waits until all lines are written. The thread that writes them does not wait for itself.
     *
     * @return whether they were written in time; a logger that blocks does not delay the caller for longer
     */
    public synchronized boolean awaitWritten(long nanos) throws InterruptedException {
        long begin = System.nanoTime();
        while (running && writer != Thread.currentThread() && (writer != null || !lines.isEmpty() || dropped > 0)) {
            long left = nanos - (System.nanoTime() - begin);
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, 1_000_000)); // Object.wait counts in milliseconds
        }
        return true;
    }

    private synchronized @Nullable Line next() {
        Line line = null;
        writer = null;
        notifyAll();
        try {
            long begin = System.nanoTime();
            long left = Defaults.nanos(Defaults.KEEP_ALIVE);
            while (lines.isEmpty() && dropped == 0 && left > 0) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
                left = Defaults.nanos(Defaults.KEEP_ALIVE) - (System.nanoTime() - begin);
            }
            line = lines.isEmpty() && dropped > 0 ? ofDropped() : lines.poll();
        } catch (InterruptedException | VirtualMachineError endEarly) {
            line = lines.poll(); // one that was added during the wait; if there is none, the next line starts
            // another thread
        }
        running = line != null;
        writer = running ? Thread.currentThread() : null;
        return line;
    }

    private Line ofDropped() {
        String message = dropped + " log lines were dropped, because the logger was too slow";
        Line line = new Line(Level.WARNING, message, null, Map.of());
        dropped = 0;
        return line;
    }
}

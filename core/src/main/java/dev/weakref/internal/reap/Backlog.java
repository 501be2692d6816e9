package dev.weakref.internal.reap;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * How many of the dead a table or a log has found that have not been taken off its queue: they are held by the JVM's list of
 * what is to be queued, and then by the queue.
 *
 * <p>The sweep unlinks faster than the JVM queues. So a program that makes entries faster still would run out of memory,
 * if nobody waited for the JVM. Counts only; who adds entries and finds it {@linkplain #isLong long} is to shorten it.
 *
 * <p>Both counts may be wrong: what was queued and has left the table in another way is taken off and was never counted
 * as collected, and what was collected need not be queued. So it starts anew where it would be less than nothing, and
 * who waits in vain counts one as taken.
 */
public final class Backlog {

    private static final AtomicLongFieldUpdater<Backlog> DRAINED =
            AtomicLongFieldUpdater.newUpdater(Backlog.class, "drained");

    /** An eighth of the heap: each takes some 64 bytes with its key. */
    private static final long DEFAULT_THRESHOLD =
            Math.max(1 << 16, Runtime.getRuntime().maxMemory() / 512);

    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

    /** From how many on it is long; for tests to change. */
    public long threshold = DEFAULT_THRESHOLD;

    private volatile long drained;
    private volatile boolean isLong;

    /** Whether it is too long, by the last look. It is so until half of that has gone. */
    public boolean isLong() {
        return isLong;
    }

    /** So many have been taken off the queue. */
    public void drained(int count) {
        DRAINED.getAndAdd(this, count);
    }

    /**
     * Looks how long it is.
     *
     * <p><b>Why this works.</b> What has been taken is read before it is counted what has been collected, which each is
     * first. So none that was taken meanwhile looks like one too many, for which the backlog would be longer ever after.
     *
     * @param count counts what has been collected
     */
    public void update(LongSupplier count) {
        update(count, 0);
    }

    /** As {@link #update(LongSupplier)}, with so many more that wait for something else. */
    public void update(LongSupplier count, long waiting) {
        long before = drained;
        long collected = count.getAsLong();
        if (before > collected) {
            DRAINED.compareAndSet(this, before, collected);
        }
        isLong = collected - before + waiting > (isLong ? threshold / 2 : threshold);
    }

    /** Waits a moment for the JVM, which has put none on the queue; never for ever, should one not come. */
    public void parkBriefly() {
        LockSupport.parkNanos(PAUSE_NANOS);
        drained(1);
    }
}

package dev.weakref.internal.reap;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * How many collected references a table or a log has counted that were not taken off its queue yet. The JVM's pending
 * list holds them ({@code ReferenceProcessor} and {@code Reference.getAndClearReferencePendingList} in HotSpot), and
 * then the queue.
 *
 * <p>A sweep unlinks faster than the JVM enqueues. A program that makes entries faster still would run out of memory if
 * its writers did not wait for the JVM. This class only counts; a writer that finds the backlog {@linkplain #isLong
 * long} shortens it.
 *
 * <p>Both counts may be wrong. A reference that was enqueued and has left the table in another way is taken off and was
 * never counted as collected; a collected one need not be enqueued. So if the difference is negative, counting starts
 * anew, and a writer that waited in vain counts one reference as taken.
 */
public final class Backlog {

    private static final AtomicLongFieldUpdater<Backlog> DRAINED =
            AtomicLongFieldUpdater.newUpdater(Backlog.class, "drained");

    /**
     * An eighth of the heap, at some 64 bytes for each reference with its key. At least 65,536, so that writers to a
     * small heap do not wait for what the JVM enqueues at once.
     */
    private static final long DEFAULT_THRESHOLD =
            Math.max(1 << 16, Runtime.getRuntime().maxMemory() / 512);

    /**
     * How long a writer waits for the JVM, which enqueues many references in that time. The operating system may add
     * its timer slack, 50 µs on Linux; a shorter pause would not free the processor.
     */
    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

    /** The length from which the backlog counts as long; tests lower it. */
    public long threshold = DEFAULT_THRESHOLD;

    private volatile long drained;
    private volatile boolean isLong;

    /**
     * Whether it was too long at the last {@link #update}. It stays long until it has fallen to half of the threshold,
     * so that writers do not switch on and off.
     */
    public boolean isLong() {
        return isLong;
    }

    /** Counts references that were taken off the queue. */
    public void drained(int count) {
        DRAINED.getAndAdd(this, count);
    }

    /**
     * Computes the length anew.
     *
     * <p><b>Why this works.</b> {@code drained} is read before the collected references are summed, because each is
     * counted as collected before it is counted as drained. Read the other way round, one that is drained in between
     * would look like one too many and be forgotten, and the backlog would look too long from then on.
     *
     * @param count counts what has been collected
     */
    public void update(LongSupplier count) {
        update(count, 0);
    }

    /**
     * As {@link #update(LongSupplier)}.
     *
     * @param waiting how many more wait for something else
     */
    public void update(LongSupplier count, long waiting) {
        long before = drained;
        long collected = count.getAsLong();
        if (before > collected) {
            DRAINED.compareAndSet(this, before, collected);
        }
        isLong = collected - before + waiting > (isLong ? threshold / 2 : threshold);
    }

    /**
     * Waits a moment for the JVM, which has put nothing on the queue, and counts one as drained: so no writer waits for
     * ever for a reference that never comes.
     */
    public void parkBriefly() {
        LockSupport.parkNanos(PAUSE_NANOS);
        drained(1);
    }
}

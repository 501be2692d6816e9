package dev.weakref.sample.postgres;

import dev.weakref.sample.RefusedException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * As many as may have something scarce at a time.
 *
 * <p>If all permits are taken, some may be those of the forgotten. The collector finds them when the heap is short, not
 * when permits are; so it is asked, as the JDK itself does when memory outside the heap is short. Whoever has to wait
 * sees a collection begin, and however many wait, there are no more of them than one in {@link #PAUSE}.
 */
final class ConnectionPermits {

    static final Duration PAUSE = Duration.ofSeconds(2);

    private static final int SECONDS_TO_WAIT = 3;

    private final Semaphore free;
    private final Runnable collector;
    private final LongSupplier nanos;
    private final AtomicLong collected;

    ConnectionPermits(int most, Runnable collector, LongSupplier nanos) {
        this.free = new Semaphore(most);
        this.collector = collector;
        this.nanos = nanos;
        this.collected = new AtomicLong(nanos.getAsLong() - PAUSE.toNanos());
    }

    void take() {
        if (!free.tryAcquire() && !becomesFree()) {
            throw new RefusedException(
                    429,
                    "Too many workspaces",
                    "So many workspaces are open that the database has no connection left. Close one and try again.");
        }
    }

    void leave() {
        free.release();
    }

    /** Woken by the finalizer of the first that is found. */
    private boolean becomesFree() {
        try {
            for (int i = 0; i < SECONDS_TO_WAIT; i++) {
                collectUnlessJustDone();
                if (free.tryAcquire(1, TimeUnit.SECONDS)) {
                    return true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    private void collectUnlessJustDone() {
        long last = collected.get();
        long now = nanos.getAsLong();
        if (now - last >= PAUSE.toNanos() && collected.compareAndSet(last, now)) {
            collector.run();
        }
    }
}

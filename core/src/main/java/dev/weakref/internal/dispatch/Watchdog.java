package dev.weakref.internal.dispatch;

import dev.weakref.internal.support.Defaults;
import dev.weakref.internal.support.Logging;
import dev.weakref.internal.support.Threads;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that checks whether actions make progress and whether finalizers are overdue, while there are any.
 *
 * <p>A plain loop, because the worker of a {@link java.util.concurrent.ScheduledExecutorService} ends if its queue
 * cannot allocate while memory is exhausted, and no check would follow. This loop continues after any failure.
 */
public final class Watchdog implements Runnable {

    private static final Watchdog SHARED = new Watchdog(Threads.thatMayNotBlock("weakref-watchdog"));

    private static final String CHECK_FAILED = "A check of the actions failed and is repeated";

    private final ThreadFactory threads;

    // Guarded by this.
    private @Nullable Watch first;
    private @Nullable Thread thread;

    Watchdog(ThreadFactory threads) {
        this.threads = threads;
    }

    /** Repeats a check until it is cancelled. What a check throws is logged. */
    public static Watch every(Duration tick, Runnable check) {
        return SHARED.watch(tick, check);
    }

    /** As {@link #every}. Throws if there is no thread for it, and checks nothing then. */
    Watch watch(Duration tick, Runnable check) {
        Watch watch = new Watch(this, Math.max(1, Defaults.nanos(tick)), check);
        Thread running;
        synchronized (this) {
            if (thread == null) {
                Thread made = threads.newThread(this);
                made.start();
                thread = made;
            }
            watch.next = first;
            first = watch;
            running = thread;
        }
        LockSupport.unpark(running);
        return watch;
    }

    /**
     * How often to check for a take-over time: a twentieth of it, so that it is exceeded by 5 % at most. At least a
     * millisecond, or the thread would do little else; at most 100 milliseconds, because limits may be shorter than the
     * take-over time.
     */
    public static Duration tickFor(Duration time) {
        long nanos = Defaults.nanos(time) / 20;
        return Duration.ofNanos(Math.min(Math.max(nanos, TimeUnit.MILLISECONDS.toNanos(1)), 100_000_000));
    }

    @Override
    public void run() {
        long idleSince = System.nanoTime();
        while (true) {
            long now = System.nanoTime();
            long pause = Defaults.nanos(Defaults.KEEP_ALIVE);
            boolean idle = true;
            for (Watch watch = head(); watch != null; watch = watch.next()) {
                idle = false;
                pause = Math.min(pause, watch.checkIfDueAt(now));
            }
            idleSince = idle ? idleSince : now;
            if (idle && now - idleSince >= Defaults.nanos(Defaults.KEEP_ALIVE) && ends()) {
                return;
            }
            LockSupport.parkNanos(this, pause);
            Thread.interrupted(); // an interrupt must not make it spin
        }
    }

    private synchronized @Nullable Watch head() {
        return first;
    }

    private synchronized boolean ends() {
        if (first == null) {
            thread = null;
            return true;
        }
        return false;
    }

    private synchronized void remove(Watch over) {
        Watch before = null;
        for (Watch watch = first; watch != null; watch = watch.next) {
            if (watch == over) {
                if (before == null) {
                    first = watch.next;
                } else {
                    before.next = watch.next;
                }
                return;
            }
            before = watch;
        }
    }

    /** A repeated check. */
    public static final class Watch {
        private final Watchdog watchdog;
        private final long tickNanos;
        private final Runnable check;
        private @Nullable Watch next; // guarded by the watchdog
        private long dueAt; // used by the thread
        private volatile boolean cancelled;

        private Watch(Watchdog watchdog, long tickNanos, Runnable check) {
            this.watchdog = watchdog;
            this.tickNanos = tickNanos;
            this.check = check;
            dueAt = System.nanoTime() + tickNanos;
        }

        /** Ends the checks. One that is running continues. */
        public void cancel() {
            cancelled = true;
            watchdog.remove(this);
        }

        private @Nullable Watch next() {
            synchronized (watchdog) {
                return next;
            }
        }

        /** Makes the check if it is due; returns for how many nanoseconds it is not due again. */
        private long checkIfDueAt(long now) {
            long left = dueAt - now;
            if (left > 0 || cancelled) {
                return Math.max(left, 1);
            }
            try {
                check.run();
            } catch (Throwable failure) {
                Logging.failure(CHECK_FAILED, failure);
            }
            dueAt = System.nanoTime() + tickNanos;
            return tickNanos;
        }
    }
}

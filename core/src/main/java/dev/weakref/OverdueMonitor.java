package dev.weakref;

import dev.weakref.internal.dispatch.Watchdog;
import dev.weakref.internal.support.Logging;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks now and then for finalizers that have been live for too long, while there are any that could be: a walk over the
 * log, with no timer and no queue for a single one.
 *
 * <p>It is late by an eighth of the shortest limit, and rests twenty times as long as a look takes.
 *
 * <p><b>Why none is forgotten.</b> Whoever registers has written the slot before reading {@link #ticking}; the look that
 * found nobody to wait for clears {@code ticking} before it looks once more; all of it volatile. So either the
 * registration sees that it has to start the watch, or the second look sees the registration. Only then is the watch
 * stopped, under the lock, unless somebody has started another one.
 */
final class OverdueMonitor {

    private static final long SHORTEST_TICK = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LONGEST_TICK = TimeUnit.SECONDS.toNanos(30);
    private static final int REST_FACTOR = 20;

    /** Reports what is overdue; returns the shortest limit of those that are not overdue yet, in milliseconds. */
    private final LongSupplier reportOverdue;

    private Watchdog.@Nullable Watch watch;
    private boolean ended;
    private volatile long shortestMillis = Long.MAX_VALUE;
    private volatile boolean ticking;
    private long restUntil = System.nanoTime();

    OverdueMonitor(LongSupplier reportOverdue) {
        this.reportOverdue = reportOverdue;
    }

    /** A finalizer with such a limit is in the log. Never throws: where threads are short, the next one tries again. */
    void expect(long limitMillis) {
        if (!ticking || limitMillis < shortestMillis) {
            try {
                start(limitMillis);
            } catch (Throwable shortage) {
                ticking = false;
                Logging.failure(
                        "No thread looks for overdue finalizers until the next registration tries again", shortage);
            }
        }
    }

    private synchronized void start(long limitMillis) {
        if (!ended && (!ticking || limitMillis < shortestMillis)) {
            tick(limitMillis);
        }
    }

    private void tick(long limitMillis) {
        long tick = TimeUnit.MILLISECONDS.toNanos(limitMillis) / 8;
        Watchdog.Watch next = Watchdog.every(
                Duration.ofNanos(Math.max(SHORTEST_TICK, Math.min(tick, LONGEST_TICK))), this::checkUnlessResting);
        stop();
        watch = next;
        shortestMillis = limitMillis;
        ticking = true;
    }

    private void stop() {
        if (watch != null) {
            watch.cancel();
            watch = null;
        }
    }

    /** Looks no more, because the registry closes. */
    synchronized void end() {
        ended = true;
        stop();
    }

    private void checkUnlessResting() {
        long begin = System.nanoTime();
        if (begin - restUntil >= 0) {
            check();
            long end = System.nanoTime();
            restUntil = end + REST_FACTOR * (end - begin);
        }
    }

    /** Reports who is overdue. */
    void check() {
        long before = shortestMillis;
        long shortest = reportOverdue.getAsLong();
        if (shortest == Long.MAX_VALUE) {
            ticking = false;
            shortest = reportOverdue.getAsLong();
        }
        settle(before, shortest);
    }

    /** Looks less often, or no more, where the one with the shortest limit has gone. */
    private synchronized void settle(long before, long shortest) {
        if (ended || shortestMillis != before) {
            return;
        }
        if (shortest == Long.MAX_VALUE && !ticking) {
            stop();
        } else if (shortest != Long.MAX_VALUE && (!ticking || shortest > before)) {
            tick(shortest);
        }
    }
}

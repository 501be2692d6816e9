package dev.weakref;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks now and then for finalizers that have been live for too long, while there are any that could be: a walk over the
 * log, with no timer and no queue for a single one.
 *
 * <p>It is late by an eighth of the shortest limit, and rests twenty times as long as a look takes.
 *
 * <p><b>Why none is forgotten.</b> Whoever registers has written the slot before reading {@link #ticking}; the look that
 * found nobody to wait for clears {@code ticking} before it looks once more; all of it volatile. So either the
 * registration sees that it has to start the watch, or the second look sees the registration.
 */
final class OverdueWatch {

    private static final long SHORTEST_TICK = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LONGEST_TICK = TimeUnit.SECONDS.toNanos(30);
    private static final int REST_FACTOR = 20;

    private final Log log;
    private final RegistryCore core;
    private Watchdog.@Nullable Watch watch;
    private volatile long shortestMillis = Long.MAX_VALUE;
    private volatile boolean ticking;
    private long restUntil;

    OverdueWatch(Log log, RegistryCore core) {
        this.log = log;
        this.core = core;
    }

    /** A finalizer with such a limit is in the log. */
    void expect(long limitMillis) {
        if (!ticking || limitMillis < shortestMillis) {
            start(limitMillis);
        }
    }

    private synchronized void start(long limitMillis) {
        if (!ticking || limitMillis < shortestMillis) {
            stop();
            shortestMillis = ticking ? Math.min(shortestMillis, limitMillis) : limitMillis;
            long tick = TimeUnit.MILLISECONDS.toNanos(shortestMillis) / 8;
            watch = Watchdog.every(
                    Duration.ofNanos(Math.max(SHORTEST_TICK, Math.min(tick, LONGEST_TICK))), this::lookUnlessResting);
            ticking = true;
        }
    }

    private void stop() {
        if (watch != null) {
            watch.cancel();
            watch = null;
        }
    }

    private void lookUnlessResting() {
        long begin = System.nanoTime();
        if (begin - restUntil >= 0) {
            look();
            long end = System.nanoTime();
            restUntil = end + REST_FACTOR * (end - begin);
        }
    }

    /** Reports who is overdue. */
    void look() {
        if (findOverdue() == Long.MAX_VALUE) {
            synchronized (this) {
                ticking = false;
                stop();
            }
            long missed = findOverdue();
            if (missed != Long.MAX_VALUE) {
                expect(missed);
            }
        }
    }

    /** The shortest limit of those that are not overdue yet. */
    private long findOverdue() {
        long now = core.now();
        long shortest = Long.MAX_VALUE;
        for (Log.Walk live = log.newestFirst(Long.MAX_VALUE); live.hasNext(); ) {
            FinalizerNode<?> node = (FinalizerNode<?>) live.next();
            long limit = node.overdueAfterMillis();
            if (limit != Long.MAX_VALUE && !node.isOverdue() && !node.reportIfOverdueAt(now)) {
                shortest = Math.min(shortest, limit);
            }
        }
        return shortest;
    }
}

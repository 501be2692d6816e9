package dev.weakref;

import dev.weakref.internal.dispatch.Watchdog;
import dev.weakref.internal.reap.CreationLog;
import dev.weakref.internal.reap.LogIterator;
import dev.weakref.internal.support.Logging;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Checks at intervals for finalizers that have been live for too long, while there are any with a limit: an iteration
 * over the log, without a timer or a queue for each.
 *
 * <p>It is late by an eighth of the shortest limit, and rests for twenty times as long as a check takes.
 *
 * <p><b>Why none is forgotten.</b> A registration writes the slot before it reads {@link #ticking}; a check that found
 * nothing to wait for clears {@code ticking} before it checks once more; all of it volatile. So either the registration
 * sees that it has to start the ticks, or the second check sees the registration. Only then are the ticks stopped,
 * under the lock, unless another thread has started them again.
 */
final class OverdueMonitor {

    /** Reached by limits below 80 milliseconds, as in tests: more checks would cost more than they tell. */
    private static final long SHORTEST_TICK = TimeUnit.MILLISECONDS.toNanos(10);

    /** Reached by limits above four minutes: an eighth of a day would be late for a person, and a check is cheap. */
    private static final long LONGEST_TICK = TimeUnit.SECONDS.toNanos(30);

    /** How many times as long as a check its rest is: checks take a twentieth of one core at most. */
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

    /**
     * A finalizer with this limit is in the log. Never throws: if no thread is available, the next registration tries
     * again.
     */
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

    /** Stops the checks, because the registry closes. */
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

    /** Reports what is overdue. */
    void check() {
        long before = shortestMillis;
        long shortest = reportOverdue.getAsLong();
        if (shortest == Long.MAX_VALUE) {
            ticking = false;
            shortest = reportOverdue.getAsLong();
        }
        settle(before, shortest);
    }

    /** Checks less often, or no more, if the one with the shortest limit has ended. */
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

    /**
     * Reports all in a log that are overdue.
     *
     * @return the shortest limit of the others, in milliseconds; {@code Long.MAX_VALUE} if there are none
     */
    static long reportOverdue(CreationLog log, long nowMillis) {
        long shortest = Long.MAX_VALUE;
        for (LogIterator live = log.newestFirst(Long.MAX_VALUE); live.hasNext(); ) {
            FinalizerState node = (FinalizerState) live.next();
            long limit = node.overdueAfterMillis();
            if (limit != Long.MAX_VALUE && !node.isOverdue() && !node.reportIfOverdueAt(nowMillis)) {
                shortest = Math.min(shortest, limit);
            }
        }
        return shortest;
    }
}

package dev.weakref;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The one thread that looks whether actions make progress and whether finalizers are overdue, while there are any. */
final class Watchdog {

    private static final ScheduledThreadPoolExecutor TIMER = timer();

    private Watchdog() {}

    private static ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor timer =
                new ScheduledThreadPoolExecutor(1, Threads.daemons("weakref-watchdog", null));
        timer.setRemoveOnCancelPolicy(true);
        timer.setKeepAliveTime(Settings.KEEP_ALIVE.toMillis(), TimeUnit.MILLISECONDS);
        timer.allowCoreThreadTimeOut(true);
        return timer;
    }

    /** Looks again and again until it is cancelled. What a look throws is logged, and it goes on. */
    static Watch every(Duration tick, Runnable look) {
        TIMER.prestartCoreThread(); // where there is no thread this throws, and leaves nothing in the queue
        Future<?> ticking = TIMER.scheduleWithFixedDelay(
                () -> {
                    try {
                        look.run();
                    } catch (Throwable failure) {
                        Messages.failure("Looking after the actions failed and goes on", failure);
                    }
                },
                tick.toNanos(),
                tick.toNanos(),
                TimeUnit.NANOSECONDS);
        return () -> ticking.cancel(false);
    }

    /** Ends the looking. */
    interface Watch {
        /** Looks no more. */
        void cancel();
    }
}

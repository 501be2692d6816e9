package dev.weakref.internal.support;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The defaults that more than registries need, and durations as numbers. */
public final class Defaults {

    /** How long an action may run. Longer than a database answers, shorter than a server waits for its end. */
    public static final Duration ACTION_LIMIT = Duration.ofSeconds(10);

    /** How long an action may run before the next one starts beside it: longer than most actions take. */
    public static final Duration TAKE_OVER = Duration.ofSeconds(1);

    /** How long an exit pass may take: Kubernetes kills a process 30 seconds after {@code SIGTERM}. */
    public static final Duration EXIT_LIMIT = Duration.ofSeconds(28);

    /** How often a long exit pass tells where it is: rare enough for a log, often enough for a person who waits. */
    public static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(5);

    /** How long threads wait for work before they end: a thread is costly to start, and to keep. */
    public static final Duration KEEP_ALIVE = Duration.ofSeconds(10);

    /** How many threads may run actions at the same time if some are stuck: enough for a database that hangs for a while. */
    public static final int MAX_WORKERS = 8;

    private Defaults() {}

    /** The milliseconds of a duration, {@code Long.MAX_VALUE} if there is none or it is longer. */
    public static long millis(@Nullable Duration time) {
        try {
            return time == null ? Long.MAX_VALUE : time.toMillis();
        } catch (ArithmeticException tooLong) {
            return Long.MAX_VALUE;
        }
    }

    /** The nanoseconds of a duration, or those of 292 years if it is longer. */
    public static long nanos(Duration time) {
        try {
            return time.toNanos();
        } catch (ArithmeticException tooLong) {
            return Long.MAX_VALUE;
        }
    }
}

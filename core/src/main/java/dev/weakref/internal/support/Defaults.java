package dev.weakref.internal.support;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The defaults that more than registries need, and durations as numbers. */
public final class Defaults {

    /**
     * How long an action may run: longer than a database call that works, and much shorter than {@link #EXIT_LIMIT}, so
     * that one that hangs does not use up the exit pass.
     */
    public static final Duration ACTION_LIMIT = Duration.ofSeconds(10);

    /**
     * How long an action may run before the next one starts alongside it: longer than most actions take, so that slow
     * ones keep their order; short, because one that hangs delays the others for as long.
     */
    public static final Duration TAKE_OVER = Duration.ofSeconds(1);

    /**
     * How long an exit pass may take: Kubernetes kills a process 30 seconds after {@code SIGTERM} by default
     * ({@code terminationGracePeriodSeconds}), and the program ends other things as well.
     */
    public static final Duration EXIT_LIMIT = Duration.ofSeconds(28);

    /**
     * How often a long exit pass logs its progress: a few lines within the exit limit, and soon enough for a person who
     * waits.
     */
    public static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(5);

    /**
     * How long threads wait for work before they end: longer than the time between two collections of a busy program,
     * which would start a thread each time; short, because an idle thread keeps its stack and the library's class
     * loader.
     */
    public static final Duration KEEP_ALIVE = Duration.ofSeconds(10);

    /**
     * How many threads may run actions at the same time if some are stuck: enough while a database hangs for some
     * seconds, and too few to exhaust memory or connections.
     */
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

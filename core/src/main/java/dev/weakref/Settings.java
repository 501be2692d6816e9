package dev.weakref;

import java.lang.invoke.MethodHandles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The settings of a registry, and every default of the library. Filled by a builder, then copied and only read. */
final class Settings {

    static final Duration ACTION_LIMIT = Duration.ofSeconds(10);
    static final Duration TAKE_OVER = Duration.ofSeconds(1);
    static final Duration EXIT_LIMIT = Duration.ofSeconds(28);
    static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(5);
    static final Duration KEEP_ALIVE = Duration.ofSeconds(10);
    static final int MAX_WORKERS = 8;
    static final LeakLevel LEAK_LEVEL = LeakLevel.SIMPLE;
    static final double LEAK_SAMPLING = 0.01;
    static final int KEPT_LEAKS = 50;
    static final CaptureCheck CAPTURE_CHECK = CaptureCheck.FAIL;

    private static final AtomicInteger UNNAMED = new AtomicInteger();

    @Nullable String name;

    @Nullable Executor executor;

    @Nullable ThreadFactory threadFactory;

    CaptureCheck captureCheck = CAPTURE_CHECK;
    MethodHandles.@Nullable Lookup lookup;
    Duration actionLimit = ACTION_LIMIT;
    Duration takeOver = TAKE_OVER;
    int maxWorkers = MAX_WORKERS;
    Duration exitLimit = EXIT_LIMIT;
    List<FinalizerListener> listeners = new ArrayList<>();

    @Nullable BiConsumer<? super FinalizerInfo, ? super Throwable> failureHandler;

    Reaper reaper = Reaper.SHARED;
    LeakLevel leakLevel = LeakLevel.byDefault();
    double leakSampling = LEAK_SAMPLING;
    List<LeakListener> leakListeners = new ArrayList<>();

    @Nullable Duration overdueAfter;

    TimeSource clock = CoarseClock.SHARED;

    Settings copy() {
        Settings copy = new Settings();
        copy.name = name != null ? name : "registry-" + UNNAMED.incrementAndGet();
        copy.executor = executor;
        copy.threadFactory = threadFactory;
        copy.captureCheck = captureCheck;
        copy.lookup = lookup;
        copy.actionLimit = actionLimit;
        copy.takeOver = takeOver;
        copy.maxWorkers = maxWorkers;
        copy.exitLimit = exitLimit;
        copy.listeners = List.copyOf(listeners);
        copy.failureHandler = failureHandler;
        copy.leakLevel = leakLevel;
        copy.leakSampling = leakSampling;
        copy.leakListeners = List.copyOf(leakListeners);
        copy.overdueAfter = overdueAfter;
        copy.reaper = reaper;
        copy.clock = clock;
        return copy;
    }

    @Override
    public String toString() {
        return "name " + (name == null ? "by default" : "'" + Names.escape(name) + "'")
                + ", action limit " + actionLimit
                + ", take-over " + takeOver
                + ", workers " + maxWorkers
                + ", exit limit " + exitLimit
                + ", capture check " + captureCheck
                + ", leak level " + leakLevel
                + ", leak sampling " + leakSampling
                + ", overdue after " + (overdueAfter == null ? "never" : overdueAfter)
                + ", threads " + (executor != null ? "of an executor" : threadFactory != null ? "of a factory" : "own")
                + ", failures to " + (failureHandler == null ? "the log" : "a handler")
                + ", listeners " + listeners.size()
                + ", leak listeners " + leakListeners.size();
    }

    static Duration positive(Duration time, String what) {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("The " + what + " is " + time + "; give a positive duration");
        }
        return time;
    }

    static double fraction(double number, String what) {
        if (!(number >= 0 && number <= 1)) {
            throw new IllegalArgumentException("The " + what + " is " + number + "; give a number from 0 to 1");
        }
        return number;
    }

    static int atLeastOne(int number, String what) {
        if (number < 1) {
            throw new IllegalArgumentException("The " + what + " is " + number + "; give at least 1");
        }
        return number;
    }

    static int notNegative(int number, String what) {
        if (number < 0) {
            throw new IllegalArgumentException("The " + what + " is " + number + "; give 0 or more");
        }
        return number;
    }

    /** The milliseconds of a duration, {@code Long.MAX_VALUE} where there is none or it is longer. */
    static long millis(@Nullable Duration time) {
        try {
            return time == null ? Long.MAX_VALUE : time.toMillis();
        } catch (ArithmeticException tooLong) {
            return Long.MAX_VALUE;
        }
    }

    /** The nanoseconds of a duration, or those of 292 years where it is longer. */
    static long nanos(Duration time) {
        try {
            return time.toNanos();
        } catch (ArithmeticException tooLong) {
            return Long.MAX_VALUE;
        }
    }
}

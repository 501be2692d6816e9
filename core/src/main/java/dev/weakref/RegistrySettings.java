package dev.weakref;

import dev.weakref.internal.reap.Reaper;
import dev.weakref.internal.support.CoarseClock;
import dev.weakref.internal.support.Defaults;
import dev.weakref.internal.support.Names;
import dev.weakref.internal.support.TimeSource;
import java.lang.invoke.MethodHandles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The settings of a registry, with their defaults. Filled by a builder, then copied and only read. */
final class RegistrySettings {

    /**
     * The part of registrations that record a stack: with this, one at level {@code ADVANCED} takes three to four times
     * as long as at {@code DISABLED} (docs/performance.md); with less, a site that leaks seldom is not found.
     */
    static final double LEAK_SAMPLING = 0.01;

    /** How many reports a person reads; each holds texts only. */
    static final int KEPT_LEAKS = 50;

    static final CaptureCheck CAPTURE_CHECK = CaptureCheck.FAIL;

    private static final AtomicInteger UNNAMED = new AtomicInteger();

    @Nullable String name;

    @Nullable Executor executor;

    @Nullable ThreadFactory threadFactory;

    CaptureCheck captureCheck = CAPTURE_CHECK;
    MethodHandles.@Nullable Lookup lookup;
    Duration actionLimit = Defaults.ACTION_LIMIT;
    Duration takeOver = Defaults.TAKE_OVER;
    int maxWorkers = Defaults.MAX_WORKERS;
    Duration exitLimit = Defaults.EXIT_LIMIT;
    List<FinalizerListener> listeners = new ArrayList<>();

    @Nullable BiConsumer<? super FinalizerInfo, ? super Throwable> failureHandler;

    Reaper reaper = Reaper.SHARED;
    LeakLevel leakLevel = LeakLevel.byDefault();
    double leakSampling = LEAK_SAMPLING;
    List<LeakListener> leakListeners = new ArrayList<>();

    @Nullable Duration overdueAfter;

    boolean reportOpenAtExit;

    boolean refuseValueBased;

    TimeSource clock = CoarseClock.SHARED;

    RegistrySettings copy() {
        RegistrySettings copy = new RegistrySettings();
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
        copy.reportOpenAtExit = reportOpenAtExit;
        copy.refuseValueBased = refuseValueBased;
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
                + ", open at exit " + (reportOpenAtExit ? "reported" : "not reported")
                + ", value-based referents " + (refuseValueBased ? "refused" : "warned of")
                + ", threads " + (executor != null ? "of an executor" : threadFactory != null ? "of a factory" : "own")
                + ", failures to " + (failureHandler == null ? "the log" : "a handler")
                + ", listeners " + listeners.size()
                + ", leak listeners " + leakListeners.size();
    }
}

package dev.weakref;

import dev.weakref.Finalizer.Outcome;
import dev.weakref.Finalizer.Trigger;
import dev.weakref.internal.dispatch.ListenerCalls;
import dev.weakref.internal.support.LogFields;
import dev.weakref.internal.support.Logging;
import dev.weakref.internal.support.Names;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reports each run and each delay of a registry's finalizers once: to counters, leaks, flight recorder, listeners and
 * log.
 */
final class RunReporter {

    private final String name;
    private final List<FinalizerListener> listeners;
    private final @Nullable BiConsumer<? super FinalizerInfo, ? super Throwable> failureHandler;
    private final LeakReporter leaks;
    private final RunCounters counters;
    private final boolean openAtExitIsALeak;

    /** Whether runs have to be timed, because listeners are told how long they took. */
    final boolean timed;

    RunReporter(RegistrySettings settings, LeakReporter leaks, RunCounters counters) {
        name = String.valueOf(settings.name);
        listeners = settings.listeners;
        failureHandler = settings.failureHandler;
        this.leaks = leaks;
        this.counters = counters;
        openAtExitIsALeak = settings.reportOpenAtExit;
        timed = !listeners.isEmpty();
    }

    /**
     * Counts what delays others, and notifies the listeners in another thread, because the watchdog serves all
     * registries.
     */
    void delayed(FinalizerDelay.Kind kind, @Nullable FinalizerInfo finalizer, long nanos) {
        counters.delayed(kind);
        if (!listeners.isEmpty()) {
            FinalizerDelay delay = new FinalizerDelay(kind, name, finalizer, Duration.ofNanos(nanos));
            ListenerCalls.submit(
                    "A finalizer listener",
                    List.<Runnable>of(() -> notifyListeners(listener -> listener.onDelay(delay)))
                            .iterator());
        }
    }

    private void notifyListeners(Consumer<FinalizerListener> event) {
        for (FinalizerListener listener : listeners) {
            try {
                event.accept(listener);
            } catch (Throwable listenersFault) {
                Logging.failure("A listener of registry '" + Names.escape(name) + "' failed", listenersFault);
            }
        }
    }

    /** What a line is about that is about this registry. */
    LogFields fields() {
        return new LogFields().with(LogFields.Key.REGISTRY, Names.escape(name));
    }

    /** What a line is about that is about one of its finalizers. */
    LogFields fields(FinalizerInfo finalizer) {
        return fields(Names.escape(name), finalizer);
    }

    static LogFields fields(String escapedRegistry, FinalizerInfo finalizer) {
        return new LogFields()
                .with(LogFields.Key.REGISTRY, escapedRegistry)
                .with(LogFields.Key.ID, finalizer.id())
                .with(LogFields.Key.NAME, finalizer.name())
                .with(LogFields.Key.ACTION, finalizer.action())
                .with(LogFields.Key.CREATED_BY, finalizer.createdBy());
    }

    void onRunEnded(
            FinalizerState node, Trigger trigger, long nanos, @Nullable Object event, @Nullable Throwable failure) {
        recordRun(node, trigger, failure == null ? Outcome.SUCCESS : Outcome.FAILURE, nanos, event, failure);
    }

    private void recordRun(
            FinalizerState node,
            Trigger trigger,
            Outcome outcome,
            long nanos,
            @Nullable Object event,
            @Nullable Throwable failure) {
        counters.ran(trigger, outcome);
        if (trigger == Trigger.EXPLICIT ? node.isOverdue() : isLeak(node, trigger)) {
            leaks.found(
                    trigger == Trigger.EXPLICIT ? Leak.Kind.RESOLVED : Leak.Kind.NOT_CLOSED,
                    node.info(),
                    node.actionClass());
        }
        if (Logging.isDebugging()) {
            Logging.log(
                    Level.DEBUG,
                    () -> trigger + " finalizer " + node.id + " '" + node.info().name() + "' of registry '"
                            + Names.escape(name) + "' " + outcome);
        }
        if (timed || event != null) {
            FinalizerRun run = new FinalizerRun(node.info(), trigger, outcome, Duration.ofNanos(nanos), failure);
            Jfr.runEnded(event, run, name);
            notifyListeners(listener -> listener.onRun(run));
        }
    }

    private boolean isLeak(FinalizerState node, Trigger trigger) {
        return node.mustBeClosed() && (trigger == Trigger.UNREACHABLE || openAtExitIsALeak);
    }

    /** Passes a failure that no caller waits for to the handler, or to the log. */
    void report(FinalizerInfo info, Trigger trigger, Throwable failure) {
        String message = "Finalizer " + info.id() + " '" + info.name() + "' of registry '" + Names.escape(name)
                + "' failed (" + trigger + ", action " + info.action()
                + (info.createdBy() == null ? "" : ", created by " + info.createdBy()) + ")";
        if (failureHandler == null) {
            Logging.failure(message, failure, () -> failed(info, trigger));
            return;
        }
        try {
            failureHandler.accept(info, failure);
        } catch (Throwable handlersFault) {
            if (handlersFault != failure) {
                failure.addSuppressed(handlersFault);
            }
            Logging.failure(message + ", and so did the failure handler", failure, () -> failed(info, trigger));
        }
    }

    private LogFields failed(FinalizerInfo info, Trigger trigger) {
        return fields(info)
                .with(LogFields.Key.TRIGGER, trigger.name())
                .with(LogFields.Key.OUTCOME, Outcome.FAILURE.name());
    }

    /** @param stack where the action is */
    void onTimedOut(FinalizerState node, Trigger trigger, long nanos, StackTraceElement[] stack) {
        Logging.log(
                Level.WARNING,
                () -> node.describe() + " has timed out: it has passed its limit of "
                        + Duration.ofNanos(node.limitNanos())
                        + ", or that of the exit pass, and is interrupted (" + trigger
                        + "); the objects that it reaches are not collected until it ends. It is here:"
                        + Logging.stack(stack),
                null,
                () -> fields(node.info())
                        .with(LogFields.Key.TRIGGER, trigger.name())
                        .with(LogFields.Key.OUTCOME, Outcome.TIMEOUT.name()));
        Object event = Jfr.runBegins();
        Jfr.runStops(event);
        recordRun(node, trigger, Outcome.TIMEOUT, nanos, event, null);
    }

    void onFinishedAfterTimeout(FinalizerState node, long nanos, @Nullable Throwable failure) {
        delayed(FinalizerDelay.Kind.FINISHED_AFTER_ALL, node.info(), nanos);
        Logging.log(
                Level.INFO,
                () -> node.describe() + " finished after it had timed out, and "
                        + (failure == null ? "succeeded" : "failed: " + failure),
                failure,
                () -> fields(node.info()).with(LogFields.Key.DELAY, FinalizerDelay.Kind.FINISHED_AFTER_ALL.name()));
    }

    /** Counts a finalizer that its user has detached. Never throws: the caller must get what was detached. */
    void onDetached(FinalizerState node) {
        try {
            counters.detached();
            if (node.isOverdue()) {
                leaks.found(Leak.Kind.RESOLVED, node.info(), node.actionClass());
            }
        } catch (VirtualMachineError shortage) {
            Logging.failure("A finalizer was detached and could not be counted", shortage);
        }
    }

    /**
     * Discards a finalizer that the exit pass does not run, and counts that; whether it was live. If it throws, the
     * finalizer is unchanged.
     */
    boolean discard(FinalizerState node) {
        boolean leak = isLeak(node, node.refersTo(null) ? Trigger.UNREACHABLE : Trigger.EXIT);
        FinalizerInfo info = leak ? node.info() : null;
        if (!node.discard()) {
            return false;
        }
        try {
            counters.detached();
            if (info != null) {
                leaks.found(Leak.Kind.NOT_CLOSED, info, node.actionClass());
            }
        } catch (VirtualMachineError shortage) { // the caller counts it as well
            Logging.failure("A finalizer was discarded and could not be counted", shortage);
        }
        return true;
    }

    /** The registry was dropped with so many live finalizers. */
    void onDropped(long live) {
        Logging.log(
                Level.WARNING,
                () -> "Registry '" + Names.escape(name) + "' was dropped without being closed: its " + live
                        + " live finalizers run when their referents are collected,"
                        + " and not at exit; close it, or keep it until the program ends");
    }
}

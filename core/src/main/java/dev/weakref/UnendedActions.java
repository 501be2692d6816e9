package dev.weakref;

import dev.weakref.Leftover.Reason;
import dev.weakref.internal.dispatch.DispatchTask;
import dev.weakref.internal.dispatch.RunningTask;
import dev.weakref.internal.dispatch.SerialDispatcher;
import dev.weakref.internal.reap.CreationLog;
import dev.weakref.internal.reap.LogIterator;
import dev.weakref.internal.support.Defaults;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The actions that have not ended when an exit pass ends, although the pass did not begin them or has counted them as
 * run. For use by the thread that runs the pass.
 */
final class UnendedActions {

    private final CreationLog log;
    private final SerialDispatcher dispatcher;
    private final ActionRunner runner;
    private final SerialDispatcher ofThePass;
    private final Predicate<DispatchTask> awaited;

    /** What the threads of the registry still ran after the pass had waited for them. */
    private Set<DispatchTask> blocked = Set.of();

    /**
     * Of a registry with this log, these workers and this runner.
     *
     * @param awaited whether the pass waits for it
     */
    UnendedActions(
            CreationLog log,
            SerialDispatcher dispatcher,
            ActionRunner runner,
            SerialDispatcher ofThePass,
            Predicate<DispatchTask> awaited) {
        this.log = log;
        this.dispatcher = dispatcher;
        this.runner = runner;
        this.ofThePass = ofThePass;
        this.awaited = awaited;
    }

    /** Called when the pass has waited for the threads of the registry. */
    void waitedForThreads() {
        Set<DispatchTask> busy = Collections.newSetFromMap(new IdentityHashMap<>());
        tasksOfThreads().forEach(busy::add);
        blocked = busy;
    }

    private Stream<DispatchTask> tasksOfThreads() {
        return Stream.concat(dispatcher.running().stream().map(RunningTask::task), runner.inExecutor().stream());
    }

    /** What is left now. */
    List<Leftover> list() {
        List<Leftover> left = new ArrayList<>();
        for (LogIterator running = log.running(); running.hasNext(); ) {
            FinalizerState node = (FinalizerState) running.next();
            left.add(Leftover.of(node.info(), awaited.test(node) ? Reason.STILL_RUNNING : Reason.WAITS_FOR_EXIT));
        }
        tasksOfThreads().forEach(task -> add(task, blocked.contains(task), left));
        ofThePass.running().stream()
                .filter(running -> nodeOf(running.task()).isDone()) // the pass has counted the others
                .forEach(running -> add(running.task(), isStuck(running), left));
        return left;
    }

    /** Whether it is seen for so long that its thread is not about to end it at this moment. */
    private static boolean isStuck(RunningTask running) {
        return running.nanos() >= Math.min(running.task().limitNanos(), Defaults.nanos(Defaults.TAKE_OVER));
    }

    private static FinalizerState nodeOf(DispatchTask task) {
        return (FinalizerState) (task instanceof ExplicitCall call ? call.finalizer() : task);
    }

    private static void add(DispatchTask task, boolean stuck, List<Leftover> left) {
        FinalizerState node = nodeOf(task);
        Reason reason = reason(node, stuck);
        if (reason != null) {
            left.add(Leftover.of(node.info(), reason));
        }
    }

    /** Why it is left; {@code null} if it is not, or is in the log as running. */
    private static @Nullable Reason reason(FinalizerState node, boolean stuck) {
        if (node.isDone()) {
            return stuck && !node.hasTimedOut() ? Reason.LISTENER_RUNNING : null;
        }
        return node.hasTimedOut() ? Reason.TIMED_OUT_BEFORE : null;
    }
}

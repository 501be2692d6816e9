package dev.weakref;

import dev.weakref.internal.dispatch.DispatchTask;
import dev.weakref.internal.reap.TrackedReference;
import dev.weakref.internal.support.Logging;
import dev.weakref.internal.support.StackReserve;
import java.lang.System.Logger.Level;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Runs the actions that no caller waits for: in the worker of the dispatcher, or in an executor of the user's, with the
 * context class loader of the registry's creator.
 */
final class ActionRunner {

    private final @Nullable Executor executor;
    private final @Nullable ClassLoader contextClassLoader;

    /** Whether the dispatcher was stopped, as the exit pass does at its beginning. */
    private final BooleanSupplier stopped;

    /** What the user's executor runs. Guarded by itself. */
    private final Set<DispatchTask> inExecutor = Collections.newSetFromMap(new IdentityHashMap<>(1));

    ActionRunner(@Nullable Executor executor, @Nullable ClassLoader contextClassLoader, BooleanSupplier stopped) {
        this.executor = executor;
        this.contextClassLoader = contextClassLoader;
        this.stopped = stopped;
    }

    /**
     * Runs a task, or gives it to the user's executor. Allocates nothing without an executor. What cannot be run
     * because memory or stack is exhausted is handed over again.
     */
    void dispatch(DispatchTask task) {
        try {
            if (executor == null) {
                inContext(task);
            } else {
                execute(executor, task);
            }
        } catch (VirtualMachineError shortage) {
            tryAgain(task);
            throw shortage;
        }
    }

    /** Only for dead referents: a call that no thread waits for is not repeated; its finalizer stays live. */
    private static void tryAgain(DispatchTask task) {
        if (task instanceof TrackedReference node) {
            node.tryAgain();
        }
    }

    private void execute(Executor executor, DispatchTask task) {
        try {
            executor.execute(() -> runInExecutor(task));
        } catch (Throwable rejection) {
            Logging.log(
                    Level.DEBUG,
                    () -> task.describe() + " was rejected by the executor and runs without it",
                    rejection);
            inContext(task);
        }
    }

    /** Runs it, unless the dispatcher was stopped: the exit pass finds it still live. */
    private void runInExecutor(DispatchTask task) {
        try {
            StackReserve.ensure(); // so that what is added is removed again
            runAdded(task);
        } catch (VirtualMachineError shortage) {
            tryAgain(task); // last: another thread may add it then
            throw shortage;
        }
    }

    private void runAdded(DispatchTask task) {
        try {
            synchronized (inExecutor) {
                inExecutor.add(task);
            }
            if (!stopped.getAsBoolean()) {
                inContext(task);
            }
        } finally {
            synchronized (inExecutor) {
                inExecutor.remove(task);
                inExecutor.notifyAll();
            }
        }
    }

    /** Runs it with the context class loader of the registry's creator; the last action may have left another one. */
    private void inContext(DispatchTask task) {
        Thread me = Thread.currentThread();
        ClassLoader before = me.getContextClassLoader();
        useLoader(me, contextClassLoader);
        try {
            task.run();
        } finally {
            useLoader(me, before);
        }
    }

    /** As {@link #inContext(DispatchTask)}, for a task that is run in another way. */
    void inContext(DispatchTask task, Consumer<DispatchTask> run) {
        Thread me = Thread.currentThread();
        ClassLoader before = me.getContextClassLoader();
        useLoader(me, contextClassLoader);
        try {
            run.accept(task);
        } finally {
            useLoader(me, before);
        }
    }

    /** Writes it only if it differs: writing a reference into an old object costs a fence with G1 (card marking). */
    private static void useLoader(Thread me, @Nullable ClassLoader loader) {
        if (me.getContextClassLoader() != loader) {
            me.setContextClassLoader(loader);
        }
    }

    /**
     * Waits until the executor runs no action that the pass waits for. Called after the dispatcher was stopped.
     *
     * <p><b>Why this works.</b> A thread of the executor adds its action under the lock, and asks after that whether
     * the dispatcher was stopped. This looks under the same lock, after it was stopped. So if it does not see the
     * action, that was added later, and its thread sees the stop and does not run it.
     *
     * @param nanos how long to wait
     */
    boolean isExecutorIdle(Predicate<DispatchTask> awaited, long nanos) throws InterruptedException {
        long begin = System.nanoTime();
        synchronized (inExecutor) {
            while (runsAny(awaited)) {
                long left = nanos - (System.nanoTime() - begin);
                if (left <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(
                        inExecutor, Math.max(left, 1_000_000)); // Object.wait counts in milliseconds
            }
            return true;
        }
    }

    /** What the executor runs now. */
    List<DispatchTask> inExecutor() {
        synchronized (inExecutor) {
            return List.copyOf(inExecutor);
        }
    }

    /** Called with the lock. */
    private boolean runsAny(Predicate<DispatchTask> awaited) {
        for (DispatchTask task : inExecutor) {
            if (awaited.test(task)) {
                return true;
            }
        }
        return false;
    }
}

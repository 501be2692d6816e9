package dev.weakref;

import dev.weakref.internal.dispatch.DispatchTask;
import dev.weakref.internal.reap.TrackedReference;
import dev.weakref.internal.support.Logging;
import java.lang.System.Logger.Level;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs the actions that no caller waits for: in the worker of the dispatcher, or in an executor of the user's, with the
 * context class loader of the registry's creator.
 */
final class ActionRunner {

    private final @Nullable Executor executor;
    private final @Nullable ClassLoader contextClassLoader;

    /** Whether the exit pass has begun. */
    private final BooleanSupplier closing;

    /** One permit for each action in the user's executor; all of them for the exit pass. */
    private final Semaphore inExecutor = new Semaphore(Integer.MAX_VALUE);

    ActionRunner(@Nullable Executor executor, @Nullable ClassLoader contextClassLoader, BooleanSupplier closing) {
        this.executor = executor;
        this.contextClassLoader = contextClassLoader;
        this.closing = closing;
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

    /** Runs it, unless the exit pass has begun, which will find it still live. */
    private void runInExecutor(DispatchTask task) {
        if (inExecutor.tryAcquire()) {
            try {
                if (!closing.getAsBoolean()) {
                    inContext(task);
                }
            } catch (VirtualMachineError shortage) {
                tryAgain(task);
                throw shortage;
            } finally {
                inExecutor.release();
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
     * Waits until the executor runs no action that the pass waits for. A stuck one keeps its permit; one that begins
     * later sees the exit pass and does nothing.
     */
    boolean isExecutorIdle(int notAwaited, long nanos) throws InterruptedException {
        if (executor == null) {
            return true;
        }
        int free = Integer.MAX_VALUE - notAwaited;
        if (!inExecutor.tryAcquire(free, nanos, TimeUnit.NANOSECONDS)) {
            return false;
        }
        inExecutor.release(free);
        return true;
    }
}

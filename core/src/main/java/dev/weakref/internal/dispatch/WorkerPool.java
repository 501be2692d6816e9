package dev.weakref.internal.dispatch;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The workers of a dispatcher, stuck ones among them. Guarded by the lock of the dispatcher. */
final class WorkerPool {

    final int maximum;

    private final List<Worker> all = new ArrayList<>();

    /** The one that starts the next task. */
    @Nullable Worker active;

    /** Whether it was reported that all are stuck, since the last one was removed. */
    boolean saturationReported;

    WorkerPool(int maximum) {
        this.maximum = maximum;
    }

    void add(Worker worker) {
        all.add(worker);
    }

    void remove(Worker worker) {
        all.remove(worker);
        saturationReported = false;
        if (active == worker) {
            active = null;
        }
    }

    /** Whether a worker runs a task that has not timed out and is to be waited for. */
    boolean anyAwaited(Predicate<DispatchTask> notAwaited) {
        return anyRuns(worker -> !worker.timedOut && !notAwaited.test(Objects.requireNonNull(worker.task)));
    }

    /** The thread of the active worker, if that waits for a task. */
    @Nullable Thread waiting() {
        return active != null && active.task == null ? active.thread : null;
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    boolean isFull() {
        return all.size() >= maximum;
    }

    /** Whether there may be no further worker, and each one runs a task that is stuck. */
    boolean areAllStuck() {
        if (active != null || !isFull()) {
            return false;
        }
        for (Worker worker : all) {
            if (worker.task == null) {
                return false;
            }
        }
        return true;
    }

    /** Whether a worker of this kind runs a task. */
    boolean anyRuns(Predicate<Worker> kind) {
        for (Worker worker : all) {
            if (worker.task != null && kind.test(worker)) {
                return true;
            }
        }
        return false;
    }

    /** The tasks that workers of this kind run. */
    List<RunningTask> tasksOf(Predicate<Worker> kind) {
        List<RunningTask> tasks = new ArrayList<>();
        for (Worker worker : all) {
            if (worker.task != null && worker.thread != null && kind.test(worker)) {
                tasks.add(new RunningTask(worker, worker.task, worker.thread, worker.seenFor()));
            }
        }
        return tasks;
    }

    @Override
    public String toString() {
        return all.size() + " workers, active: " + active;
    }
}

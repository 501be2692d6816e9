package dev.weakref.internal.dispatch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a tick of the watchdog does with the workers of a {@link SerialDispatcher}: it times out tasks that have passed
 * their limit, and ends the turn of a stuck worker. It takes the lock of the dispatcher, and reports without it.
 */
final class WorkerMonitor {

    private final Object lock;
    private final WorkerPool workers;
    private final Duration tick;
    private final TakeOverTime takeOverTime;
    private final Supplier<Runnable> saturationReport;

    private Watchdog.@Nullable Watch watch; // guarded by the lock

    /** @param saturationReport makes, with the lock, what reports without it that all workers are stuck */
    WorkerMonitor(
            Object lock,
            WorkerPool workers,
            Duration tick,
            TakeOverTime takeOverTime,
            Supplier<Runnable> saturationReport) {
        this.lock = lock;
        this.workers = workers;
        this.tick = tick;
        this.takeOverTime = takeOverTime;
        this.saturationReport = saturationReport;
    }

    /** Starts the ticks, unless they were started before. */
    void start(Runnable check) {
        synchronized (lock) {
            if (watch == null) {
                watch = Watchdog.every(tick, check);
            }
        }
    }

    boolean areAllStuck() {
        synchronized (lock) {
            return workers.areAllStuck();
        }
    }

    /** Ends the ticks if there are no workers. */
    void stopIfIdle() {
        Watchdog.Watch over = null;
        synchronized (lock) {
            if (workers.isEmpty()) {
                over = watch;
                watch = null;
            }
        }
        if (over != null) {
            over.cancel();
        }
    }

    /** The tasks that workers of this kind run. */
    List<RunningTask> tasks(Predicate<Worker> kind) {
        synchronized (lock) {
            return workers.tasksOf(kind);
        }
    }

    /** Times out what has passed its limit. */
    void timeOutPastLimit(long now) {
        tasks(worker -> worker.isPastLimit(now)).forEach(this::timeOut);
    }

    /** Times out all that run. */
    void timeOutAll() {
        tasks(worker -> !worker.timedOut).forEach(this::timeOut);
    }

    /** Reports before it interrupts, while the stack still shows where the task is. */
    private void timeOut(RunningTask running) {
        boolean reported = running.task().timeOut(running.thread(), running.nanos());
        StackTraceElement[] stack =
                reported ? new StackTraceElement[0] : running.thread().getStackTrace();
        boolean runs;
        synchronized (lock) {
            runs = running.worker().task == running.task();
            if (runs) {
                running.worker().timedOut = true;
                running.thread().interrupt();
                lock.notifyAll();
            }
        }
        if (runs && !reported && running.nanos() >= running.task().limitNanos()) { // less in timeOutAll
            DispatchReports.heldUp(running.task(), stack);
        }
    }

    /** Ends the turn of the active worker if it is stuck; returns what the caller is to report without the lock. */
    List<Runnable> endTurnIfStuck(long now) {
        List<Runnable> reports = new ArrayList<>();
        synchronized (lock) {
            Worker active = workers.active;
            if (active != null && active.isStuck(now, takeOverTime)) {
                endTurn(active, reports);
            }
        }
        return reports;
    }

    private void endTurn(Worker stuck, List<Runnable> reports) {
        DispatchTask task = stuck.task;
        Thread thread = stuck.thread;
        workers.active = null;
        lock.notifyAll();
        if (!stuck.timedOut && task != null && thread != null) {
            stuck.reported = true;
            long nanos = stuck.seenFor();
            reports.add(() -> DispatchReports.stillRunning(task, thread, nanos));
        }
        if (workers.isFull() && !workers.saturationReported) {
            workers.saturationReported = true;
            reports.add(saturationReport.get());
        }
    }
}

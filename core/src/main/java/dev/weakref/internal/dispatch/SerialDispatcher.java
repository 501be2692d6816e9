package dev.weakref.internal.dispatch;

import dev.weakref.internal.support.Defaults;
import dev.weakref.internal.support.StackReserve;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks one after the other, in the order in which they were submitted. One worker is <em>active</em>: it starts
 * the next task. If its task takes longer than the take-over time, another worker becomes the active one, up to a
 * maximum number of workers. A worker whose task ends after that becomes active again if no other one is, and ends
 * otherwise.
 *
 * <p>So tasks start strictly in order, and run concurrently only if one of them is stuck. The watchdog checks at an
 * interval which workers have made no progress: no clock is read and no timer set for a single task.
 *
 * <p>One lock guards all fields, and is never held while a task runs or a line is logged. Workers start if there is
 * work, and end if there was none for a while.
 *
 * <p><b>Why nothing is lost if memory or stack is exhausted.</b> The lock is a monitor, which the JVM releases while it
 * unwinds; entering it allocates nothing. Submitting links a batch that exists already, by writing fields. A batch
 * returns a task or throws, and then still has it. A worker that fails to get its next task tries again. A worker whose
 * thread cannot be started is removed, so that {@link #retry()} starts another one.
 */
public class SerialDispatcher {

    private final String name;
    private final WorkerStarter threads;
    private final TaskOwner owner;
    private final WorkerMonitor monitor;
    private final Object lock = new Object();

    // Guarded by the lock.
    private final TaskQueue queue = new TaskQueue();
    private final WorkerPool workers;
    private boolean stopped;

    public SerialDispatcher(
            String name,
            ThreadFactory threads,
            int maxWorkers,
            Duration tick,
            TakeOverTime takeOverTime,
            TaskOwner owner) {
        this.name = name;
        this.threads =
                new WorkerStarter(threads, "No thread for the actions of " + name + "; the next signal tries again");
        this.owner = owner;
        workers = new WorkerPool(maxWorkers);
        monitor = new WorkerMonitor(lock, workers, tick, takeOverTime, this::saturationReport);
    }

    public String name() {
        return name;
    }

    /** Adds tasks after all that were submitted before. Allocates nothing. If it throws, it has added none. */
    public void submit(TaskBatch tasks) {
        synchronized (lock) {
            if (stopped) {
                return;
            }
            queue.add(tasks);
        }
        try {
            wakeWorker();
            ensureWorker();
        } catch (StackOverflowError theNextSignalTriesAgain) {
            threads.areShort = true;
        }
    }

    /** Wakes the threads that wait. The active worker parks without the lock, so it is unparked without it. */
    private void wakeWorker() {
        Thread waiting;
        synchronized (lock) {
            lock.notifyAll();
            waiting = workers.waiting();
        }
        if (waiting != null) {
            LockSupport.unpark(waiting);
        }
    }

    /**
     * Starts a worker if the last attempt has failed, and returns whether tasks still wait for one. Called at each pass
     * of the reaper.
     */
    public boolean retry() {
        if (threads.areShort) {
            wakeWorker(); // the submitter may have had no stack for that either
            ensureWorker();
        }
        return threads.areShort && !isDone();
    }

    /** Starts a worker if there is work and none is active. Throws only a stack overflow, and has done nothing then. */
    public void ensureWorker() {
        StackReserve.ensure(); // so that no worker is added and then neither started nor removed
        Worker worker = nextWorker();
        if (worker != null) {
            threads.start(worker);
        }
    }

    private @Nullable Worker nextWorker() {
        synchronized (lock) {
            if (workers.active != null || queue.isEmpty() || workers.isFull() || stopped) {
                return null;
            }
            try {
                Worker worker = new Worker(this, true, queue.submissions(), Long.MAX_VALUE);
                workers.add(worker);
                workers.active = worker;
                return worker;
            } catch (VirtualMachineError theNextSignalTriesAgain) {
                threads.areShort = true;
                return null;
            }
        }
    }

    /** Starts the ticks, with the first worker. */
    void startWatchdog() {
        monitor.start(this::tick);
    }

    /**
     * Runs tasks in the calling thread, if no worker is active because no thread could be started. The watchdog ticks
     * for it as well, unless it has no thread either.
     *
     * @param nanos for how long: then it starts no other task, and the current one times out
     * @return whether the thread was interrupted for another reason than a timeout
     */
    public boolean runInCallerIfNoThread(long nanos) {
        Worker here;
        StackReserve.ensure(); // so that no worker is added and then neither run nor removed
        synchronized (lock) {
            if (workers.active != null || queue.isEmpty() || stopped || !threads.areShort) {
                return false;
            }
            here = new Worker(this, false, queue.submissions(), nanos);
            here.thread = Thread.currentThread();
            workers.add(here);
            workers.active = here;
        }
        try {
            startWatchdog();
        } catch (Throwable noThreadForThatEither) {
            // Then there are no limits; the missing thread was logged before.
        }
        here.run();
        synchronized (lock) {
            here.takeInterrupt();
            return here.interrupted;
        }
    }

    /** Starts no further task. Those that run continue. */
    public void stop() {
        synchronized (lock) {
            queue.clear();
            stopped = true; // last: this cannot fail
        }
        wakeWorker();
    }

    /** Whether it starts no further task. */
    public boolean isStopped() {
        synchronized (lock) {
            return stopped;
        }
    }

    /** Whether no task waits or runs. */
    public boolean isIdle() {
        synchronized (lock) {
            return queue.isEmpty() && !workers.anyRuns(worker -> true);
        }
    }

    /** Whether no task can start until one of those that are stuck has ended. */
    public boolean isStuck() {
        return monitor.areAllStuck();
    }

    /** How many tasks have not begun, as far as their batches know. */
    public long waiting() {
        synchronized (lock) {
            return queue.remaining();
        }
    }

    /**
     * Waits until no tasks are left and the active worker runs none; not for stuck workers. Ends early if tasks are
     * left and no thread can run them. Returns whether the work is done.
     */
    public boolean awaitDrained(long nanos) throws InterruptedException {
        return await(() -> isDone() || (workers.active == null && threads.areShort), nanos) && isDone();
    }

    private boolean isDone() {
        synchronized (lock) {
            return queue.isEmpty() && (workers.active == null || workers.active.task == null);
        }
    }

    /**
     * Waits until no task runs, except for those that have timed out or are not to be waited for; returns whether that
     * was in time.
     */
    public boolean awaitRunning(long nanos, Predicate<DispatchTask> notAwaited) throws InterruptedException {
        return await(() -> !workers.anyAwaited(notAwaited), nanos);
    }

    private boolean await(BooleanSupplier done, long nanos) throws InterruptedException {
        long begin = System.nanoTime();
        synchronized (lock) {
            while (!done.getAsBoolean()) {
                long left = nanos - (System.nanoTime() - begin);
                if (left <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(lock, Math.max(left, 1_000_000));
            }
            return true;
        }
    }

    public List<RunningTask> running() {
        return monitor.tasks(worker -> true);
    }

    /** Whether this thread runs one of the tasks. */
    public boolean runsIn(Thread thread) {
        return running().stream().anyMatch(running -> running.thread() == thread);
    }

    /** Ends the task of a worker and returns the next one; {@code null} if the worker is to end. */
    @Nullable DispatchTask next(Worker worker) {
        boolean waited = false;
        while (true) {
            DispatchTask ended;
            long took;
            synchronized (lock) {
                worker.takeInterrupt(); // a timeout interrupts under the lock, so never the next task
                took = worker.reported ? worker.seenFor() : 0;
                ended = worker.end();
                if (ended != null) {
                    lock.notifyAll();
                } else {
                    if (stopped || (workers.active != null && workers.active != worker) || worker.isOver()) {
                        return null;
                    }
                    workers.active = worker;
                    DispatchTask task = queue.poll();
                    if (task != null) {
                        worker.begin(task);
                        return task;
                    }
                    lock.notifyAll(); // for awaitDrained and awaitRunning
                    if (waited || !worker.waits) {
                        return null;
                    }
                }
            }
            if (ended != null) {
                DispatchReports.finishedAfterAll(ended, took);
            } else {
                waited = !awaitWork();
            }
        }
    }

    /**
     * Returns whether work came in time. It parks, because waiting on a monitor would pin a virtual thread to its
     * carrier until Java 24 (JEP 491), and a {@code Condition} would allocate.
     */
    private boolean awaitWork() {
        long begin = System.nanoTime();
        while (true) {
            synchronized (lock) {
                if (!queue.isEmpty() || stopped) {
                    return !queue.isEmpty();
                }
            }
            long left = Defaults.nanos(Defaults.KEEP_ALIVE) - (System.nanoTime() - begin);
            if (left <= 0 || Thread.interrupted()) {
                return false;
            }
            LockSupport.parkNanos(this, left);
        }
    }

    void run(DispatchTask task) {
        owner.run(task);
    }

    /** Removes a worker; returns whether tasks were submitted since it was made. */
    boolean removeWorker(Worker worker) {
        boolean more;
        synchronized (lock) {
            more = queue.submissions() != worker.submissionsBefore;
            worker.task = null;
            workers.remove(worker);
            lock.notifyAll();
        }
        monitor.stopIfIdle();
        return more;
    }

    /**
     * One tick of the watchdog: first times out what has passed its limit, then lets another worker take over from a
     * stuck one. In this order, so that a thread that {@link #awaitDrained} wakes sees the timeouts counted.
     */
    void tick() {
        long now = System.nanoTime();
        monitor.timeOutPastLimit(now);
        List<Runnable> reports = monitor.endTurnIfStuck(now);
        ensureWorker();
        reports.forEach(Runnable::run);
    }

    /** Times out all that run, because no thread waits for them any longer. */
    public void timeOutAll() {
        monitor.timeOutAll();
    }

    /** What reports that all workers are stuck. Called with the lock. */
    private Runnable saturationReport() {
        long waiting = queue.remaining();
        return () -> {
            DispatchReports.allStuck(workers.maximum, name, waiting, owner);
            owner.allStuck();
        };
    }

    @Override
    public String toString() {
        return "SerialDispatcher[" + name + ", " + workers + (queue.isEmpty() ? "]" : ", tasks wait]");
    }
}

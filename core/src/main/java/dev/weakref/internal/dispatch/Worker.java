package dev.weakref.internal.dispatch;

import dev.weakref.internal.support.Logging;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A thread that runs the tasks of a {@link SerialDispatcher}, for as long as it is the active one.
 *
 * <p>All fields that are not final are guarded by the lock of the dispatcher. The methods from {@link #begin} to
 * {@link #seenFor} are called with that lock.
 */
public final class Worker implements Runnable {

    private static final String OUT_OF_MEMORY =
            "Memory or stack is exhausted; actions that could not run are tried again";

    /**
     * Between two attempts while memory is exhausted: long enough to leave the processor to others, short for a task
     * that waits.
     */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final SerialDispatcher dispatcher;

    /** Whether it waits for more work. One that runs in the caller's thread does not. */
    final boolean waits;

    /** How many batches had been submitted when it was made. */
    final long submissionsBefore;

    private final long madeAt = System.nanoTime();
    private final long maxNanos;

    @Nullable Thread thread;

    /** The task that it runs, {@code null} if it runs none. */
    @Nullable DispatchTask task;

    private long begun;
    private long seenBegun = -1;
    private long seenAt;

    /** Whether its task has timed out. */
    boolean timedOut;

    /** Whether its task was reported as still running. */
    boolean reported;

    /** Whether its thread was interrupted for another reason than a timeout. */
    boolean interrupted;

    /** @param maxNanos for how long it starts tasks; then the current one times out */
    Worker(SerialDispatcher dispatcher, boolean waits, long submissionsBefore, long maxNanos) {
        this.dispatcher = dispatcher;
        this.waits = waits;
        this.submissionsBefore = submissionsBefore;
        this.maxNanos = maxNanos;
    }

    /** Starts the thread that was made for it, with the watchdog first: if that has no thread, this has not begun. */
    void startIn(Thread made) {
        thread = made;
        dispatcher.startWatchdog();
        made.start();
    }

    /** Removes it from the dispatcher; returns whether tasks were submitted since it was made. */
    boolean remove() {
        return dispatcher.removeWorker(this);
    }

    void ensureAnother() {
        dispatcher.ensureWorker();
    }

    void begin(DispatchTask next) {
        task = next;
        begun++;
        timedOut = false;
    }

    /** Ends its task; returns it if it was reported as still running, so that its end is to be reported as well. */
    @Nullable DispatchTask end() {
        DispatchTask ended = reported && !timedOut ? task : null;
        reported = false;
        task = null;
        timedOut = false;
        return ended;
    }

    /** Clears the interrupt of its thread, the calling one, and notes it unless a timeout was the reason. */
    void takeInterrupt() {
        interrupted |= Thread.interrupted() && !timedOut;
    }

    /** Whether its task has passed its limit, and has not timed out before. */
    boolean isPastLimit(long now) {
        DispatchTask current = task;
        return current != null && !timedOut && (observe(now) >= current.limitNanos() || isOver());
    }

    /** Whether it has no time for another task. */
    boolean isOver() {
        return maxNanos < Long.MAX_VALUE && System.nanoTime() - madeAt >= maxNanos;
    }

    /** Whether the next task is to start alongside its own; not before {@link #isPastLimit} has seen that task. */
    boolean isStuck(long now, TakeOverTime takeOverTime) {
        DispatchTask current = task;
        return current != null && seenBegun == begun && now - seenAt >= takeOverTime.nanosFor(current);
    }

    /** Notes which task it runs; returns for how many nanoseconds it has been seen to run that. */
    private long observe(long now) {
        if (seenBegun != begun) {
            seenBegun = begun;
            seenAt = now;
        }
        return now - seenAt;
    }

    /** For how many nanoseconds it has been seen to run its task. */
    long seenFor() {
        return seenBegun == begun ? System.nanoTime() - seenAt : 0;
    }

    @Override
    public void run() {
        try {
            while (runNext()) {
                // a frame of its own, so that it does not hold the last task while it waits
            }
        } finally {
            remove();
            ensureAnother();
        }
    }

    private boolean runNext() {
        try {
            DispatchTask next = dispatcher.next(this);
            if (next == null) {
                return false;
            }
            run(next);
        } catch (VirtualMachineError shortage) { // no task was taken, or it was handed back
            Logging.failure(OUT_OF_MEMORY, shortage);
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return true;
    }

    private void run(DispatchTask next) {
        try {
            dispatcher.run(next);
        } catch (VirtualMachineError shortage) {
            throw shortage;
        } catch (Throwable unreported) {
            Logging.failure(next.describe() + " failed", unreported);
        }
    }

    @Override
    public String toString() {
        Thread in = thread;
        DispatchTask current = task;
        return "Worker[" + (in == null ? "not started" : in.getName()) + ", "
                + (current == null ? "waits" : "runs " + current.describe()) + (timedOut ? ", timed out]" : "]");
    }
}

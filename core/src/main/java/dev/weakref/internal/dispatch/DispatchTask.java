package dev.weakref.internal.dispatch;

import dev.weakref.internal.support.LogFields;

/** One action that a {@link SerialDispatcher} runs. */
public interface DispatchTask {

    /** Runs it. Reports its failures itself; throws only if memory or stack is exhausted. */
    void run();

    /** After how many nanoseconds it times out: its thread is interrupted, and it is no longer waited for. */
    long limitNanos();

    /** What it is, for a report. */
    String describe();

    /** What it is, for a logger that takes fields. */
    default LogFields fields() {
        return new LogFields();
    }

    /**
     * Reports that it has passed its limit, before its thread is interrupted. Called by the watchdog, with no lock
     * held.
     *
     * @param nanos for how long it was seen to run
     * @return whether it was reported; false if the action itself is over, or has not begun
     */
    boolean timeOut(Thread thread, long nanos);

    /**
     * Reports that it has run for longer than the take-over time, and that the next task starts alongside it. Called by
     * the watchdog, with no lock held.
     *
     * @param nanos for how long it was seen to run
     */
    default void stillRunning(long nanos) {}

    /**
     * Reports that it has ended after {@link #stillRunning}. Called in the thread that ran it.
     *
     * @param nanos for how long it was seen to run
     */
    default void finishedAfterAll(long nanos) {}
}

package dev.weakref.internal.dispatch;

import dev.weakref.internal.support.LogFields;

/** What the tasks of a {@link SerialDispatcher} belong to. */
public interface TaskOwner {

    /** Runs a task, in the thread of a worker. */
    void run(DispatchTask task);

    /** What it is, for a logger that takes fields. */
    default LogFields fields() {
        return new LogFields();
    }

    /** The maximum number of workers is stuck. Called by the watchdog, with no lock held. */
    default void allStuck() {}
}

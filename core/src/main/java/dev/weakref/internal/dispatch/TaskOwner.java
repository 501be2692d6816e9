package dev.weakref.internal.dispatch;

/** What the tasks of a {@link SerialDispatcher} belong to. */
public interface TaskOwner {

    /** Runs a task, in the thread of a worker. */
    void run(DispatchTask task);

    /** The maximum number of workers is stuck. Called by the watchdog, with no lock held. */
    default void allStuck() {}
}

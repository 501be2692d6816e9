package dev.weakref.internal.dispatch;

/** When the next task starts alongside one that is stuck. */
public interface TakeOverTime {

    /** How many nanoseconds a task may take before the next one starts. */
    long nanosFor(DispatchTask task);
}

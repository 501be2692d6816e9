package dev.weakref.internal.dispatch;

/**
 * A task that runs.
 *
 * @param thread runs it
 * @param nanos for how long the watchdog has seen that
 */
public record RunningTask(Worker worker, DispatchTask task, Thread thread, long nanos) {}

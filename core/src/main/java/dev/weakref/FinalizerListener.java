package dev.weakref;

/**
 * Is told of every run of a registry's finalizers, and of actions that delay others.
 *
 * <p>Must be safe for use by several threads. What it throws is logged and otherwise ignored.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface FinalizerListener {

    /**
     * A run has ended, or has timed out. Called by the thread that ran the action, after the action, or by the
     * watchdog's thread if the action has timed out; so it should be quick.
     */
    void onRun(FinalizerRun run);

    /**
     * An action delays others, has ended after all, or all workers are stuck. The default does nothing. It is called in
     * a thread of the library, after the event and in the order of the events, and not in the thread that ran the
     * action.
     */
    default void onDelay(FinalizerDelay delay) {}
}

package dev.weakref;

/**
 * Is told of every run of a registry's finalizers.
 *
 * <p>It is called by the thread that ran the action, after the action, or by the watching thread if the action was
 * left behind; so it should be quick and must be safe for use by several threads. What it throws is logged and
 * otherwise ignored.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface FinalizerListener {

    /** A run has ended, or was left behind. */
    void onRun(FinalizerRun run);
}

package dev.weakref;

/**
 * Is told of leaks, once for each creation site and kind.
 *
 * <p>It is called by the thread that found the leak: one that runs actions, one that watches, or the one that closes. So it
 * should be quick and must be safe for use by several threads. What it throws is logged and otherwise ignored. A line
 * in the log that begins with {@code LEAK:} is written in any case.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface LeakListener {

    /** A leak was found, or an overdue finalizer was closed after all. */
    void onLeak(Leak leak);
}

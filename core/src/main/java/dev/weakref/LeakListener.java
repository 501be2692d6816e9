package dev.weakref;

/**
 * Is told of leaks, once for each creation site and kind.
 *
 * <p>It is called after the action, by the thread that ran it or that closes the registry, or by a thread of the
 * library that runs callbacks. So it should be quick and must be safe for use by several threads. What it throws is
 * logged and otherwise ignored. A log line that begins with {@code LEAK:} is written in any case.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface LeakListener {

    /** A leak was found, or an overdue finalizer was closed after all. */
    void onLeak(Leak leak);
}

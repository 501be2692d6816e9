package dev.weakref;

import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Makes the threads of the library, and what they need. */
final class Threads {

    private Threads() {}

    /**
     * Daemon threads {@code name-1}, {@code name-2}, … which inherit neither thread-locals nor the
     * context class loader of the thread that happens to start them.
     */
    static ThreadFactory daemons(String name, @Nullable ClassLoader contextClassLoader) {
        AtomicInteger made = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(null, task, name + "-" + made.incrementAndGet(), 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(contextClassLoader);
            return thread;
        };
    }

    /**
     * Loads classes, with all that are nested in them, that a thread of the library could come to need at its end. A
     * server may close the library's class loader at any time: a thread that then misses a class cannot end in good
     * order, and what it has left undone keeps the loader for ever.
     */
    static void load(Class<?>... hosts) {
        for (Class<?> host : hosts) {
            Objects.requireNonNull(host.getNestMembers()); // which loads them
        }
    }
}

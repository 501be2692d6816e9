package dev.weakref;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Makes the threads of the library. */
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
}

package dev.weakref;

import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Makes the threads of the library, and what they need. */
final class Threads {

    private Threads() {}

    /**
     * Daemon threads {@code name-1}, {@code name-2}, … which inherit neither thread-locals nor the
     * context class loader of the thread that happens to start them, and hold none of the class loaders on its stack.
     */
    static ThreadFactory daemons(String name, @Nullable ClassLoader contextClassLoader) {
        return new Daemons(name, contextClassLoader, new AtomicInteger());
    }

    /** Whether it is of that kind, and so runs no code of the user's. */
    static boolean areOwn(ThreadFactory threads) {
        return threads instanceof Daemons;
    }

    private record Daemons(String name, @Nullable ClassLoader contextClassLoader, AtomicInteger made)
            implements ThreadFactory {

        @Override
        public Thread newThread(Runnable task) {
            Thread thread = unrelated(task, name + "-" + made.incrementAndGet());
            thread.setDaemon(true);
            thread.setContextClassLoader(contextClassLoader);
            return thread;
        }
    }

    /**
     * A thread that does not inherit what the classes on the stack may do: until Java 23 it would hold those for as long
     * as it lives, and with them the class loader of an application that shares the library with others.
     */
    @SuppressWarnings("removal")
    private static Thread unrelated(Runnable task, String name) {
        PrivilegedAction<Thread> made = () -> new Thread(null, task, name, 0, false);
        try {
            return AccessController.doPrivileged(made);
        } catch (LinkageError removed) { // by a later Java, in which there is nothing to inherit
            return made.run();
        }
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

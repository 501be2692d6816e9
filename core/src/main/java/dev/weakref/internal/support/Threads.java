package dev.weakref.internal.support;

import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Makes the threads of the library. */
public final class Threads {

    private Threads() {}

    /**
     * Daemon threads {@code name-1}, {@code name-2}, … which inherit neither thread-locals nor the context class loader
     * of the thread that starts them, and hold no class loader of the classes on its stack.
     */
    public static ThreadFactory daemons(String name, @Nullable ClassLoader contextClassLoader) {
        return new Daemons(name, contextClassLoader, false, new AtomicInteger());
    }

    /** As {@link #daemons}, for threads on which all others depend, and which must not wait for user code. */
    public static ThreadFactory thatMayNotBlock(String name) {
        return new Daemons(name, null, true, new AtomicInteger());
    }

    /** Whether it is a thread of {@link #thatMayNotBlock}. */
    static boolean mayNotBlock(Thread thread) {
        return thread instanceof MayNotBlock;
    }

    /** Whether this factory is the library's own, and so runs no user code when it makes a thread. */
    public static boolean areOwn(ThreadFactory threads) {
        return threads instanceof Daemons;
    }

    /** Parks the calling thread for this time, even if it is interrupted, which it stays. */
    public static void pause(long nanos) {
        boolean interrupted = Thread.interrupted();
        LockSupport.parkNanos(nanos);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class MayNotBlock extends Thread {
        MayNotBlock(Runnable task, String name) {
            super(null, task, name, 0, false);
        }
    }

    private record Daemons(
            String name, @Nullable ClassLoader contextClassLoader, boolean mayNotBlock, AtomicInteger made)
            implements ThreadFactory {

        @Override
        public Thread newThread(Runnable task) {
            Thread thread = unrelated(task, name + "-" + made.incrementAndGet(), mayNotBlock);
            thread.setDaemon(true);
            thread.setContextClassLoader(contextClassLoader);
            return thread;
        }
    }

    /**
     * A thread that does not capture the caller's {@code AccessControlContext} ({@code inheritedAccessControlContext}
     * in {@link Thread}). Until Java 23 it would hold the classes on the caller's stack for as long as it lives, and
     * with them the class loader of an application that shares the library with others.
     */
    @SuppressWarnings("removal")
    private static Thread unrelated(Runnable task, String name, boolean mayNotBlock) {
        PrivilegedAction<Thread> made =
                () -> mayNotBlock ? new MayNotBlock(task, name) : new Thread(null, task, name, 0, false);
        try {
            return AccessController.doPrivileged(made);
        } catch (LinkageError removed) { // a later Java has removed AccessController; there is nothing to inherit then
            return made.run();
        }
    }
}

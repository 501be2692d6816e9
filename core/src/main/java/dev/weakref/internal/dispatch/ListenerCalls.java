package dev.weakref.internal.dispatch;

import dev.weakref.internal.support.Defaults;
import dev.weakref.internal.support.Logging;
import dev.weakref.internal.support.Threads;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Runs callbacks and calls listeners in threads of the library, one after the other, each with a limit of its own,
 * because the thread that noticed an event must not wait for user code.
 */
public final class ListenerCalls {

    public static final SerialDispatcher DISPATCHER = new SerialDispatcher(
            "the callbacks",
            Threads.daemons("weakref-callbacks", null),
            Defaults.MAX_WORKERS,
            Watchdog.tickFor(Defaults.TAKE_OVER),
            task -> Defaults.nanos(Defaults.TAKE_OVER),
            ListenerCalls::run);

    private ListenerCalls() {}

    private static void run(DispatchTask task) {
        try {
            task.run();
        } finally {
            Thread.currentThread().setContextClassLoader(null); // the callback may have set another one
        }
    }

    /** Calls listeners one after the other, in the same threads as the callbacks and each with a limit of its own. */
    public static void submit(String what, Iterator<Runnable> calls) {
        DISPATCHER.submit(TaskBatch.of(() -> calls.hasNext() ? new ListenerCall(what, calls.next()) : null));
    }

    /** As {@link #submit(String, Iterator)}, without allocating anything. */
    public static void submit(Calls calls) {
        DISPATCHER.submit(calls);
    }

    /** Calls of which none is lost if memory is exhausted when their turn comes. */
    public abstract static class Calls extends TaskBatch {

        private final String what;
        private int given;

        public Calls(String what) {
            this.what = what;
        }

        public abstract int size();

        /** Makes the call with this number, beginning at 0. */
        public abstract void call(int number);

        @Override
        public final @Nullable DispatchTask poll() {
            if (given == size()) {
                return null;
            }
            int number = given;
            DispatchTask next = new ListenerCall(what, () -> call(number));
            given++;
            return next;
        }

        @Override
        public final long remaining() {
            return (long) size() - given;
        }
    }

    /** A call that is not in the log. */
    private record ListenerCall(String what, Runnable task) implements DispatchTask {

        @Override
        public void run() {
            task.run();
        }

        @Override
        public long limitNanos() {
            return Defaults.nanos(Defaults.ACTION_LIMIT);
        }

        @Override
        public String describe() {
            return what;
        }

        @Override
        public boolean timeOut(Thread thread, long nanos) {
            Logging.log(
                    Level.WARNING,
                    () -> describe() + " has timed out: it has passed its limit of " + Duration.ofNanos(limitNanos())
                            + " and is interrupted. It is here:" + Logging.stack(thread.getStackTrace()));
            return true;
        }
    }
}

package dev.weakref;

import java.lang.System.Logger.Level;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Iterator;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The callbacks of all references, proxies and methods: one log, so that their order holds across kinds. */
final class Callbacks {

    private static final Relay RELAY = new Relay(
            "the callbacks",
            Threads.daemons("weakref-callbacks", null),
            Defaults.MAX_WORKERS,
            Relay.tickFor(Defaults.TAKE_OVER),
            leg -> Defaults.nanos(Defaults.TAKE_OVER),
            Callbacks::run);

    static final Log LOG = new Log(Callbacks.class, RELAY, Reaper.SHARED, Callbacks::keep);

    private static volatile @Nullable BiConsumer<Object, Throwable> failureHandler;

    private Callbacks() {}

    /** The handler from now on; {@code null} for a log line. */
    static void onFailure(@Nullable BiConsumer<Object, Throwable> handler) {
        failureHandler = handler;
    }

    /**
     * Keeps who is to be called back, from where he was found on the queue until the sweep finds his node. Before that the
     * queue has kept him, and the collector from the moment when it cleared his reference. So a reference that is dropped
     * after its referent has died calls back all the same.
     *
     * @return whether there is something to sweep
     */
    private static boolean keep(Reference<?> gone) {
        if (gone instanceof WeakRef<?> ref) {
            return ref.node != null && ref.node.keep(ref);
        }
        if (gone instanceof ProxyRef ref) {
            return ref.keepProxy();
        }
        if (gone instanceof WeakMethod.Receiver receiver) {
            return receiver.keepMethod();
        }
        return true; // an owner that has gone; his slot can be given back
    }

    private static void run(Relay.Leg leg) {
        try {
            leg.run();
        } finally {
            Thread.currentThread().setContextClassLoader(null); // whatever the callback has left there
        }
    }

    /** Calls back, if there is a callback. What it throws goes to the handler, or to the log. */
    static <O> void call(O owner, @Nullable Consumer<? super O> callback) {
        if (callback != null) {
            try {
                callback.accept(owner);
            } catch (Throwable failure) {
                failed(owner, callback, failure);
            }
        }
    }

    private static void failed(Object owner, Object callback, Throwable failure) {
        BiConsumer<Object, Throwable> handler = failureHandler;
        if (handler != null) {
            try {
                handler.accept(owner, failure);
                return;
            } catch (Throwable handlersFault) {
                if (handlersFault != failure) {
                    failure.addSuppressed(handlersFault);
                }
            }
        }
        Messages.failure("A callback failed: " + callback.getClass().getName(), failure);
    }

    /** Calls listeners one after the other, in the same threads as the callbacks and each with a limit of its own. */
    static void later(String what, Iterator<Runnable> calls) {
        RELAY.handOver(Relay.Batch.of(() -> calls.hasNext() ? new Task(what, calls.next()) : null));
    }

    /** As {@link #later(String, Iterator)}, without allocating anything. */
    static void later(Calls calls) {
        RELAY.handOver(calls);
    }

    /** Calls of which none is lost if memory is exhausted when its turn comes. */
    abstract static class Calls extends Relay.Batch {

        private final String what;
        private int given;

        Calls(String what) {
            this.what = what;
        }

        abstract int size();

        /** Makes the call with this number, beginning at 0. */
        abstract void call(int number);

        @Override
        final Relay.@Nullable Leg poll() {
            if (given == size()) {
                return null;
            }
            int number = given;
            Relay.Leg next = new Task(what, () -> call(number));
            given++;
            return next;
        }

        @Override
        final long left() {
            return (long) size() - given;
        }
    }

    /** A call that is not in the log. */
    private record Task(String what, Runnable task) implements Relay.Leg {

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
        public boolean leaveBehind(Thread thread, long nanos) {
            Messages.log(
                    Level.WARNING,
                    () -> describe() + " has passed its limit of " + Duration.ofNanos(limitNanos())
                            + " and is interrupted. It is here:" + Messages.stack(thread.getStackTrace()));
            return true;
        }
    }
}

package dev.weakref;

import dev.weakref.internal.dispatch.ListenerCalls;
import dev.weakref.internal.reap.CreationLog;
import dev.weakref.internal.reap.Reaper;
import dev.weakref.internal.support.Logging;
import java.lang.ref.Reference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The callbacks of all references, proxies and methods: one log, so that their order holds across kinds. */
final class Callbacks {

    static final CreationLog LOG =
            new CreationLog(Callbacks.class, ListenerCalls.DISPATCHER, Reaper.SHARED, Callbacks::retainOwner);

    private static volatile @Nullable BiConsumer<Object, Throwable> failureHandler;

    private Callbacks() {}

    /** The handler from now on; {@code null} for a log line. */
    static void onFailure(@Nullable BiConsumer<Object, Throwable> handler) {
        failureHandler = handler;
    }

    /**
     * Keeps the owner alive from the moment its reference is found on the queue until the sweep finds its node. Before
     * that the queue keeps it, and before that the collector, which has cleared its reference. So a reference that is
     * dropped after its referent has died calls back all the same.
     *
     * @return whether there is something to sweep
     */
    private static boolean retainOwner(Reference<?> gone) {
        if (gone instanceof WeakRef<?> ref) {
            return ref.node != null && ref.node.retainOwner(ref);
        }
        if (gone instanceof ProxyReference ref) {
            return ref.keepProxy();
        }
        if (gone instanceof WeakMethod.Receiver receiver) {
            return receiver.keepMethod();
        }
        return true; // a collected owner, whose slot can be freed
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
        Logging.failure("A callback failed: " + callback.getClass().getName(), failure);
    }
}

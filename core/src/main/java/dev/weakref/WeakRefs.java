package dev.weakref;

import java.util.Objects;
import java.util.function.BiConsumer;

/**
 * What concerns all references.
 *
 * @since 0.1
 */
public final class WeakRefs {

    private WeakRefs() {}

    /**
     * Handles what callbacks throw, in place of the handler before; by default a log line of level {@code WARNING}.
     * It is called in the thread that ran the callback; what it throws itself is logged.
     *
     * @param handler is given the dead reference or proxy, and the failure
     */
    public static void onCallbackFailure(BiConsumer<Object, Throwable> handler) {
        Callbacks.onFailure(Objects.requireNonNull(handler, "handler"));
    }
}

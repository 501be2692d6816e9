package dev.weakref;

import dev.weakref.internal.support.ValueBased;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A weak reference to a method of an object: to the object weakly, and to a function that binds the method to it.
 *
 * <pre>{@code
 * private static final Function<Button, Runnable> ON_CLICK = button -> button::onClick;
 *
 * WeakMethod<Button, Runnable> method = WeakMethod.of(button, ON_CLICK);
 * Runnable bound = method.get();   // or null, once the button has been collected
 * }</pre>
 *
 * <p>A bound method ({@code button::onClick}) is an object of its own that nothing else holds, so an ordinary weak
 * reference to it would be cleared at once. {@link #get()} binds anew each time; keeping what it returns keeps the
 * receiver.
 *
 * <p><b>Equality.</b> While both receivers live, two are equal if receiver and binder are the same objects, so keep the
 * binder in a constant; otherwise only one and itself. The hash is the receiver's identity hash.
 *
 * <p>A callback runs at most once, as those of a {@link WeakRef}.
 *
 * @param <T> the type of the receiver
 * @param <F> the type of the bound method, a functional interface
 * @since 0.1
 */
public final class WeakMethod<T, F> {

    private static final CaptureScan CAPTURES = new CaptureScan(CaptureCheck.FAIL, null);

    final Receiver receiver; // enqueued by tests, as the collector does

    private final Function<? super T, ? extends F> binder;
    private final int hash;
    private volatile @Nullable Consumer<? super WeakMethod<T, F>> callback;

    private WeakMethod(
            T receiver,
            Function<? super T, ? extends F> binder,
            @Nullable Consumer<? super WeakMethod<T, F>> callback) {
        this.receiver = new Receiver(receiver, this, callback != null);
        this.binder = binder;
        this.callback = callback;
        hash = System.identityHashCode(receiver);
    }

    /**
     * A reference to the method that the binder binds.
     *
     * @throws IllegalArgumentException if the binder holds the receiver, where that can be seen
     */
    public static <T, F> WeakMethod<T, F> of(T receiver, Function<? super T, ? extends F> binder) {
        return of(receiver, binder, null);
    }

    /**
     * A reference to the method that the binder binds, which calls back; a {@code null} callback is no callback.
     *
     * @throws IllegalArgumentException if the binder holds the receiver, where that can be seen
     */
    public static <T, F> WeakMethod<T, F> of(
            T receiver,
            Function<? super T, ? extends F> binder,
            @Nullable Consumer<? super WeakMethod<T, F>> callback) {
        Objects.requireNonNull(receiver, "receiver");
        Objects.requireNonNull(binder, "binder");
        LibraryInitializer.ensure();
        ValueBased.warn(receiver);
        CAPTURES.checkBinder(receiver, binder);
        WeakMethod<T, F> method = new WeakMethod<>(receiver, binder, callback);
        try {
            Callbacks.LOG.append(method.receiver.node);
        } finally {
            Reference.reachabilityFence(receiver); // the log needs it until the slot is written
        }
        return method;
    }

    /** The method, bound to the receiver; {@code null} if that has been collected. */
    @SuppressWarnings("unchecked")
    public @Nullable F get() {
        T alive = (T) receiver.get();
        return alive == null ? null : binder.apply(alive);
    }

    /** Whether receiver and binder are the same, while both receivers live; otherwise whether it is the same object. */
    @Override
    public boolean equals(@Nullable Object other) {
        if (this == other) {
            return true;
        }
        if (!(other instanceof WeakMethod<?, ?> method) || method.binder != binder) {
            return false;
        }
        Object mine = receiver.get();
        return mine != null && mine == method.receiver.get();
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** What it refers to by class, never by value. */
    @Override
    public String toString() {
        Object alive = receiver.get();
        return "WeakMethod[" + (alive == null ? "dead" : alive.getClass().getName()) + "]";
    }

    private void callBack() {
        Consumer<? super WeakMethod<T, F>> mine = callback;
        callback = null;
        Callbacks.call(this, mine);
    }

    /** The reference to the receiver, held by the method only; found on the queue if it is to call back. */
    static final class Receiver extends WeakReference<Object> {

        private final WeakMethod<?, ?> method;
        private final CallbackNode node;

        Receiver(Object receiver, WeakMethod<?, ?> method, boolean callsBack) {
            super(receiver, callsBack ? Callbacks.LOG.queue : null);
            this.method = method;
            node = new Call(receiver, method);
        }

        /** The receiver is dead, and the method outlived it: keeps the method until it has called back. */
        boolean keepMethod() {
            return node.retainOwner(method);
        }
    }

    /** The callback of a method, in the log. */
    private static final class Call extends CallbackNode {

        Call(Object receiver, WeakMethod<?, ?> owner) {
            super(receiver, owner);
        }

        @Override
        void fire(Object owner) {
            ((WeakMethod<?, ?>) owner).callBack();
        }
    }
}

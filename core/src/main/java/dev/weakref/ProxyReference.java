package dev.weakref;

import dev.weakref.internal.proxy.OwnParameters;
import dev.weakref.internal.proxy.ProxyClasses;
import dev.weakref.internal.support.ValueBased;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The reference that a weak proxy has to its referent, and the behaviour that all proxies share. A generated proxy
 * calls its {@link #get()}, {@link #apply}, {@link #equals}, {@link #hashCode} and {@link #toString}; a reflective one
 * its {@link #invoke}.
 */
final class ProxyReference extends WeakReference<Object>
        implements InvocationHandler, Function<@Nullable Object, @Nullable Object> {

    private final String referentType;
    private volatile @Nullable Consumer<Object> callback;

    /** The proxy and its node, if there is a callback; both for {@link #keepProxy}. */
    private @Nullable Object proxy;

    private @Nullable CallbackNode node;

    /** The key of a shared proxy, which lives as long as the proxy because this holds it. */
    @SuppressWarnings("UnusedVariable")
    private SharedReferences.@Nullable Key key;

    ProxyReference(Object referent, @Nullable Consumer<Object> callback) {
        super(referent, callback == null ? null : Callbacks.LOG.queue);
        ValueBased.warn(referent);
        referentType = referent.getClass().getName();
        this.callback = callback;
    }

    /** The reference behind a proxy, {@code null} if the object is none. */
    static @Nullable ProxyReference of(@Nullable Object object) {
        return ProxyClasses.referenceOf(object) instanceof ProxyReference reference ? reference : null;
    }

    /** Makes the node of the callback, for the log; once, while the caller holds the referent. */
    CallbackNode nodeFor(Object referent, Object itsProxy) {
        CallbackNode made = new Call(referent, itsProxy);
        proxy = itsProxy;
        node = made;
        return made;
    }

    /** Makes the key of a shared proxy, once. */
    SharedReferences.Key keyFor(Object referent, Object itsProxy) {
        SharedReferences.Key made = new SharedReferences.Key(itsProxy, this, referent);
        key = made;
        return made;
    }

    /** The referent is dead, and the proxy outlived it: keeps the proxy until it has called back. */
    boolean keepProxy() {
        return node != null && proxy != null && node.retainOwner(proxy);
    }

    /** The referent, for a proxy to call. */
    @Override
    public Object get() {
        Object referent = super.get();
        if (referent == null) {
            throw new ReferentGoneException(
                    "The " + referentType + " behind this proxy has been collected; hold it for as long as it is used");
        }
        return referent;
    }

    /** The referent, or {@code null} if it is gone. */
    @Nullable Object referent() {
        return super.get();
    }

    /** Unwraps an argument, for a proxy that passes it on: its referent if it is a proxy, otherwise itself. */
    @Override
    public @Nullable Object apply(@Nullable Object argument) {
        ProxyReference theirs = of(argument);
        return theirs == null ? argument : theirs.get();
    }

    /** Whether the proxy equals another object: whether the referent does, with that one unwrapped if it is a proxy. */
    @Override
    public boolean equals(@Nullable Object other) {
        Object referent = get();
        ProxyReference theirs = ProxyReference.of(other);
        if (theirs == null && (other instanceof WeakRef || other instanceof WeakMethod || other instanceof Finalizer)) {
            return false; // these never equal a proxy
        }
        Object unwrapped = theirs == null ? other : theirs.get();
        try {
            return referent.equals(unwrapped);
        } finally {
            Reference.reachabilityFence(referent);
            Reference.reachabilityFence(unwrapped);
        }
    }

    @Override
    public int hashCode() {
        throw new UnsupportedOperationException(
                "A weak proxy has no hash, because it would change when its referent is collected; use the referent, or a"
                        + " WeakRef");
    }

    @Override
    public String toString() {
        Object referent = get();
        try {
            return referent.toString();
        } finally {
            Reference.reachabilityFence(referent);
        }
    }

    String describe() {
        return "WeakProxy[" + (refersTo(null) ? "dead, was " : "") + referentType + "]";
    }

    private void callBack(Object proxy) {
        Consumer<Object> mine = callback;
        callback = null;
        Callbacks.call(proxy, mine);
    }

    /** Does what a generated proxy does, by reflection. */
    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return switch (method.getName()) {
                case "equals" -> equals(arguments == null ? null : arguments[0]);
                case "hashCode" -> hashCode();
                default -> toString();
            };
        }
        Object referent = get();
        @Nullable Object[] given = arguments == null ? new Object[0] : arguments;
        @Nullable Object[] passed = unwrap(proxy, method, given);
        try {
            Object result = method.invoke(referent, passed);
            return result == referent && method.getReturnType().isInstance(proxy)
                    ? proxy
                    : wrap(result, method, given, passed);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        } finally {
            Reference.reachabilityFence(referent);
            Reference.reachabilityFence(passed); // and what it holds
        }
    }

    private @Nullable Object[] unwrap(Object proxy, Method method, @Nullable Object[] given) {
        @Nullable Object[] passed = given.clone();
        for (int i = 0; i < given.length; i++) {
            if (of(given[i]) != null
                    && OwnParameters.isOwn(method, i, Set.of(proxy.getClass().getInterfaces()))) {
                passed[i] = apply(given[i]);
            }
        }
        return passed;
    }

    /** The proxy that was given if the result is what it was unwrapped to, otherwise the result. */
    private static @Nullable Object wrap(
            @Nullable Object result, Method method, @Nullable Object[] given, @Nullable Object[] passed) {
        for (int i = 0; i < given.length; i++) {
            if (given[i] != passed[i]
                    && result == passed[i]
                    && method.getReturnType().isInstance(given[i])) {
                return given[i];
            }
        }
        return result;
    }

    /** The callback of a proxy, in the log. */
    private static final class Call extends CallbackNode {

        Call(Object referent, Object proxy) {
            super(referent, proxy);
        }

        @Override
        void fire(Object owner) {
            ProxyReference ref = ProxyReference.of(owner);
            if (ref != null) {
                ref.callBack(owner);
            }
        }
    }
}

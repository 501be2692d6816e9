package dev.weakref;

import dev.weakref.internal.proxy.ProxyClasses;
import java.lang.invoke.MethodHandles;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes objects that stand for another one without keeping it alive.
 *
 * <pre>{@code
 * Display proxy = WeakProxy.of(display, Display.class);
 * proxy.show("hello");    // forwarded, for as long as the display is held elsewhere
 * }</pre>
 *
 * <p>A proxy implements interfaces, and forwards each of their methods, default methods among them. The referent is
 * held during the call. What it throws arrives unchanged; a method that returns its own referent returns the proxy, if
 * the return type allows it. Once the referent has been collected every forwarded call, {@code toString} and
 * {@code equals} throws a {@link ReferentGoneException}; {@link #describe} never does.
 *
 * <p><b>Arguments.</b> A proxy that is passed to another one is unwrapped if the parameter is for an object of the
 * same kind: its type is the interface that declares the method, as in {@code Shape.overlaps(Shape)}, or the type
 * argument with which an interface extends another one, as in {@code Money extends Comparable<Money>}. So the
 * referents meet each other. What keeps such an argument holds the referent itself; pass a {@link WeakRef} there. A
 * method that returns it returns the proxy that was passed. If that is dead, the call throws a
 * {@link ReferentGoneException}. All other arguments are passed as they are.
 *
 * <p><b>Identity.</b> Proxies without a callback are one shared object for each referent and set of interfaces, for as
 * long as the program holds that object; once dropped it is collected, and the next call makes a new one.
 *
 * <p><b>Equality.</b> A proxy equals what its referent equals; a proxy on the other side is unwrapped. This is
 * symmetric among proxies: what {@code x.equals(proxy)} returns is up to {@code x}. A proxy has no hash:
 * {@code hashCode()} throws {@link UnsupportedOperationException}, so a proxy cannot be in a hash-based set or map.
 *
 * <p>A callback gets the dead proxy, once, in a thread of the library; the library holds proxies with callbacks weakly,
 * as it does {@link WeakRef}s.
 *
 * <p>Proxies are generated classes, which the JIT inlines like hand-written ones. If an interface's module allows no
 * class to be defined in its package, the proxy uses reflection, which is slower and wraps checked exceptions that a
 * method does not declare; give a {@link java.lang.invoke.MethodHandles.Lookup} of that package to avoid it.
 *
 * @since 0.1
 */
public final class WeakProxy {

    private WeakProxy() {}

    /**
     * The shared proxy with this interface.
     *
     * @throws IllegalArgumentException if the type is no interface, or one that no proxy can implement (sealed, hidden,
     *     not visible, too large); if the referent does not implement it, or is a proxy itself
     */
    public static <I> I of(I referent, Class<I> type) {
        return type.cast(shared(referent, Set.of(type), null));
    }

    /**
     * A new proxy with this interface that calls back; the shared one if the callback is {@code null}. Errors as for
     * {@link #of(Object, Class)}.
     */
    public static <I> I of(I referent, Class<I> type, @Nullable Consumer<? super I> callback) {
        return callback == null ? of(referent, type) : calling(null, referent, type, callback);
    }

    /** The shared proxy with an interface that only this lookup can see; errors as for {@link #of(Object, Class)}. */
    public static <I> I of(MethodHandles.Lookup lookup, I referent, Class<I> type) {
        return type.cast(shared(referent, Set.of(type), Objects.requireNonNull(lookup, "lookup")));
    }

    /**
     * A new proxy, with an interface that only this lookup can see, that calls back; the shared one if the callback is
     * {@code null}. Errors as for {@link #of(Object, Class)}.
     */
    public static <I> I of(
            MethodHandles.Lookup lookup, I referent, Class<I> type, @Nullable Consumer<? super I> callback) {
        Objects.requireNonNull(lookup, "lookup");
        return callback == null ? of(lookup, referent, type) : calling(lookup, referent, type, callback);
    }

    /**
     * The shared proxy with these interfaces, whatever their order; if none are named, with all that the referent
     * implements and a proxy can.
     *
     * @throws IllegalArgumentException as for one interface, and if the referent implements none
     */
    public static Object of(Object referent, Class<?>... types) {
        Objects.requireNonNull(referent, "referent");
        return shared(referent, Set.copyOf(types.length > 0 ? Arrays.asList(types) : interfacesOf(referent)), null);
    }

    /**
     * A new proxy with these interfaces that calls back, the shared one if the callback is {@code null}; if no
     * interfaces are named, with all that the referent implements and a proxy can. Errors as for
     * {@link #of(Object, Class...)}.
     */
    public static Object of(Object referent, @Nullable Consumer<Object> callback, Class<?>... types) {
        if (callback == null) {
            return of(referent, types);
        }
        Objects.requireNonNull(referent, "referent");
        return calling(
                null, referent, Set.copyOf(types.length > 0 ? Arrays.asList(types) : interfacesOf(referent)), callback);
    }

    /** Whether the object is a weak proxy, dead or alive. */
    public static boolean isProxy(@Nullable Object object) {
        return ProxyReference.of(object) != null;
    }

    /**
     * Whether the object is a weak proxy that can be called: a {@code Runnable}, {@code Callable} or other functional
     * interface.
     */
    public static boolean isCallable(@Nullable Object object) {
        return object != null
                && isProxy(object)
                && (object instanceof Runnable
                        || object instanceof Callable
                        || allInterfaces(object.getClass()).stream()
                                .anyMatch(type -> type.isAnnotationPresent(FunctionalInterface.class)));
    }

    /** What a proxy refers to, by class and never by value. Never throws. */
    public static String describe(@Nullable Object proxy) {
        ProxyReference reference = ProxyReference.of(proxy);
        return reference != null
                ? reference.describe()
                : proxy == null ? "null" : "no proxy, but a " + proxy.getClass().getName();
    }

    private static <I> I calling(
            MethodHandles.@Nullable Lookup lookup, I referent, Class<I> type, Consumer<? super I> callback) {
        @SuppressWarnings("unchecked") // it is given nothing but the proxy
        Consumer<Object> erased = (Consumer<Object>) callback;
        return type.cast(calling(lookup, referent, Set.of(type), erased));
    }

    private static Object calling(
            MethodHandles.@Nullable Lookup lookup,
            Object referent,
            Set<Class<?>> interfaces,
            Consumer<Object> callback) {
        check(referent, interfaces);
        ProxyReference ref = new ProxyReference(referent, callback);
        Object proxy = ProxyClasses.proxy(ref, interfaces, lookup);
        try {
            Callbacks.LOG.append(ref.nodeFor(referent, proxy));
        } finally {
            Reference.reachabilityFence(referent); // the log needs it until the slot is written
        }
        return proxy;
    }

    private static Object shared(Object referent, Set<Class<?>> interfaces, MethodHandles.@Nullable Lookup lookup) {
        check(referent, interfaces);
        Object known = SharedReferences.ALL.proxy(referent, interfaces);
        if (known != null) {
            return known;
        }
        ProxyReference ref = new ProxyReference(referent, null);
        Object proxy = ProxyClasses.proxy(ref, interfaces, lookup);
        return SharedReferences.ALL.share(ref.keyFor(referent, proxy), referent);
    }

    private static void check(Object referent, Set<Class<?>> interfaces) {
        LibraryInitializer.ensure();
        Objects.requireNonNull(referent, "referent");
        if (isProxy(referent)) {
            throw new IllegalArgumentException(
                    "The referent is a weak proxy itself; make the proxy of the object behind it");
        }
        interfaces.forEach(type -> check(referent, type));
    }

    /** Rejects an interface that no proxy of this object can implement. */
    static void check(Object object, Class<?> type) {
        if (!type.isInterface()) {
            throw new IllegalArgumentException(type.getName() + " is a class; name one of its interfaces");
        }
        if (type.isSealed()) {
            throw new IllegalArgumentException(
                    type.getName() + " is sealed, so no proxy can implement it; name an interface that is not");
        }
        if (type.isHidden()) {
            throw new IllegalArgumentException(
                    type.getName() + " is hidden, so no class can name it; name an interface that is not");
        }
        if (!type.isInstance(object)) {
            throw new IllegalArgumentException("A " + object.getClass().getName() + " does not implement "
                    + type.getName() + "; name an interface that it implements");
        }
    }

    private static Set<Class<?>> interfacesOf(Object referent) {
        Set<Class<?>> interfaces = allInterfaces(referent.getClass());
        interfaces.removeIf(type -> type.isSealed() || type.isHidden() || !ProxyClasses.isWithinReach(type));
        if (interfaces.isEmpty()) {
            throw new IllegalArgumentException(
                    "A " + referent.getClass().getName() + " implements no interface that a proxy could; give it one");
        }
        return interfaces;
    }

    private static Set<Class<?>> allInterfaces(Class<?> type) {
        Set<Class<?>> all = new LinkedHashSet<>();
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            for (Class<?> implemented : each.getInterfaces()) {
                if (all.add(implemented)) {
                    all.addAll(allInterfaces(implemented));
                }
            }
        }
        return all;
    }
}

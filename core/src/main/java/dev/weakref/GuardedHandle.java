package dev.weakref;

import dev.weakref.FinalizerRegistry.Registration;
import dev.weakref.internal.proxy.ProxyClasses;
import java.lang.ref.Reference;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The behaviour of a guarded resource's handle: forwards to the resource, which it holds, and closes it through a
 * finalizer.
 *
 * <p>The handle is the referent of that finalizer, and only the user holds it; so the resource is closed once the
 * handle has been collected. It is kept reachable while one of its methods runs, so that no resource is closed during a
 * call.
 *
 * <p>It is a reflective proxy, which costs some ten nanoseconds a call: little compared with what resources do that
 * have to be closed.
 */
final class GuardedHandle implements InvocationHandler {

    private final AutoCloseable resource;
    private volatile @Nullable Finalizer<Void> finalizer;
    private final AtomicBoolean closedWithoutFinalizer = new AtomicBoolean();

    private GuardedHandle(AutoCloseable resource) {
        this.resource = resource;
    }

    /** A handle of the resource; for errors see {@link FinalizerRegistry#guard(AutoCloseable, Class, Class...)}. */
    static <I> I handle(
            AutoCloseable resource,
            Class<I> type,
            Function<I, Registration<I>> registration,
            UnaryOperator<Registration<I>> options,
            Class<?>... others) {
        Set<Class<?>> types = new LinkedHashSet<>();
        types.add(type); // first: its methods win over those of the same name, and its class loader
        for (Class<?> other : others) {
            types.add(Objects.requireNonNull(other, "others"));
        }
        types.forEach(each -> check(resource, each));
        GuardedHandle guard = new GuardedHandle(resource);
        I handle = type.cast(Proxy.newProxyInstance(loaderOf(types), types.toArray(new Class<?>[0]), guard));
        guard.finalizer = options.apply(registration.apply(handle).name("guarded " + type.getSimpleName()))
                .state(resource)
                .run(AutoCloseable::close);
        return handle;
    }

    /** The class loader of one of these interfaces that sees the others as well. */
    private static @Nullable ClassLoader loaderOf(Set<Class<?>> types) {
        for (Class<?> each : types) {
            if (types.stream().allMatch(other -> ProxyClasses.knows(each.getClassLoader(), other))) {
                return each.getClassLoader();
            }
        }
        throw new IllegalArgumentException("No class loader of " + types + " sees all of them; name fewer interfaces");
    }

    private static void check(AutoCloseable resource, Class<?> type) {
        WeakProxy.check(Objects.requireNonNull(resource, "resource"), type);
        for (Method method : type.getMethods()) {
            if (!Modifier.isStatic(method.getModifiers()) && !method.trySetAccessible()) {
                throw new IllegalArgumentException(
                        "The module of " + method.getDeclaringClass().getName()
                                + " does not let its methods be called; export or open its package, or name another interface");
            }
        }
        if (of(resource) != null) {
            throw new IllegalArgumentException("The resource is the handle of a guarded one; use that handle");
        }
    }

    private static @Nullable GuardedHandle of(@Nullable Object object) {
        return object != null
                        && Proxy.isProxyClass(object.getClass())
                        && Proxy.getInvocationHandler(object) instanceof GuardedHandle guard
                ? guard
                : null;
    }

    @Override
    public @Nullable Object invoke(Object handle, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        try {
            if (method.getName().equals("close") && method.getParameterCount() == 0) {
                close(Objects.requireNonNull(finalizer));
                return null;
            }
            if (method.getName().equals("equals") && method.getDeclaringClass() == Object.class && arguments != null) {
                GuardedHandle other = of(arguments[0]);
                return resource.equals(other == null ? arguments[0] : other.resource);
            }
            Object result = forward(method, arguments);
            return result == resource && method.getReturnType().isInstance(handle) ? handle : result;
        } finally {
            Reference.reachabilityFence(handle);
        }
    }

    /**
     * Also if the registry has closed and dropped the finalizer, which was not to run at exit or was registered too
     * late.
     */
    private void close(Finalizer<Void> mine) throws Exception {
        mine.call();
        if (!mine.isAlive() && mine.trigger() == null && closedWithoutFinalizer.compareAndSet(false, true)) {
            resource.close();
        }
    }

    private @Nullable Object forward(Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
        try {
            method.trySetAccessible(); // for interfaces that are not public
            return method.invoke(resource, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }
}

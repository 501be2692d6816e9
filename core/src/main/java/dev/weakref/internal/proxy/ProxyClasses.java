package dev.weakref.internal.proxy;

import dev.weakref.internal.support.Logging;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Makes the classes of weak proxies, with one forwarding method for each method of their interfaces; a reflective proxy
 * if no class can be defined.
 *
 * <p>A class is defined in this package if all its interfaces are visible from here; otherwise in the package of an
 * interface that is not. Classes of this package are cached here, the others in the interface that they belong to, as
 * types of the JDK only: so the cache keeps neither side alive for the other.
 */
public final class ProxyClasses {

    private static final String NAME = "$$WeakProxy";
    private static final MethodType CONSTRUCTOR = MethodType.methodType(void.class, WeakReference.class);
    private static final MethodType FACTORY = MethodType.methodType(Object.class, WeakReference.class);
    private static final MethodType GETTER = MethodType.methodType(Object.class, Object.class);
    private static final Module MODULE = ProxyClasses.class.getModule();

    /** The factories of proxies by their interfaces; empty if only reflection can make them. */
    private static final Map<Set<Class<?>>, Optional<MethodHandle>> HERE = new ConcurrentHashMap<>();

    private static final ClassValue<Map<Set<Class<?>>, Optional<MethodHandle>>> THERE = new ClassValue<>() {
        @Override
        protected Map<Set<Class<?>>, Optional<MethodHandle>> computeValue(Class<?> type) {
            return new ConcurrentHashMap<>();
        }
    };

    /** Reads the reference out of a proxy of a generated class; empty for all other classes. */
    private static final ClassValue<AtomicReference<@Nullable MethodHandle>> REFERENCE = new ClassValue<>() {
        @Override
        protected AtomicReference<@Nullable MethodHandle> computeValue(Class<?> type) {
            return new AtomicReference<>();
        }
    };

    /** Whether the class loader of this class knows an interface. */
    private static final ClassValue<Boolean> KNOWN_HERE = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return knows(ProxyClasses.class.getClassLoader(), type);
        }
    };

    private ProxyClasses() {}

    /**
     * A new proxy.
     *
     * @param reference what the proxy calls; an {@link InvocationHandler}, and a {@code Function} that unwraps
     * arguments, as well
     * @throws IllegalArgumentException if no class can be made of these interfaces
     */
    public static Object proxy(
            WeakReference<?> reference, Set<Class<?>> interfaces, MethodHandles.@Nullable Lookup lookup) {
        MethodHandle factory = factory(interfaces, lookup);
        if (factory == null) {
            return reflective(reference, interfaces);
        }
        try {
            return factory.invokeExact(reference);
        } catch (Error error) {
            throw error;
        } catch (Throwable impossible) {
            throw new IllegalStateException("A proxy could not be made for " + interfaces, impossible);
        }
    }

    /**
     * The reference behind a proxy, or {@code null} if the object is none; that of a reflective proxy may be foreign.
     */
    public static @Nullable WeakReference<?> referenceOf(@Nullable Object object) {
        if (object == null) {
            return null;
        }
        if (Proxy.isProxyClass(object.getClass())) {
            return Proxy.getInvocationHandler(object) instanceof WeakReference<?> reference ? reference : null;
        }
        MethodHandle getter = REFERENCE.get(object.getClass()).get();
        try {
            return getter == null ? null : (WeakReference<?>) (Object) getter.invokeExact(object);
        } catch (Error error) {
            throw error;
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Whether a proxy can implement this interface without a lookup that sees more than this class does. */
    public static boolean isWithinReach(Class<?> type) {
        return isPublicToUs(type) || type.getModule().isOpen(type.getPackageName(), MODULE);
    }

    private static boolean isPublicToUs(Class<?> type) {
        return Modifier.isPublic(type.getModifiers()) && type.getModule().isExported(type.getPackageName(), MODULE);
    }

    /** The factory of proxies with these interfaces; {@code null} if only reflection can make them. */
    private static @Nullable MethodHandle factory(Set<Class<?>> interfaces, MethodHandles.@Nullable Lookup lookup) {
        Class<?> host = hostOf(interfaces);
        Map<Set<Class<?>>, Optional<MethodHandle>> cache = host == ProxyClasses.class ? HERE : THERE.get(host);
        Optional<MethodHandle> known = cache.get(interfaces);
        if (known != null && (known.isPresent() || lookup == null)) {
            return known.orElse(null);
        }
        try {
            MethodHandle made = define(host, interfaces, lookup);
            Optional<MethodHandle> first =
                    cache.merge(interfaces, Optional.of(made), (before, mine) -> before.isPresent() ? before : mine);
            return first.orElse(made);
        } catch (ReflectiveOperationException | LinkageError refused) {
            Logging.log(
                    Level.DEBUG,
                    () -> "No class can be defined in the package of " + interfaces + "; reflection is used",
                    refused);
            boolean forEver = refused instanceof IllegalAccessException || refused instanceof IllegalAccessError;
            if (forEver && interfaces.stream().allMatch(each -> knows(host.getClassLoader(), each))) {
                cache.putIfAbsent(interfaces, Optional.empty()); // the others might be collected before the host
            }
            return null;
        }
    }

    private static MethodHandle define(Class<?> host, Set<Class<?>> interfaces, MethodHandles.@Nullable Lookup lookup)
            throws ReflectiveOperationException {
        for (Class<?> each : interfaces) {
            MODULE.addReads(each.getModule());
        }
        MethodHandles.Lookup beside = MethodHandles.lookup();
        if (host != ProxyClasses.class) {
            beside = MethodHandles.privateLookupIn(host, lookup != null ? lookup : beside);
        }
        String name = host.getName() + NAME;
        Class<?> made;
        if (beside.hasFullPrivilegeAccess()) {
            beside = beside.defineHiddenClass(ProxyClassWriter.write(name, interfaces, methodsOf(interfaces)), true);
            made = beside.lookupClass();
        } else {
            // A lookup from another module may only define ordinary classes, whose names must differ.
            name += "$" + UUID.randomUUID().toString().replace("-", "");
            made = beside.defineClass(ProxyClassWriter.write(name, interfaces, methodsOf(interfaces)));
        }
        REFERENCE
                .get(made)
                .set(beside.findGetter(made, ProxyClassWriter.REFERENCE_FIELD, WeakReference.class)
                        .asType(GETTER));
        return beside.findConstructor(made, CONSTRUCTOR).asType(FACTORY);
    }

    /** The class next to which the proxy class is defined: this one, or the interface that sees most. */
    private static Class<?> hostOf(Set<Class<?>> interfaces) {
        Class<?> host = ProxyClasses.class;
        for (Class<?> each : interfaces) {
            if (!isPublicToUs(each)) {
                return each; // only its own package sees it, or its own module
            }
            if (!KNOWN_HERE.get(each) && (host == ProxyClasses.class || knows(each.getClassLoader(), host))) {
                host = each;
            }
        }
        return host;
    }

    /** Whether a class loader finds this very class by its name. */
    public static boolean knows(@Nullable ClassLoader loader, Class<?> type) {
        try {
            return Class.forName(type.getName(), false, loader) == type;
        } catch (ClassNotFoundException | LinkageError unknown) {
            return false;
        }
    }

    private static Collection<ProxyClassWriter.Forward> methodsOf(Set<Class<?>> interfaces) {
        Map<String, ProxyClassWriter.Forward> methods = new LinkedHashMap<>();
        for (Class<?> each : interfaces) {
            for (Method method : each.getMethods()) {
                if (!Modifier.isStatic(method.getModifiers()) && !isOfObject(method)) {
                    ProxyClassWriter.Forward forward = new ProxyClassWriter.Forward(each, method);
                    methods.putIfAbsent(forward.name() + forward.descriptor(), forward);
                }
            }
        }
        return methods.values();
    }

    /**
     * Whether the reference implements it for the proxy. Also {@code finalize}: the collector must not call that of the
     * referent.
     */
    private static boolean isOfObject(Method method) {
        return switch (method.getName()) {
            case "equals" -> method.getParameterCount() == 1 && method.getParameterTypes()[0] == Object.class;
            case "hashCode", "toString", "finalize" -> method.getParameterCount() == 0;
            default -> false;
        };
    }

    private static Object reflective(WeakReference<?> reference, Set<Class<?>> interfaces) {
        IllegalArgumentException cause = null;
        if (interfaces.stream().allMatch(ProxyClasses::isOpenToReflection)) {
            try {
                return Proxy.newProxyInstance(
                        hostOf(interfaces).getClassLoader(), interfaces.toArray(new Class<?>[0]), (InvocationHandler)
                                reference);
            } catch (IllegalArgumentException refused) {
                cause = refused;
            }
        }
        throw new IllegalArgumentException(
                "No class can be made that sees all of " + interfaces + " and what they extend; give a Lookup that can,"
                        + " export or open their packages, or name other interfaces",
                cause);
    }

    private static boolean isOpenToReflection(Class<?> type) {
        return isPublicToUs(type)
                && Arrays.stream(type.getMethods()).allMatch(method -> isPublicToUs(method.getDeclaringClass()));
    }
}

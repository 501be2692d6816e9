package dev.weakref;

import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes the classes of weak proxies, with one forwarding method for each method of their interfaces, or a reflective
 * proxy where no class can be defined beside them.
 *
 * <p>A class is defined in this package if all its interfaces are public and visible from here; otherwise in the
 * package of the interface that is hidden. Classes of this package are cached here; the others in the interface that
 * they live with, by types of the JDK only: so the cache keeps neither side alive for the other.
 */
final class ProxyClasses {

    private static final String NAME = "$$WeakProxy";
    private static final MethodType CONSTRUCTOR = MethodType.methodType(void.class, WeakReference.class);
    private static final MethodType FACTORY = MethodType.methodType(Object.class, WeakReference.class);

    private static final Map<List<Class<?>>, MethodHandle> HERE = new ConcurrentHashMap<>();
    private static final ClassValue<Map<List<Class<?>>, MethodHandle>> THERE = new ClassValue<>() {
        @Override
        protected Map<List<Class<?>>, MethodHandle> computeValue(Class<?> type) {
            return new ConcurrentHashMap<>();
        }
    };

    /** The field of a generated class that holds its {@link ProxyRef}; empty for all other classes. */
    private static final ClassValue<Field[]> REFERENCE_FIELD = new ClassValue<>() {
        @Override
        protected Field[] computeValue(Class<?> type) {
            return referenceField(type);
        }
    };

    private ProxyClasses() {}

    /** A new proxy; interfaces that cannot be made a class of end in an {@link IllegalArgumentException}. */
    static Object proxy(ProxyRef reference, List<Class<?>> interfaces, MethodHandles.@Nullable Lookup lookup) {
        MethodHandle factory = factory(interfaces, lookup);
        if (factory == null) {
            return reflective(reference, interfaces);
        }
        try {
            return factory.invokeExact((WeakReference<?>) reference);
        } catch (Throwable impossible) {
            throw new IllegalStateException("A proxy could not be made for " + interfaces, impossible);
        }
    }

    /** The reference behind a proxy, or {@code null} if the object is none. */
    static @Nullable ProxyRef refOf(@Nullable Object object) {
        if (object == null) {
            return null;
        }
        if (Proxy.isProxyClass(object.getClass())) {
            return Proxy.getInvocationHandler(object) instanceof ProxyRef ref ? ref : null;
        }
        Field[] field = REFERENCE_FIELD.get(object.getClass());
        try {
            return field.length == 1 && field[0].get(object) instanceof ProxyRef ref ? ref : null;
        } catch (IllegalAccessException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Field[] referenceField(Class<?> type) {
        if (!type.getName().contains(NAME)) {
            return new Field[0];
        }
        try {
            Field field = type.getDeclaredField(ForwarderWriter.REFERENCE_FIELD);
            return field.trySetAccessible() ? new Field[] {field} : new Field[0];
        } catch (NoSuchFieldException anotherOne) {
            return new Field[0];
        }
    }

    /** What makes proxies of these interfaces, or {@code null} if only reflection does. */
    private static @Nullable MethodHandle factory(List<Class<?>> interfaces, MethodHandles.@Nullable Lookup lookup) {
        Class<?> host = hostOf(interfaces);
        Map<List<Class<?>>, MethodHandle> cache = host == ProxyClasses.class ? HERE : THERE.get(host);
        MethodHandle known = cache.get(interfaces);
        if (known != null) {
            return known;
        }
        try {
            MethodHandle made = define(host, interfaces, lookup);
            MethodHandle before = cache.putIfAbsent(interfaces, made);
            return before != null ? before : made;
        } catch (ReflectiveOperationException | LinkageError | RuntimeException refused) {
            Messages.log(
                    Level.DEBUG, () -> "No class can be made beside " + interfaces + "; reflection does it", refused);
            return null;
        }
    }

    private static MethodHandle define(Class<?> host, List<Class<?>> interfaces, MethodHandles.@Nullable Lookup lookup)
            throws ReflectiveOperationException {
        MethodHandles.Lookup beside;
        if (host == ProxyClasses.class) {
            beside = MethodHandles.lookup();
        } else {
            beside = MethodHandles.privateLookupIn(host, lookup != null ? lookup : MethodHandles.lookup());
        }
        String name = host.getName() + NAME;
        if (beside.hasFullPrivilegeAccess()) {
            byte[] classFile = ForwarderWriter.write(name, interfaces, methodsOf(interfaces));
            MethodHandles.Lookup made = beside.defineHiddenClass(classFile, true);
            return made.findConstructor(made.lookupClass(), CONSTRUCTOR).asType(FACTORY);
        }
        // A lookup from another module may only define ordinary classes, whose names must differ.
        byte[] classFile = ForwarderWriter.write(
                name + "$" + UUID.randomUUID().toString().replace("-", ""), interfaces, methodsOf(interfaces));
        Class<?> made = beside.defineClass(classFile);
        return beside.findConstructor(made, CONSTRUCTOR).asType(FACTORY);
    }

    /** Beside whom the class is made: here, or with the interface that cannot be seen from here. */
    private static Class<?> hostOf(List<Class<?>> interfaces) {
        Class<?> host = ProxyClasses.class;
        for (Class<?> each : interfaces) {
            boolean visibleHere = isVisibleFrom(ProxyClasses.class.getClassLoader(), each);
            if ((!visibleHere || !Modifier.isPublic(each.getModifiers()))
                    && (host == ProxyClasses.class || isVisibleFrom(each.getClassLoader(), host))) {
                host = each;
            }
        }
        return host;
    }

    private static boolean isVisibleFrom(@Nullable ClassLoader loader, Class<?> type) {
        try {
            return Class.forName(type.getName(), false, loader) == type;
        } catch (ClassNotFoundException | LinkageError invisible) {
            return false;
        }
    }

    private static Collection<Method> methodsOf(List<Class<?>> interfaces) {
        Map<Object, Method> methods = new LinkedHashMap<>();
        for (Class<?> each : interfaces) {
            for (Method method : each.getMethods()) {
                MethodType type = MethodType.methodType(method.getReturnType(), method.getParameterTypes());
                if (!Modifier.isStatic(method.getModifiers()) && !isOfObject(method)) {
                    methods.putIfAbsent(List.of(method.getName(), type), method);
                }
            }
        }
        return methods.values();
    }

    private static boolean isOfObject(Method method) {
        return switch (method.getName()) {
            case "equals" -> method.getParameterCount() == 1 && method.getParameterTypes()[0] == Object.class;
            case "hashCode", "toString" -> method.getParameterCount() == 0;
            default -> false;
        };
    }

    private static Object reflective(InvocationHandler reference, List<Class<?>> interfaces) {
        try {
            return Proxy.newProxyInstance(
                    hostOf(interfaces).getClassLoader(), interfaces.toArray(new Class<?>[0]), reference);
        } catch (IllegalArgumentException refused) {
            throw new IllegalArgumentException(
                    "No proxy can be made for " + interfaces
                            + ", since no class can see them all; give a Lookup that can, or name fewer interfaces",
                    refused);
        }
    }
}

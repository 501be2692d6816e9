package dev.weakref;

import dev.weakref.internal.support.Logging;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.ref.Reference;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fields through which an object may reach others strongly, and how to read them.
 *
 * <p>What is found out about a class is cached in the class itself ({@link ClassValue}), and consists of types of the
 * JDK only: so the cache keeps neither foreign classes nor this library alive.
 */
final class FieldReaders {

    private static final FieldReaders PUBLIC = new FieldReaders(null);

    /** The fields of each class, each followed by the handle that reads it if the field itself cannot be read. */
    private final ClassValue<Object[]> readers;

    private FieldReaders(MethodHandles.@Nullable Lookup lookup) {
        readers = new ClassValue<>() {
            @Override
            protected Object[] computeValue(Class<?> type) {
                return readersOf(type, lookup);
            }
        };
    }

    /** Reads what is accessible to all, or with this lookup. */
    static FieldReaders with(MethodHandles.@Nullable Lookup lookup) {
        return lookup == null ? PUBLIC : new FieldReaders(lookup);
    }

    /** How many readable fields objects of this class have that lead to other objects. */
    int count(Class<?> type) {
        return leadsNowhere(type) ? 0 : readers.get(type).length / 2;
    }

    Field field(Class<?> type, int index) {
        return (Field) readers.get(type)[2 * index];
    }

    /** The value of a field, or {@code null} if it cannot be read after all. */
    @Nullable Object read(Object object, int index) {
        Object[] pairs = readers.get(object.getClass());
        MethodHandle getter = (MethodHandle) pairs[2 * index + 1];
        try {
            return getter == null ? ((Field) pairs[2 * index]).get(object) : getter.invokeExact(object);
        } catch (Error error) {
            throw error;
        } catch (Throwable unreadable) {
            return null;
        }
    }

    /** Whether objects of this class hold nothing, or nothing of their user's, or hold it weakly. */
    private static boolean leadsNowhere(Class<?> type) {
        return isLeaf(type)
                || Reference.class.isAssignableFrom(type)
                || ClassLoader.class.isAssignableFrom(type)
                || Thread.class.isAssignableFrom(type);
    }

    private static boolean isLeaf(Class<?> type) {
        return type.isPrimitive()
                || (type.isArray() && type.getComponentType().isPrimitive())
                || type == String.class
                || type == Class.class
                || type.isEnum();
    }

    private static Object[] readersOf(Class<?> type, MethodHandles.@Nullable Lookup lookup) {
        List<@Nullable Object> found = new ArrayList<>();
        for (Class<?> owner = type; owner != null && owner != Object.class; owner = owner.getSuperclass()) {
            for (Field field : fieldsOf(owner)) {
                if (!Modifier.isStatic(field.getModifiers()) && !isLeaf(field.getType())) {
                    add(field, lookup, found);
                }
            }
        }
        return found.toArray();
    }

    private static boolean isOfTheJdk(Class<?> type) {
        ClassLoader loader = type.getClassLoader();
        return loader == null || loader == ClassLoader.getPlatformClassLoader();
    }

    private static Field[] fieldsOf(Class<?> owner) {
        try {
            return owner.getDeclaredFields();
        } catch (LinkageError missing) {
            Logging.log(
                    Level.DEBUG,
                    () -> "Unknown whether a " + owner.getName() + " holds a referent: a type of its fields is missing",
                    missing);
            return new Field[0];
        }
    }

    private static void add(Field field, MethodHandles.@Nullable Lookup lookup, List<@Nullable Object> found) {
        try {
            if (field.trySetAccessible()) {
                found.add(field);
                found.add(null);
                return;
            }
            if (lookup != null) {
                MethodHandle getter = MethodHandles.privateLookupIn(field.getDeclaringClass(), lookup)
                        .unreflectGetter(field);
                found.add(field);
                found.add(getter.asType(getter.type().generic()));
                return;
            }
        } catch (IllegalAccessException | RuntimeException hidden) {
            // logged below
        }
        if (isOfTheJdk(field.getDeclaringClass())) {
            return; // a program cannot change that
        }
        Logging.log(
                Level.DEBUG,
                () -> "Unknown whether " + field.getDeclaringClass().getName() + "." + field.getName()
                        + " holds a referent: its module does not open it; give the registry a Lookup to look there");
    }
}

package dev.weakref.internal.support;

import java.lang.System.Logger.Level;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Recognises referents without an identity of their own: objects of the JDK's value-based classes, such as
 * {@code Integer}, {@code LocalDate}, {@code Optional} or the class of {@code List.of()}, and, on a JDK that has them,
 * of value classes.
 *
 * <p>The JDK marks the former by an annotation in a package that it does not export. Reflection returns it all the
 * same, so that each JDK says itself which of its classes are value-based. It is compared by name.
 *
 * <p>What is found out about a class is cached in the class itself ({@link ClassValue}), and consists of objects of the
 * JDK only: so the cache keeps neither foreign classes nor this library alive.
 */
public final class ValueBased {

    private static final String ANNOTATION = "jdk.internal.ValueBased";

    private static final ValueBased ALL = new ValueBased("isValue");

    private static final String WHY =
            ", whose class is value-based: such an object has no identity of its own, and may be"
                    + " collected while an equal one is in use, or never; use an object of another class as the referent";

    /** For each value-based class whether it was warned of; {@code null} for all others. */
    private final ClassValue<@Nullable AtomicBoolean> warned = new ClassValue<>() {
        @Override
        protected @Nullable AtomicBoolean computeValue(Class<?> type) {
            return isValueBased(type) ? new AtomicBoolean() : null;
        }
    };

    /** Says whether a class is a value class; {@code null} on a JDK that has none. */
    private final @Nullable Method isValueClass;

    /** @param isValueClass the name of the method of {@link Class}, if it has it */
    ValueBased(String isValueClass) {
        this.isValueClass = methodOfClass(isValueClass);
    }

    private static @Nullable Method methodOfClass(String name) {
        try {
            return Class.class.getMethod(name);
        } catch (NoSuchMethodException olderJdk) {
            return null;
        }
    }

    /** Asks once, so that the JDK has made ready what it needs to read the annotation. */
    public static boolean prepare() {
        return ALL.isOne(0);
    }

    /** Logs a warning if the referent is of a value-based class; once for each class. Never fails. */
    public static void warn(Object referent) {
        try {
            ALL.warnOf(referent);
        } catch (LinkageError | VirtualMachineError unknown) {
            // Memory or stack is exhausted. The next referent of the class is looked at again.
        }
    }

    /** Refuses such a referent, or logs the warning. */
    public static void check(Object referent, boolean refuse) {
        if (refuse) {
            refuse(referent);
        } else {
            warn(referent);
        }
    }

    /**
     * Refuses a referent of a value-based class.
     *
     * @throws IllegalArgumentException if it is of such a class
     */
    public static void refuse(Object referent) {
        if (ALL.isOne(referent)) {
            throw new IllegalArgumentException(
                    described(referent) + ", or leave out the option refuseValueBased of the registry or collection");
        }
    }

    void warnOf(Object referent) {
        Class<?> type = referent.getClass();
        if (mayBeOne(type)) {
            AtomicBoolean before = warned.get(type);
            if (before != null && !before.get() && before.compareAndSet(false, true)) {
                Logging.log(Level.WARNING, () -> described(referent) + ". Reported once per class");
            }
        }
    }

    boolean isOne(Object referent) {
        Class<?> type = referent.getClass();
        return mayBeOne(type) && warned.get(type) != null;
    }

    private static String described(Object referent) {
        return "The referent is a " + referent.getClass().getName() + WHY;
    }

    /** The quick answer for most referents: only the JDK's own classes are annotated, and {@code Object} never is. */
    private boolean mayBeOne(Class<?> type) {
        return type != Object.class && (type.getClassLoader() == null || isValueClass != null);
    }

    private boolean isValueBased(Class<?> type) {
        for (Class<?> each = type; each != null && each.getClassLoader() == null; each = each.getSuperclass()) {
            for (Annotation annotation : each.getAnnotations()) {
                if (annotation.annotationType().getName().equals(ANNOTATION)) {
                    return true;
                }
            }
        }
        return isValueClass(type);
    }

    private boolean isValueClass(Class<?> type) {
        try {
            return isValueClass != null && (boolean) isValueClass.invoke(type);
        } catch (ReflectiveOperationException impossible) {
            return false;
        }
    }
}

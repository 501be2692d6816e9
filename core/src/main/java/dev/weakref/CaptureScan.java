package dev.weakref;

import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.ref.Reference;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Looks whether an action reaches its referent strongly, which would keep the referent alive for ever.
 *
 * <p>It looks through what is fixed once the action is made: the fields of the action itself, captured variables of
 * lambdas and inner classes, components of records, elements of arrays. A referent found there is <em>sure</em> to be
 * immortal. It goes on through ordinary objects and the JDK's own collections, but only a little way and only to warn,
 * since what they hold may change. What a module hides is unknown, which is said once for each class.
 *
 * <p>The accessors of a class are cached in the class, and consist of types of the JDK only; so they keep neither
 * foreign classes nor this library alive.
 */
final class CaptureScan {

    private static final int MOST_OBJECTS = 256;
    private static final int MOST_ELEMENTS = 64;
    private static final int MOST_STEPS = 16;
    private static final int MOST_UNSURE_STEPS = 2;
    private static final ClassValue<Object[]> PUBLIC_ACCESS = accessors(null);

    private final CaptureCheck check;
    private final ClassValue<Object[]> accessors;
    private final Table<Class<?>, Boolean> warnedOf =
            new Table<>(Table.Kind.WEAK_IDENTITY_KEYS, 0, false, null, Reaper.SHARED);

    CaptureScan(CaptureCheck check, MethodHandles.@Nullable Lookup lookup) {
        this.check = check;
        accessors = lookup == null ? PUBLIC_ACCESS : accessors(lookup);
    }

    /**
     * Checks an action and its state against the object that they are to outlive.
     *
     * @throws IllegalArgumentException if the check is to fail and the referent is sure to be held
     */
    void check(Object referent, Object work) {
        if (check == CaptureCheck.OFF) {
            return;
        }
        Search search = new Search(referent);
        boolean found = search.action(Work.actionOf(work)) || search.object(Work.stateOf(work), "state", 0, true, 0);
        if (!found && search.unsurePath == null) {
            return;
        }
        String path = found ? search.surePath : search.unsurePath;
        String message = "The referent, a " + referent.getClass().getName() + ", is held by its own finalizer: " + path
                + ". It would never be collected; give the action a state that does not lead back to the referent,"
                + " in place of capturing it";
        if (found && check == CaptureCheck.FAIL) {
            throw new IllegalArgumentException(message);
        }
        if (warnedOf.put(Work.actionOf(work).getClass(), true, Table.When.ABSENT) == null) {
            Messages.log(
                    Level.WARNING,
                    () -> message + (found ? "" : ". If it is let go in time, ignore this")
                            + ". Said once for each class of action in a registry");
        }
    }

    private static ClassValue<Object[]> accessors(MethodHandles.@Nullable Lookup lookup) {
        return new ClassValue<>() {
            @Override
            protected Object[] computeValue(Class<?> type) {
                return accessorsOf(type, lookup);
            }
        };
    }

    /** Fields of a class, each followed by the handle that reads it if the field does not let itself be read. */
    private static Object[] accessorsOf(Class<?> type, MethodHandles.@Nullable Lookup lookup) {
        List<@Nullable Object> found = new ArrayList<>();
        for (Class<?> owner = type; owner != null && owner != Object.class; owner = owner.getSuperclass()) {
            for (Field field : owner.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && mayReach(field.getType())) {
                    add(field, lookup, found);
                }
            }
        }
        return found.toArray();
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
            // said below
        }
        Messages.log(
                Level.DEBUG,
                () -> "Unknown whether " + field.getDeclaringClass().getName() + "." + field.getName()
                        + " holds a referent: its module does not open it; give the registry a Lookup to look there");
    }

    private static boolean mayReach(Class<?> type) {
        return !type.isPrimitive()
                && !(type.isArray() && type.getComponentType().isPrimitive())
                && type != String.class
                && type != Class.class
                && !type.isEnum();
    }

    /** Whether all fields of such an object are fixed when it is made, as captured variables are. */
    private static boolean isCapturing(Class<?> type) {
        return type.isHidden() || type.isSynthetic() || type.isRecord();
    }

    /** Whether the JDK itself wrote it, so that looking into it runs no user code and changes nothing. */
    private static boolean isJdkCollection(Object object) {
        Class<?> type = object.getClass();
        return type.getClassLoader() == null
                && type.getName().startsWith("java.util.")
                && (object instanceof Collection || object instanceof Map)
                && !(object instanceof WeakHashMap);
    }

    /** One search, from an action to its referent. */
    private final class Search {

        private final Object referent;
        private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        private @Nullable String surePath;
        private @Nullable String unsurePath;

        Search(Object referent) {
            this.referent = referent;
        }

        /** Looks at the action, whose own fields are what it captured, whatever its class. */
        boolean action(Object action) {
            if (action == referent) {
                return object(action, "action", 0, true, 0);
            }
            return seen.add(action) && fields(action, "action", 0, true, 0, true);
        }

        /**
         * Looks at an object and what it holds.
         *
         * @param sure whether the path so far is fixed for ever
         * @return whether the referent is sure to be held
         */
        boolean object(@Nullable Object object, String path, int steps, boolean sure, int unsureSteps) {
            if (object == referent) {
                if (sure) {
                    surePath = path;
                } else if (unsurePath == null) {
                    unsurePath = path;
                }
                return sure;
            }
            if (object == null
                    || steps > MOST_STEPS
                    || unsureSteps > MOST_UNSURE_STEPS
                    || seen.size() >= MOST_OBJECTS
                    || !leadsOn(object)
                    || !seen.add(object)) {
                return false;
            }
            if (object instanceof Object[] array) {
                return elements(Arrays.asList(array), path, steps, sure, unsureSteps);
            }
            if (isJdkCollection(object)) {
                return collection(object, path, steps, unsureSteps + 1);
            }
            return fields(object, path, steps, sure, unsureSteps, isCapturing(object.getClass()));
        }

        private boolean leadsOn(Object object) {
            return mayReach(object.getClass())
                    && !(object instanceof Reference)
                    && !(object instanceof ClassLoader)
                    && !(object instanceof Thread)
                    && !(object instanceof Number && object.getClass().getClassLoader() == null);
        }

        private boolean fields(
                Object object, String path, int steps, boolean sure, int unsureSteps, boolean capturing) {
            Object[] pairs = accessors.get(object.getClass());
            for (int i = 0; i < pairs.length; i += 2) {
                Field field = (Field) pairs[i];
                boolean fixed = capturing || field.isSynthetic();
                Object value = read(object, field, (MethodHandle) pairs[i + 1]);
                String here = path + " → " + field.getName();
                if (object(value, here, steps + 1, sure && fixed, fixed ? unsureSteps : unsureSteps + 1)) {
                    return true;
                }
            }
            return false;
        }

        private @Nullable Object read(Object object, Field field, @Nullable MethodHandle getter) {
            try {
                return getter == null ? field.get(object) : getter.invokeExact(object);
            } catch (Error error) {
                throw error;
            } catch (Throwable unreadable) {
                return null;
            }
        }

        private boolean elements(Iterable<?> elements, String path, int steps, boolean sure, int unsureSteps) {
            int index = 0;
            for (Object element : elements) {
                if (index == MOST_ELEMENTS) {
                    return false;
                }
                if (object(element, path + "[" + index++ + "]", steps + 1, sure, unsureSteps)) {
                    return true;
                }
            }
            return false;
        }

        private boolean collection(Object object, String path, int steps, int unsureSteps) {
            try {
                if (object instanceof Map<?, ?> map) {
                    return elements(map.keySet(), path + " key ", steps, false, unsureSteps)
                            || elements(map.values(), path + " value ", steps, false, unsureSteps);
                }
                return elements((Collection<?>) object, path, steps, false, unsureSteps);
            } catch (RuntimeException changedMeanwhile) {
                return false;
            }
        }
    }
}

package dev.weakref;

import dev.weakref.internal.support.Logging;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
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
 * Checks whether an action reaches its referent strongly, which would keep the referent alive for ever.
 *
 * <p>It follows what is fixed once the action is made: the fields of the action itself, captured variables of lambdas
 * and inner classes, final fields of the state, components of records, elements of arrays. A referent found there is
 * <em>sure</em> to be immortal. It continues through ordinary objects and the JDK's own collections, but only a little
 * way and only to warn, since what they hold may change. What a module hides is unknown, which is logged once for each
 * class.
 */
final class CaptureScan {

    /**
     * How many objects a search visits: an action with its state is a handful, and a registration must not walk a data
     * structure.
     */
    private static final int MOST_OBJECTS = 256;

    /** How many elements of an array or a collection: as many as a program writes by hand; a larger one is data. */
    private static final int MOST_ELEMENTS = 64;

    /** How many steps from the action: more than lambdas wrap each other, and few for the stack of the recursion. */
    private static final int MOST_STEPS = 16;

    /**
     * How many of them through ordinary objects, the state itself not counted: with more, a search would reach most of
     * a program through its services, and warn of what is normal.
     */
    private static final int MOST_UNSURE_STEPS = 2;

    /** Prefixes of the names of classes that are not public and contain their elements themselves; no views. */
    private static final List<String> HIDDEN_COLLECTIONS = List.of(
            "java.util.ImmutableCollections$List",
            "java.util.ImmutableCollections$Set",
            "java.util.ImmutableCollections$Map",
            "java.util.Arrays$",
            "java.util.Collections$Singleton",
            "java.util.Collections$Empty");

    private final CaptureCheck check;
    private final FieldReaders readers;
    /** Used only for warnings. */
    private final Map<Class<?>, Boolean> warnedOf = Collections.synchronizedMap(new WeakHashMap<>());

    CaptureScan(CaptureCheck check, MethodHandles.@Nullable Lookup lookup) {
        this.check = check;
        readers = FieldReaders.with(lookup);
    }

    CaptureCheck check() {
        return check;
    }

    /**
     * Checks an action and its state against the object that they are to outlive.
     *
     * @throws IllegalArgumentException if the check is to fail and the referent is sure to be held
     */
    void check(Object referent, Object action, @Nullable Object state) {
        check(referent, action, state, Subject.FINALIZER);
    }

    /** Checks a binder against its receiver, with the errors of {@link #check(Object, Object, Object)}. */
    void checkBinder(Object receiver, Object binder) {
        check(receiver, binder, null, Subject.BINDER);
    }

    /** Checks a value against its weak key, with the errors of {@link #check(Object, Object, Object)}. */
    void checkValue(Object key, Object value) {
        check(key, null, value, Subject.VALUE);
    }

    private void check(Object referent, @Nullable Object action, @Nullable Object state, Subject subject) {
        if (check != CaptureCheck.OFF
                && ((action != null && isWorthASearch(referent, action)) || mayHold(referent, state))) {
            // Sure paths first: an object that was first seen on an unsure path would be passed over on a sure one.
            Search sure = new Search(referent, 0);
            sure.all(action, state, subject);
            Search unsure = new Search(referent, MOST_UNSURE_STEPS);
            if (sure.surePath != null) {
                report(referent, action != null ? action : state, true, sure.surePath, subject);
            } else if (!unsure.all(action, state, subject) && unsure.unsurePath != null) {
                report(referent, action != null ? action : state, false, unsure.unsurePath, subject);
            }
        }
    }

    private void report(Object referent, @Nullable Object holder, boolean sure, String path, Subject subject) {
        String message = "The referent, a " + referent.getClass().getName() + ", is held by its own " + subject.name
                + ": " + path + (sure ? ". It would never be collected; " : ". While it is, it is not collected; ")
                + subject.advice;
        if (sure && check == CaptureCheck.FAIL) {
            throw new CapturedReferentException(message, subject.advice);
        }
        if (holder != null && warnedOf.putIfAbsent(holder.getClass(), true) == null) {
            Logging.log(Level.WARNING, () -> message + ". Reported once per class of " + subject.action);
        }
    }

    /** What is checked, in the words of the message. */
    private enum Subject {
        FINALIZER(
                "finalizer",
                "action",
                "state",
                "give the action a state that does not lead back to the referent, in place of capturing it"),
        BINDER("binder", "binder", "binder", "use the receiver that the binder is given, in place of capturing it"),
        VALUE("value", "value", "value", "let the value refer to its key weakly");

        private final String name;
        private final String action;
        private final String state;
        private final String advice;

        Subject(String name, String action, String state, String advice) {
            this.name = name;
            this.action = action;
            this.state = state;
            this.advice = advice;
        }
    }

    /** Whether a field of the action leads anywhere: most actions need no search. */
    private boolean isWorthASearch(Object referent, Object action) {
        int fields = readers.count(action.getClass());
        for (int i = 0; i < fields; i++) {
            if (mayHold(referent, readers.read(action, i))) {
                return true;
            }
        }
        return action == referent;
    }

    private boolean mayHold(Object referent, @Nullable Object object) {
        return object != null
                && (object == referent
                        || object instanceof Object[]
                        || readers.count(object.getClass()) > 0
                        || isJdkCollection(object));
    }

    /** Whether all fields of such an object are fixed when it is made, as captured variables are. */
    private static boolean isCapturing(Class<?> type) {
        return type.isHidden() || type.isSynthetic() || type.isRecord();
    }

    private static boolean isFinal(Field field) {
        return Modifier.isFinal(field.getModifiers());
    }

    /** Whether it is of the JDK, so that reading it runs no user code and changes nothing. */
    private static boolean isJdkCollection(Object object) {
        Class<?> type = object.getClass();
        return (object instanceof Collection || object instanceof Map)
                && type.getClassLoader() == null
                && type.getName().startsWith("java.util.")
                && (Modifier.isPublic(type.getModifiers())
                        || HIDDEN_COLLECTIONS.stream().anyMatch(type.getName()::startsWith))
                && !(object instanceof WeakHashMap);
    }

    /** One search, from an action to its referent. */
    private final class Search {

        private final Object referent;
        private final int mostUnsureSteps;
        private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        private @Nullable String surePath;
        private @Nullable String unsurePath;

        Search(Object referent, int mostUnsureSteps) {
            this.referent = referent;
            this.mostUnsureSteps = mostUnsureSteps;
        }

        /** Whether the referent is sure to be held by an action or its state. */
        boolean all(@Nullable Object action, @Nullable Object state, Subject subject) {
            return (action != null && action(action, subject.action)) || object(state, subject.state, 0, true, 0);
        }

        /** The fields of the action itself are what it captured, whatever its class. */
        private boolean action(Object action, String path) {
            if (action == referent) {
                return object(action, path, 0, true, 0);
            }
            return seen.add(action) && fields(action, path, 0, true, 0, true);
        }

        /**
         * Searches an object and what it holds.
         *
         * @param sure whether the path so far is fixed for ever
         * @return whether the referent is sure to be held
         */
        private boolean object(@Nullable Object object, String path, int steps, boolean sure, int unsureSteps) {
            if (object == referent) {
                if (sure) {
                    surePath = path;
                } else if (unsurePath == null) {
                    unsurePath = path;
                }
                return sure;
            }
            if (!mayHold(referent, object)
                    || object == null
                    || steps > MOST_STEPS
                    || unsureSteps > mostUnsureSteps
                    || seen.size() >= MOST_OBJECTS
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

        private boolean fields(
                Object object, String path, int steps, boolean sure, int unsureSteps, boolean capturing) {
            int fields = readers.count(object.getClass());
            for (int i = 0; i < fields; i++) {
                Field field = readers.field(object.getClass(), i);
                boolean fixed = capturing || field.isSynthetic() || (steps == 0 && isFinal(field));
                Object value = readers.read(object, i);
                String here = path + " → " + field.getName();
                if (object(value, here, steps + 1, sure && fixed, fixed ? unsureSteps : unsureSteps + 1)) {
                    return true;
                }
            }
            return false;
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

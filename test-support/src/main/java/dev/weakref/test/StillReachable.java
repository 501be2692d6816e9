package dev.weakref.test;

import dev.weakref.CaptureCheck;
import dev.weakref.Finalizer;
import dev.weakref.WeakKeyMap;
import dev.weakref.WeakRef;
import dev.weakref.WeakRefs;
import dev.weakref.WeakRefs.Hold;
import java.lang.ref.Reference;
import java.lang.ref.SoftReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Says of an object that should have gone what can be known of who holds it: nobody can ask the JVM, but the library
 * knows finalizers, callbacks and entries that have to do with the object, and its capture check sees which hold it.
 */
final class StillReachable {

    static final String NO_COLLECTION = "not even a new object that nothing holds is collected."
            + " Remove -XX:+DisableExplicitGC, and use a collector that collects";

    private static final String ADVICE = "What else may hold it: a field, a thread, a collection, or a variable of a"
            + " method that still runs; so make it in a method of its own";

    /** The path in the message of the capture check. */
    private static final Pattern STEPS = Pattern.compile(": value((?: → [^\\s.\\[]+|\\[\\d+])*)");

    private StillReachable() {}

    /** The error for what is still reachable at the deadline. */
    static AssertionError error(Duration deadline, List<String> descriptions) {
        StringBuilder message = new StringBuilder("Still reachable after " + deadline + " of collecting: ");
        message.append(String.join("\n", descriptions)).append('\n');
        message.append(Gc.collectsGarbage(Duration.ofSeconds(1)) ? ADVICE : "The collector: " + NO_COLLECTION);
        return new AssertionError(message + HeapDump.writeIfWanted());
    }

    /** The class of a referent, and below it a line for each thing that is seen to hold it. */
    static String describe(Reference<?> reference) {
        return describe(reference, null);
    }

    /** The same, with the supplier that made the referent as one that may hold it. */
    static String describe(Reference<?> reference, @Nullable Object supplier) {
        Object referent = reference.get();
        if (referent == null) {
            return "the referent of a " + reference.getClass().getName();
        }
        List<String> lines = new ArrayList<>();
        lines.add("a " + referent.getClass().getName());
        if (reference instanceof SoftReference) {
            lines.add("The reference is soft, and so is cleared only when memory is low");
        }
        addPath(lines, "The supplier that made it", referent, "supplier", supplier);
        Set<Object> holders = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Hold hold : WeakRefs.of(referent)) {
            if (holders.add(hold.holder())) { // a map appears once for each entry
                addPaths(lines, referent, hold);
            }
        }
        return String.join("\n  ", lines);
    }

    private static void addPaths(List<String> lines, Object referent, Hold hold) {
        Object holder = hold.holder();
        if (holder instanceof Finalizer<?> finalizer) {
            Finalizer.Detached parts = finalizer.peek();
            addPath(lines, finalizer.toString(), referent, "action", parts == null ? null : parts.action());
            addPath(lines, finalizer.toString(), referent, "state", parts == null ? null : parts.state());
        } else if (holder instanceof WeakRef<?> ref) {
            addPath(lines, "The callback of a WeakRef", referent, "callback", ref.callback());
        } else if (holder instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                Object otherSide = entry.getKey() == referent ? entry.getValue() : entry.getKey();
                if (entry.getKey() == referent || entry.getValue() == referent) {
                    addPath(lines, "Its entry in a " + name(map, hold.name()), referent, "entry", otherSide);
                }
            }
        }
    }

    private static String name(Map<?, ?> map, @Nullable String name) {
        String type = map.getClass().getSimpleName();
        return name == null ? type : type + " '" + name.replaceAll("\\p{Cntrl}", "?") + "'";
    }

    private static void addPath(
            List<String> lines, String subject, Object referent, String first, @Nullable Object holder) {
        String steps = holder == null ? null : steps(referent, holder);
        if (steps != null) {
            lines.add(subject + " holds it: " + first + steps);
        }
    }

    /**
     * How one object is seen to hold another; {@code null} if it is not. The capture check is asked as a map asks it.
     */
    private static @Nullable String steps(Object referent, Object holder) {
        WeakKeyMap<Object, Object> map =
                WeakKeyMap.builder().identity().checkCaptures(CaptureCheck.FAIL).build();
        try {
            map.put(referent, holder);
            return null;
        } catch (IllegalArgumentException held) {
            Matcher steps = STEPS.matcher(String.valueOf(held.getMessage()));
            return steps.find() ? steps.group(1) : "";
        }
    }
}

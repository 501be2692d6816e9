package dev.weakref.faults.depth;

import dev.weakref.Finalizer;
import dev.weakref.FinalizerRegistry;
import dev.weakref.WeakKeyMap;
import dev.weakref.WeakSet;
import dev.weakref.WeakValueMap;
import dev.weakref.faults.Asked;
import dev.weakref.faults.Verdict;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * What no trial touches: objects that have to work whatever has happened to others, and the end of what trials dropped.
 */
final class Bystanders {

    private static final FinalizerRegistry REGISTRY = FinalizerTrial.registry("bystander");
    private static final WeakValueMap<Key, Object> VALUES = WeakValueMap.create();
    private static final WeakKeyMap<Key, Object> KEYS = WeakKeyMap.create();
    private static final WeakSet<Key> SET = WeakSet.create();
    private static final Object VALUE = new Object();
    private static final List<Emptying> EMPTYING = new ArrayList<>();

    private record Emptying(String what, LongSupplier size) {}

    private Bystanders() {}

    /** Uses each of them. */
    static void work() throws Exception {
        Key key = new Key(1);
        VALUES.put(key, VALUE);
        Verdict.expect(VALUES.get(key) == VALUE, "an unrelated map has lost an entry");
        VALUES.compute(key, (same, old) -> old);
        VALUES.remove(key);
        KEYS.put(key, VALUE);
        Verdict.expect(KEYS.get(key) == VALUE, "an unrelated map has lost an entry");
        KEYS.remove(key);
        Verdict.expect(SET.add(key), "an unrelated set has an element that was removed");
        SET.remove(key);
        Ticket ticket = new Ticket();
        Finalizer<Void> finalizer = REGISTRY.register(key, ticket);
        finalizer.call();
        Verdict.expect(ticket.runs() == 1, "a call of an unrelated finalizer ran it " + ticket.runs() + " times");
        Reference.reachabilityFence(key); // else the finalizer may have run before the call
    }

    /** Whether the reaper reaps, and an unrelated finalizer runs when its object has died; if not, that is a fault. */
    static boolean die(String after) {
        Ticket ticket = new Ticket();
        Asked.other("after " + after + ": an addition to unrelated objects", () -> {
            Key key = new Key(2);
            KEYS.put(key, VALUE);
            SET.add(key);
            VALUES.put(new Key(3), key);
            REGISTRY.register(key, ticket);
            return null;
        });
        return Asked.collected(
                "after " + after + ": an unrelated finalizer does not run, or dead entries stay",
                () -> ticket.runs() == 1
                        && VALUES.estimatedSize() == 0
                        && KEYS.estimatedSize() == 0
                        && SET.estimatedSize() == 0);
    }

    /** Notes what has to become empty, now that its elements have been dropped. */
    static void empties(String what, LongSupplier size) {
        EMPTYING.add(new Emptying(what, size));
    }

    /** Sees that all of it becomes empty; the first that does not is fault enough. */
    static void allEmpty() {
        for (Emptying each : EMPTYING) {
            if (!Asked.collected(each.what + ": dead entries stay", () -> each.size.getAsLong() == 0)) {
                return;
            }
        }
        EMPTYING.clear();
        Asked.other("closing an unrelated registry", () -> {
            REGISTRY.close();
            return null;
        });
    }
}

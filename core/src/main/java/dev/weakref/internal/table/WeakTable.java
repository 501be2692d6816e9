package dev.weakref.internal.table;

import dev.weakref.internal.reap.Reaper;
import dev.weakref.internal.support.Names;
import dev.weakref.internal.support.StackReserve;
import dev.weakref.internal.table.Stripe.Change;
import dev.weakref.internal.table.TableNode.Entry;
import dev.weakref.internal.table.TableNode.Reserved;
import java.lang.ref.Reference;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The hash table behind every weak collection: its operations by key.
 *
 * <p>Reading takes no lock. Writing finds its node without a lock, running the user's {@code equals}, and then takes
 * the lock of a stripe to link, replace or unlink one node that it names by identity, or to write its value. If the
 * chain has changed so that this is not possible any more, it starts again. So no lock is held while user code runs.
 *
 * <p><b>Why this works.</b> {@link TableChains} argues how chains are changed, and {@link DeadEntries} how dead entries
 * are removed. Here: while a mapping function runs, a {@link Reserved} node replaces that of its key. Readers look
 * through it to the entry that was there; writers of that key wait for it; all others pass it.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
public class WeakTable<K, V> extends NewEntries<K, V> { // not final: a test lets its memory be exhausted

    /** For which present value a writer writes. */
    public enum When {
        ABSENT,
        PRESENT,
        ALWAYS
    }

    /** Set if a reservation was left to the next thread that meets it. */
    private volatile boolean unsettled;

    public WeakTable(TableOptions.Kind kind, Reaper reaper) {
        this(TableOptions.of(kind, reaper));
    }

    public WeakTable(TableOptions<K> options) {
        super(options);
    }

    /** An empty table of the same kind and modes, without name and notifier. */
    public WeakTable<K, V> emptyCopy() {
        return new WeakTable<>(new TableOptions<>(kind, reaper(), null, 0, replaceKeys, null, valueCheck));
    }

    /** Puts a value, and returns the one that was there. */
    public @Nullable V put(K key, V value, When when) {
        int hash = hash(key);
        while (true) {
            @Nullable TableNode[] array = chains();
            TableNode head = headOf(array, hash);
            TableNode node = find(head, key, hash);
            if (node instanceof Reserved reserved) {
                awaitEndOf(reserved);
                continue;
            }
            V old = node == null ? null : valueOf(node);
            boolean unchanged = old == null ? when == When.PRESENT : when == When.ABSENT || old == value;
            if (unchanged && !(replaceKeys && old != null && when != When.ABSENT)) {
                return old;
            }
            K before = keyOr(node, key);
            K kept = old == null || replaceKeys ? key : before;
            CollectedNotices<K> dead = node != null && old == null ? collectedNotice(node) : null;
            boolean put = node == null
                    ? link(array, head, first(kept, value, hash, head), Change.ADDED)
                    : replaceIn(node, old, kept, value);
            if (put) {
                hold(kept, old, value);
                afterPut(dead, old, before, value);
                return old;
            }
        }
    }

    /**
     * Replaces the value that was seen in a node, with the key that is to be kept: in the node itself, if it has that
     * key, the value is its strong side, and its shape can hold any. The caller holds the key, so that it does not die
     * in between.
     */
    private boolean replaceIn(TableNode node, @Nullable V old, K kept, V value) {
        if (weakKeys && node instanceof Entry entry && node.refersTo(kept)) {
            checkValue(kept, value);
            return exchange(entry, old, value);
        }
        Change change = old == null ? Change.REVIVED : Change.NOTHING;
        return splice(node, old, entry(kept, value, node.hash), change);
    }

    /**
     * Called after a node has been linked, to keep key and value reachable until then. A referent that died earlier
     * would be found on the queue before its node is in the table, and the node would never be removed.
     */
    @SuppressWarnings("ReachabilityFenceUsage") // if linking has failed, nothing is in the table
    private static void hold(Object key, @Nullable Object old, @Nullable Object value) {
        Reference.reachabilityFence(key);
        Reference.reachabilityFence(old);
        Reference.reachabilityFence(value);
    }

    private void afterPut(@Nullable CollectedNotices<K> dead, @Nullable V old, K key, V value) {
        if (dead != null) {
            dead.submit();
        } else if (old != null && old != value) {
            notifyReplaced(key, old);
        }
    }

    /** Replaces a value if the present one equals the expected one, as one atomic step. */
    public boolean replace(K key, Object expected, V value) {
        int hash = hash(key);
        while (true) {
            TableNode node = findUnreserved(key, hash);
            V old = node == null ? null : valueOf(node);
            if (node == null || old == null || !isEqual(expected, old)) {
                return false;
            }
            if (old == value && !replaceKeys) {
                return true;
            }
            K before = keyOr(node, key);
            K kept = replaceKeys ? key : before;
            if (replaceIn(node, old, kept, value)) {
                hold(kept, old, value);
                if (old != value) {
                    notifyReplaced(before, old);
                }
                return true;
            }
        }
    }

    /**
     * Removes the entry of a key; if an expected value is given, only if the present one equals it. Returns its value.
     */
    public @Nullable V remove(Object key, @Nullable Object expected) {
        int hash = hash(key);
        while (true) {
            TableNode node = findUnreserved(key, hash);
            V old = node == null ? null : valueOf(node);
            if (node == null || old == null || (expected != null && !isEqual(expected, old))) {
                return null;
            }
            K firstKey = keyOf(node);
            if (firstKey != null && splice(node, old, null, Change.REMOVED)) {
                notifyRemoved(firstKey, old);
                return old;
            }
        }
    }

    /** A value equals itself, even if its {@code equals} says otherwise or throws, as that of a dead proxy does. */
    private static boolean isEqual(Object expected, Object value) {
        return expected == value || expected.equals(value);
    }

    /** Removes the entry of the key that this node has, if that key is alive. */
    public void remove(TableNode node) {
        K key = keyOf(entryIn(node));
        if (key != null) {
            remove(key, null);
        }
    }

    /** Removes every entry whose key is not reserved. */
    public void clear() {
        StackReserve.ensure(); // so that the listener is told of what was unlinked
        CollectedNotices<K> dead = collectedNotices();
        try {
            clear(dead);
        } finally {
            dead.submit();
        }
    }

    private void clear(CollectedNotices<K> dead) {
        @Nullable TableNode[] array;
        do {
            array = chains();
            for (int bin = 0; bin < array.length; bin++) {
                for (TableNode node = headOf(array, bin); node != null; node = node.next()) {
                    if (!(node instanceof Reserved)) {
                        clear(node, dead);
                    }
                }
            }
        } while (chains() != array);
    }

    private void clear(TableNode node, CollectedNotices<K> dead) {
        K key = keyOf(node);
        V value = valueOf(node);
        if (key == null || value == null) {
            expunge(node, dead);
        } else if (splice(node, ANY, null, Change.REMOVED)) {
            notifyRemoved(key, weakKeys ? valueOf(node) : value); // again: it may have been exchanged before
        }
    }

    private @Nullable TableNode findUnreserved(Object key, int hash) {
        while (true) {
            TableNode node = find(headOf(chains(), hash), key, hash);
            if (!(node instanceof Reserved reserved)) {
                return node;
            }
            awaitEndOf(reserved);
        }
    }

    /** Waits until the mapping function has ended, and settles its outcome if that was not done. */
    private void awaitEndOf(Reserved reserved) {
        reserved.reservation.await();
        StackReserve.ensure(); // as in compute
        settle(reserved);
    }

    /**
     * Computes the value of a key while the key is reserved.
     *
     * @param function is given the key and the present value; {@code null} as its result removes the entry
     * @return the new value, or the present one if nothing was to be computed
     */
    public @Nullable V compute(
            K key, When when, BiFunction<? super K, ? super @Nullable V, ? extends @Nullable V> function) {
        int hash = hash(key);
        while (true) {
            @Nullable TableNode[] array = chains();
            TableNode head = headOf(array, hash);
            TableNode node = find(head, key, hash);
            if (node instanceof Reserved reserved) {
                awaitEndOf(reserved);
                continue;
            }
            V old = node == null ? null : valueOf(node);
            if (old == null ? when == When.PRESENT : when == When.ABSENT) {
                return old;
            }
            Entry unchanged = node == null ? null : node.copy(queue);
            if (old != null && (unchanged == null || valueOf(unchanged) != old)) {
                continue; // its first key has died since, or another value was put
            }
            // Made before the key is reserved: if memory is exhausted, the key does not stay reserved.
            CollectedNotices<K> dead = node != null && old == null ? collectedNotice(node) : null;
            Reserved reserved = reserved(key, hash, new Reservation(node, dead, unchanged), head);
            Reservation reservation = reserved.reservation;
            boolean settled = false;
            V value = null;
            StackReserve.ensure(); // so that it is settled, and the listener is told of a collected entry
            try {
                if (node == null
                        ? !link(array, head, reserved, Change.NOTHING)
                        : !splice(node, old, reserved, Change.NOTHING)) {
                    settled = true; // the key was not reserved, and never will be by this node
                    continue;
                }
                value = function.apply(key, old);
                decide(reserved, key, old, value);
                reservation.finished = true;
                settle(reserved);
                settled = true;
                return value;
            } finally {
                reservation.finished = true; // a write of a field cannot fail
                if (!settled) {
                    reservation.leftOver = true;
                    unsettled = true;
                    settle(reserved);
                }
                hold(key, old, value); // others must find the old entry while the key is reserved
            }
        }
    }

    private void decide(Reserved reserved, K key, @Nullable V old, @Nullable V computed) {
        Reservation reservation = reserved.reservation;
        if (computed == null) {
            reservation.outcome = null;
            reservation.unchanged = false;
        } else if (computed != old || replaceKeys) {
            K kept = old == null || replaceKeys ? key : keyOr(reservation.previous, key);
            Entry entry = entry(kept, computed, reserved.hash);
            reservation.unchanged = computed == old;
            reservation.outcome = entry;
        }
    }

    /** Replaces a reservation by its outcome, unless another thread has done so. */
    private void settle(Reserved reserved) {
        Reservation reservation = reserved.reservation;
        Entry outcome = reservation.outcome;
        if (!splice(reserved, ANY, outcome, reservation.change())) {
            return;
        }
        if (reservation.dead != null) {
            reservation.dead.submit();
        }
        reservation.settled();
        if (reservation.replaces()) {
            K key = keyOf(reservation.previous);
            if (key == null) {
                key = keyOf(reserved);
            }
            V old = reservation.previous == null ? null : valueOf(reservation.previous);
            if (key != null) {
                if (outcome == null) {
                    notifyRemoved(key, old);
                } else {
                    notifyReplaced(key, old);
                }
            }
        }
        if (outcome != null && outcome.refersTo(null)) { // a first key that died since, perhaps before it was linked
            expungeNow(outcome);
        }
    }

    // What the reaper does.

    @Override
    void settleIfCutOff(TableNode node) {
        if (node instanceof Reserved reserved && reserved.reservation.leftOver) {
            settle(reserved);
        }
    }

    @Override
    public void compact() {
        if (unsettled) {
            unsettled = false;
            reap(null, false); // settles what was left over
        }
        shrink();
    }

    @Override
    public String describe() {
        return name == null ? "a collection" : "collection '" + Names.escape(name) + "'";
    }

    @Override
    public String toString() {
        return "WeakTable[" + describe() + ", " + kind + ", " + nodes() + " nodes in " + capacity() + " chains]";
    }
}

package dev.weakref;

import dev.weakref.Stripe.Change;
import dev.weakref.TableNode.Entry;
import dev.weakref.TableNode.Reserved;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The hash table behind every weak collection. The reference is the node: one object carries the weak side as its
 * referent, and the strong side, the hash and the link of the chain as fields.
 *
 * <p>Reading takes no lock. Writing looks for its place without a lock, running the user's {@code equals}, and then
 * takes the lock of a stripe to link, replace or unlink one node that it names by identity, or to write its value. If
 * the chain has changed so that this is not possible any more, it starts again. So no lock is held while user code
 * runs.
 *
 * <p><b>Why this works.</b>
 * <ul>
 *   <li>A node is linked only as the head of its chain, and only if the head is still the one from which the writer
 *       has looked for its key in vain. Nodes further down are only ever unlinked, or replaced by a node of the same
 *       key. So a key that was absent then is absent now, and no key gets two nodes.
 *   <li>A strong value is replaced in its node, under the lock and only while that is linked. Who replaces or unlinks
 *       what he has seen compares the value under the lock, and starts again if it is another one: so none is told
 *       twice as replaced or removed.
 *   <li>A node that has left its chain keeps its link, and is never linked again: a reader that stands on it goes on
 *       to all that follow.
 *   <li>A resize holds the locks of all stripes, copies the living nodes into a new array and leaves the old array
 *       and its chains as they are: who reads there sees the table as it was at the resize. Who wanted to write does
 *       not find his node in the new chains, and starts again. What it copies it holds until the copies can be found:
 *       one that died before would be taken off the queue, looked for in vain, and stay for ever.
 *   <li>A dead node is removed by its own identity, so a late reaping never removes a newer entry of the same key.
 *   <li>What has been unlinked is held by the JVM, and then by the queue, until it is taken off that. The sweep unlinks
 *       faster than the JVM queues; so whoever adds an entry while that {@link Backlog} is long takes some of it off, or
 *       waits a moment for the JVM. Whether one is buried by a writer or by the reaper, its identity decides.
 *   <li>While a mapping function runs, a {@link Reserved} node stands in the place of its key. Readers look through
 *       it to the entry that was there; writers of that key wait for it; all others pass by.
 * </ul>
 *
 * <p>It is one long file because these rules hold only where nothing outside of it links, replaces or unlinks a node, or
 * writes its value.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
final class WeakTable<K, V> extends Reapable {

    private static final int SMALLEST_CAPACITY = 16;
    private static final int LARGEST_CAPACITY = 1 << 30;
    private static final int MOST_STRIPES = 64;
    private static final int BINS_PER_STRIPE = 64;
    /** How many nodes a stripe may gain before somebody adds up all stripes to see whether the table is full. */
    private static final int SIZE_CHECK_INTERVAL = 4;

    /** So many of the dead are unlinked one by one before it is asked whether there are many. */
    private static final int UNLINKED_BEFORE_SAMPLING = 64;

    /** About so many chains are looked at to see whether many are dead. */
    private static final int SAMPLED_CHAINS = 1 << 10;

    /** A sweep is worth its time if one of so many nodes is dead. */
    private static final int SWEEP_IF_ONE_IN = 32;

    /** And worth one that takes the place of a rest if one of so many is. */
    private static final int INTERRUPT_REST_IF_ONE_IN = 4;

    /** After so many additions in a stripe somebody looks at the backlog. */
    private static final int BACKLOG_CHECK_INTERVAL = 1 << 10;

    /** So many of it takes off the queue who adds one entry. */
    private static final int DRAINED_PER_PUT = 32;

    /** Expected where it does not matter which value is there. */
    private static final Object ANY = new Object();

    private static final VarHandle BIN = MethodHandles.arrayElementVarHandle(TableNode[].class);

    /** What is weak, and how keys are compared. */
    enum Kind {
        WEAK_VALUES,
        WEAK_KEYS,
        WEAK_IDENTITY_KEYS
    }

    /**
     * How a table is made.
     *
     * @param name is told to those who ask what refers to an object
     * @param expectedSize how many entries to make room for at once
     * @param replaceKeys whether a later equal key takes the place of the first one
     * @param notifier is told which entries have left
     * @param valueCheck is given the key and the value of a new entry, and throws if the value is not to be put
     */
    record Options<K>(
            Kind kind,
            Reaper reaper,
            @Nullable String name,
            int expectedSize,
            boolean replaceKeys,
            @Nullable RemovalNotifier<? super K> notifier,
            @Nullable BiConsumer<Object, Object> valueCheck) {

        static <K> Options<K> of(Kind kind, Reaper reaper) {
            return new Options<>(kind, reaper, null, 0, false, null, null);
        }
    }

    /** See {@link CollectionStats}, which has the same components. */
    record Counts(@Nullable String name, long size, long added, long removed, long collected) {}

    /** Is told which entries have left a table. Its methods do not throw. */
    interface RemovalNotifier<K> {
        /** An entry has got another value; called by the thread that put that. */
        void replaced(K key);

        /** An entry was removed by a caller; called by that thread. */
        void removed(K key);

        /** The referent of an entry was collected; called by a thread of the library. The key is null if that was weak. */
        void collected(@Nullable K key);
    }

    /** What a writer finds in its place, and whether it may change that. */
    enum When {
        ABSENT,
        PRESENT,
        ALWAYS
    }

    final Kind kind;
    private final boolean weakKeys;
    private final boolean identity;
    private final boolean replaceKeys;
    private final @Nullable String name;
    private final @Nullable RemovalNotifier<? super K> notifier;
    private final @Nullable BiConsumer<Object, Object> valueCheck;
    private final int leastCapacity;
    private volatile @Nullable TableNode[] bins;
    volatile Stripe[] stripes; // read and written here, and by tests
    private @Nullable WeakReference<Object> owner;

    /** Set if a reservation has been left to the next thread that meets it. */
    private volatile boolean unsettled;

    final Backlog backlog = new Backlog(); // for tests as well

    /** A table without options, for the library itself. */
    WeakTable(Kind kind, Reaper reaper) {
        this(Options.of(kind, reaper));
    }

    WeakTable(Options<K> options) {
        super(options.reaper);
        kind = options.kind;
        weakKeys = kind != Kind.WEAK_VALUES;
        identity = kind == Kind.WEAK_IDENTITY_KEYS;
        name = options.name;
        replaceKeys = options.replaceKeys;
        notifier = options.notifier;
        valueCheck = options.valueCheck;
        leastCapacity = capacityFor(options.expectedSize);
        bins = new TableNode[leastCapacity];
        stripes = Stripe.array(stripesFor(leastCapacity), leastCapacity, new Stripe[0]);
    }

    /** An empty table of the same kind and modes, without name and notifier. */
    WeakTable<K, V> emptyCopy() {
        return new WeakTable<>(new Options<>(kind, reaper(), null, 0, replaceKeys, null, valueCheck));
    }

    /** Notes whose table it is, for those who ask who refers to an object. It is not held. */
    void belongsTo(Object collection) {
        owner = new WeakReference<>(collection);
    }

    @Override
    void visitHolders(Object referent, HolderVisitor visitor) {
        Object collection = owner == null ? null : owner.get();
        if (collection == null) {
            return;
        }
        @Nullable TableNode[] array = bins;
        for (int bin = 0; bin < array.length; bin++) {
            for (TableNode node = headOf(array, bin); node != null; node = node.next()) {
                TableNode entry = entryIn(node);
                if (entry != null && entry.refersTo(referent)) {
                    visitor.visit(collection, name);
                }
            }
        }
    }

    // Reading.

    /** The elements that live now, in a set that holds them and compares as the keys are compared. */
    Set<Object> comparable(Collection<?> elements) {
        Set<Object> held = identity ? Collections.newSetFromMap(new IdentityHashMap<>()) : new HashSet<>();
        held.addAll(elements);
        return held;
    }

    @Nullable V get(Object key) {
        int hash = hash(key);
        TableNode node = find(headOf(bins, hash), key, hash);
        return node == null ? null : valueOf(node);
    }

    /** The value of a key, unless a mapping function runs for that key at this moment. */
    @Nullable V getUnlessReserved(Object key) {
        int hash = hash(key);
        TableNode node = find(headOf(bins, hash), key, hash);
        return node == null || node instanceof Reserved ? null : valueOf(node);
    }

    /** The live key that is equal to this one, if there is an entry for it. */
    @Nullable K getKey(Object key) {
        int hash = hash(key);
        TableNode node = find(headOf(bins, hash), key, hash);
        return node == null || valueOf(node) == null ? null : keyOf(entryIn(node));
    }

    int hash(Object key) {
        int hash = identity ? System.identityHashCode(Objects.requireNonNull(key, "key")) : key.hashCode();
        return hash ^ hash >>> 16;
    }

    private @Nullable TableNode find(@Nullable TableNode head, Object key, int hash) {
        for (TableNode node = head; node != null; node = node.next()) {
            if (node.hash == hash && matches(node, key)) {
                return node;
            }
        }
        return null;
    }

    private boolean matches(TableNode node, Object key) {
        if (identity) {
            return node.refersTo(key);
        }
        Object other = weakKeys ? node.get() : node.strong();
        return other == key || (other != null && key.equals(other));
    }

    /** The first node of the chain of a hash, or of the chain with this number. */
    static @Nullable TableNode headOf(@Nullable TableNode[] bins, int hash) {
        return (TableNode) BIN.getAcquire(bins, hash & (bins.length - 1));
    }

    /** The node of the entry that a reader sees here: none where a key was absent when it was reserved. */
    private static @Nullable TableNode entryIn(@Nullable TableNode node) {
        return node instanceof Reserved reserved ? reserved.previous() : node;
    }

    @SuppressWarnings("unchecked")
    private @Nullable V valueOf(TableNode node) {
        Object value = weakKeys ? node.strong() : node.get();
        if (value == null && node instanceof Reserved reserved) {
            TableNode previous = reserved.previous();
            return previous == null || previous.refersTo(null) ? null : valueOf(previous);
        }
        return (V) value;
    }

    @SuppressWarnings("unchecked")
    private @Nullable K keyOf(@Nullable TableNode node) {
        return node == null ? null : (K) (weakKeys ? node.get() : node.strong());
    }

    /** Counts the entries whose referent is not cleared, in one walk without locks. */
    long count() {
        long count = 0;
        @Nullable TableNode[] array = bins;
        for (int bin = 0; bin < array.length; bin++) {
            for (TableNode node = headOf(array, bin); node != null; node = node.next()) {
                TableNode entry = entryIn(node);
                if (entry != null && !entry.refersTo(null)) {
                    count++;
                }
            }
        }
        return count;
    }

    // What a walk makes of a node: nothing where there is no live entry.

    @Nullable K liveKey(TableNode node) {
        TableNode entry = entryIn(node);
        return entry == null || (!weakKeys && entry.refersTo(null)) ? null : keyOf(entry);
    }

    @Nullable V liveValue(TableNode node) {
        TableNode entry = entryIn(node);
        return entry == null || (weakKeys && entry.refersTo(null)) ? null : valueOf(entry);
    }

    /** The array of the chains, for a walk: as it is at this moment, and with what is added to it later. */
    @Nullable TableNode[] chains() {
        return bins;
    }

    // Writing.

    /** Puts a value, and returns the one that was there. */
    @Nullable V put(K key, V value, When when) {
        int hash = hash(key);
        while (true) {
            @Nullable TableNode[] array = bins;
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
            boolean put = node == null
                    ? link(array, head, first(kept, value, hash, head), Change.ADDED)
                    : replaceIn(node, old, kept, value);
            if (put) {
                hold(kept, old, value);
                afterPut(node, old, before, value);
                return old;
            }
        }
    }

    /** The key of an entry, which is the first one that was put, for as long as it lives; then this one. */
    private K keyOr(@Nullable TableNode node, K key) {
        K first = keyOf(node);
        return first != null ? first : key;
    }

    /**
     * Puts a value in the place of the one that was seen in a node, with the key that is to be kept: in the node itself,
     * if it has that key, the value is its strong side, and it is of the shape that can hold any. The caller holds the
     * key, so that it does not die meanwhile.
     */
    private boolean replaceIn(TableNode node, @Nullable V old, K kept, V value) {
        if (weakKeys && node instanceof Entry entry && node.refersTo(kept)) {
            checkCaptures(kept, value);
            return exchange(entry, old, value);
        }
        Change change = old == null ? Change.REVIVED : Change.NOTHING;
        return splice(node, old, entry(kept, value, node.hash), change);
    }

    /**
     * Is called when a node has been linked. If its referent could die before that, its reference would be found on
     * the queue before it is in the table, and stay there.
     */
    @SuppressWarnings("ReachabilityFenceUsage") // where linking has failed, nothing is in the table
    private static void hold(Object key, @Nullable Object old, @Nullable Object value) {
        Reference.reachabilityFence(key);
        Reference.reachabilityFence(old);
        Reference.reachabilityFence(value);
    }

    private void afterPut(@Nullable TableNode replaced, @Nullable V old, K key, V value) {
        if (replaced != null && old == null) {
            notifyCollected(replaced);
        } else if (old != null && old != value) {
            notifyReplaced(key);
        }
    }

    /** Replaces a value if the one that is there equals the expected; both a test and a change in one step. */
    boolean replace(K key, Object expected, V value) {
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
                    notifyReplaced(before);
                }
                return true;
            }
        }
    }

    /** Removes the entry of a key, if its value equals the expected one where one is given; returns its value. */
    @Nullable V remove(Object key, @Nullable Object expected) {
        int hash = hash(key);
        while (true) {
            TableNode node = findUnreserved(key, hash);
            V old = node == null ? null : valueOf(node);
            if (node == null || old == null || (expected != null && !isEqual(expected, old))) {
                return null;
            }
            K firstKey = keyOf(node);
            if (firstKey != null && splice(node, old, null, Change.REMOVED)) {
                notifyRemoved(firstKey);
                return old;
            }
        }
    }

    /** A value is equal to itself, whatever its {@code equals} says, or throws where it is a dead proxy. */
    private static boolean isEqual(Object expected, Object value) {
        return expected == value || expected.equals(value);
    }

    /** Removes the entry of the key that this node has, if that key is alive. */
    void remove(TableNode node) {
        K key = keyOf(entryIn(node));
        if (key != null) {
            remove(key, null);
        }
    }

    /** Removes every entry but those whose keys are reserved. */
    void clear() {
        @Nullable TableNode[] array;
        CollectedBatch dead = new CollectedBatch();
        do {
            array = bins;
            for (int bin = 0; bin < array.length; bin++) {
                for (TableNode node = headOf(array, bin); node != null; node = node.next()) {
                    if (!(node instanceof Reserved)) {
                        clear(node, dead);
                    }
                }
            }
        } while (bins != array);
        notifyCollected(dead);
    }

    private void clear(TableNode node, CollectedBatch dead) {
        K key = keyOf(node);
        if (key == null || node.refersTo(null)) {
            expunge(node, dead);
        } else if (splice(node, ANY, null, Change.REMOVED)) {
            notifyRemoved(key);
        }
    }

    private @Nullable TableNode findUnreserved(Object key, int hash) {
        while (true) {
            TableNode node = find(headOf(bins, hash), key, hash);
            if (!(node instanceof Reserved reserved)) {
                return node;
            }
            awaitEndOf(reserved);
        }
    }

    /** Waits until the mapping function has ended, and puts its outcome in the place if that was not done. */
    private void awaitEndOf(Reserved reserved) {
        reserved.reservation.await();
        settle(reserved);
    }

    /**
     * Computes the value of a key while the key is reserved.
     *
     * @param function is given the key and the value that is there; {@code null} as its result removes the entry
     * @return the new value, or the one that is there where nothing was to be computed
     */
    @Nullable V compute(K key, When when, BiFunction<? super K, ? super @Nullable V, ? extends @Nullable V> function) {
        int hash = hash(key);
        while (true) {
            @Nullable TableNode[] array = bins;
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
                continue; // its first key has died since, or another value has been put
            }
            // Made before the key is reserved, so that it does not stay reserved if memory is short.
            Reserved reserved = reserved(key, hash, new Reservation(node, old != null, unchanged), head);
            Reservation reservation = reserved.reservation;
            boolean settled = false;
            V value = null;
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
                reservation.finished = true; // the write of a field, which cannot fail
                if (!settled) {
                    unsettled = true;
                    settle(reserved);
                }
                hold(key, old, value); // while it is reserved, others have to find it
            }
        }
    }

    /** Notes what the mapping function has returned. */
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

    /** Puts the outcome of a mapping function that has ended in the place of its reservation, unless that was done. */
    private void settle(Reserved reserved) {
        Reservation reservation = reserved.reservation;
        Entry outcome = reservation.outcome;
        if (!splice(reserved, ANY, outcome, reservation.change())) {
            return;
        }
        reservation.settled();
        if (outcome != null && outcome.refersTo(null)) { // a first key that died since, perhaps before it was linked
            expungeNow(outcome);
        }
        TableNode previous = reservation.previous;
        if (previous != null && reservation.revives()) {
            notifyCollected(previous);
        } else if (notifier != null && reservation.replaces()) {
            K key = keyOf(previous);
            if (key == null) {
                key = keyOf(reserved);
            }
            if (key != null) {
                if (outcome == null) {
                    notifyRemoved(key);
                } else {
                    notifyReplaced(key);
                }
            }
        }
    }

    /** A node to be linked in front of this head. */
    private TableNode first(K key, V value, int hash, @Nullable TableNode head) {
        checkCaptures(key, value);
        return weakKeys ? TableNode.of(key, queue, hash, value, head) : TableNode.of(value, queue, hash, key, head);
    }

    /** A node to be put in the place of another one. */
    private Entry entry(K key, V value, int hash) {
        checkCaptures(key, value);
        return weakKeys ? new Entry(key, queue, hash, value, null) : new Entry(value, queue, hash, key, null);
    }

    private void checkCaptures(K key, V value) {
        if (valueCheck != null) {
            valueCheck.accept(key, value);
        }
    }

    private Reserved reserved(K key, int hash, Reservation reservation, @Nullable TableNode head) {
        return weakKeys
                ? new Reserved(key, hash, null, reservation, head)
                : new Reserved(null, hash, key, reservation, head);
    }

    // Changing a chain: the only places that take a lock.

    /**
     * Links a node in front of its chain, if that still begins with the head for which the node was made.
     *
     * <p><b>Why the reaper looks after it.</b> A node is linked only if {@code watched} is true under the lock. The reaper
     * sets it to false before it asks {@link #isEmpty()}, which takes each lock. So either this sees {@code false} and lets
     * the caller start again, which first puts the table on the reaper's list; or the reaper sees the node.
     */
    private boolean link(@Nullable TableNode[] array, @Nullable TableNode head, TableNode fresh, Change change) {
        watch();
        Stripe[] locks = stripes;
        Stripe stripe = stripeOf(locks, fresh.hash);
        boolean full;
        boolean due;
        synchronized (stripe) {
            if (stripes != locks || bins != array || headOf(array, fresh.hash) != head || !watched) {
                return false;
            }
            int bin = fresh.hash & (array.length - 1);
            VarHandle.releaseFence();
            array[bin] = fresh; // from here on no call, which could overflow the stack
            stripe.nodes++;
            stripe.added += change.added;
            full = stripe.nodes % SIZE_CHECK_INTERVAL == 0 && stripe.nodes > stripe.limit;
            due = stripe.added % BACKLOG_CHECK_INTERVAL == 0;
        }
        if (full && nodes() > array.length / 4 * 3L) {
            grow(array);
        }
        if (due || backlog.isLong()) {
            shortenBacklog(due);
        }
        return true;
    }

    /**
     * Looks by itself how long the backlog is, since the reaper may have no processor. Never throws: the entry that was
     * added is in the table.
     *
     * @param due whether to look as well whether the reaper, which may be resting, is to be hurried
     */
    private void shortenBacklog(boolean due) {
        try {
            if (due && nodes() > backlog.threshold && areDead(INTERRUPT_REST_IF_ONE_IN)) {
                requestSweep();
            }
            backlog.update(this::collected);
            if (backlog.isLong()) {
                drainOrPark();
            }
        } catch (VirtualMachineError leftToTheReaper) { // for want of memory, or of stack
            // What was taken off the queue and is linked yet is found by the next sweep.
        }
    }

    /** Buries some of those on the queue; waits where the JVM has put none there yet. */
    private void drainOrPark() {
        CollectedBatch dead = new CollectedBatch();
        try {
            Reference<?> first = queue.poll();
            if (first == null) {
                backlog.parkBriefly();
            } else {
                expungeLast(drainQueue(first, DRAINED_PER_PUT, dead), dead);
            }
        } finally {
            notifyCollected(dead);
        }
    }

    private long collected() {
        long collected = 0;
        for (Stripe stripe : stripes) {
            collected += stripe.collected();
        }
        return collected;
    }

    /** Makes the array larger if that can be; if not, the chains grow longer, and the next addition tries again. */
    private void grow(@Nullable TableNode[] full) {
        try {
            resize(full);
        } catch (VirtualMachineError linkedAllTheSame) { // for want of memory, or of stack
            Logging.failure("A table could not be made larger; it gets slower", linkedAllTheSame);
        }
    }

    /** Writes another strong side into a node; false if it is not in its chain any more, or has another value. */
    private boolean exchange(Entry node, @Nullable V expected, V value) {
        while (true) {
            Stripe[] locks = stripes;
            synchronized (stripeOf(locks, node.hash)) {
                if (stripes == locks) {
                    boolean unchanged = isLinked(node) && node.strong() == expected;
                    if (unchanged) {
                        node.strong(value);
                    }
                    return unchanged;
                }
            }
        }
    }

    private boolean isLinked(TableNode node) {
        TableNode linked = headOf(bins, node.hash);
        while (linked != null && linked != node) {
            linked = linked.next();
        }
        return linked != null;
    }

    /**
     * Puts another node, or none, in the place of one that is named by identity; false if that is not there, or has
     * another value than the expected one.
     */
    private boolean splice(TableNode old, @Nullable Object expected, @Nullable Entry fresh, Change change) {
        while (true) {
            Stripe[] locks = stripes;
            Stripe stripe = stripeOf(locks, old.hash);
            synchronized (stripe) {
                if (stripes == locks) {
                    return spliceLocked(stripe, old, expected, fresh, change);
                }
            }
        }
    }

    private boolean spliceLocked(
            Stripe stripe, TableNode old, @Nullable Object expected, @Nullable Entry fresh, Change change) {
        @Nullable TableNode[] array = bins;
        TableNode before = null;
        TableNode node = headOf(array, old.hash);
        while (node != null && !node.isSameAs(old)) {
            before = node;
            node = node.next();
        }
        if (node == null || (expected != ANY && valueOf(node) != expected)) {
            return false;
        }
        TableNode follower = node.next();
        if (fresh != null) {
            fresh.next = follower;
            follower = fresh;
        }
        linkBehind(stripe, array, old.hash & (array.length - 1), before, follower, fresh == null ? 1 : 0, change);
        return true;
    }

    /**
     * Lets a node, or the chain itself, continue with another node, and counts that. Called under the lock.
     *
     * <p><b>Why the counts are right after a stack overflow.</b> The fence is the last call; what follows are writes of fields
     * and of an array, which do not overflow. So all of them are done, or none.
     */
    private static void linkBehind(
            Stripe stripe,
            @Nullable TableNode[] array,
            int bin,
            @Nullable TableNode before,
            @Nullable TableNode follower,
            int fewer,
            Change change) {
        VarHandle.releaseFence();
        if (before == null) {
            array[bin] = follower;
        } else {
            ((Entry) before).next = follower; // it was not the last one, since another one was found behind it
        }
        stripe.nodes -= fewer;
        stripe.added += change.added;
        stripe.removed += change.removed;
        stripe.collected += change.collected;
    }

    private static Stripe stripeOf(Stripe[] stripes, int hash) {
        return stripes[hash & (stripes.length - 1)];
    }

    /**
     * Copies the living into an array of the right size for them; does nothing if another thread has done so.
     *
     * <p>Nodes are copied, not moved, so that the old chains stay whole for those who read them. The dead are left
     * out; so an array that fills up with the dead does not grow. The living are held meanwhile.
     */
    private void resize(@Nullable TableNode[] full) {
        CollectedBatch dead = new CollectedBatch();
        List<@Nullable Object> held = new ArrayList<>();
        try {
            resize(full, stripes, 0, dead, held);
        } finally {
            Reference.reachabilityFence(held);
        }
        notifyCollected(dead);
    }

    /** Takes the locks that are left, in their order, and rebuilds the table under all of them. */
    private void resize(
            @Nullable TableNode[] full, Stripe[] locks, int taken, CollectedBatch dead, List<@Nullable Object> held) {
        if (taken < locks.length) {
            synchronized (locks[taken]) {
                resize(full, locks, taken + 1, dead, held);
            }
        } else if (bins == full && stripes == locks) {
            rebuild(full, locks, dead, held);
        }
    }

    private void rebuild(
            @Nullable TableNode[] from, Stripe[] locked, CollectedBatch dead, List<@Nullable Object> held) {
        int living = (int) Math.min(count(), LARGEST_CAPACITY);
        int capacity = Math.max(leastCapacity, capacityFor((int) Math.min(living * 3L / 2, LARGEST_CAPACITY)));
        @Nullable TableNode[] to = new TableNode[capacity];
        Stripe[] after = Stripe.array(stripesFor(capacity), capacity, locked);
        for (int bin = 0; bin < from.length; bin++) {
            for (TableNode node = headOf(from, bin); node != null; node = node.next()) {
                Stripe stripe = stripeOf(after, node.hash);
                Object referent = node.get();
                int target = node.hash & (capacity - 1);
                TableNode copy = node.copy(queue, to[target]);
                if (copy != null) {
                    held.add(referent);
                    to[target] = copy;
                    stripe.nodes++;
                } else {
                    stripe.collected++;
                    dead.add(node);
                }
            }
        }
        bins = to; // two writes of fields: no overflow of the stack stands between them
        stripes = after;
    }

    private static int capacityFor(int size) {
        int wanted = Math.max(SMALLEST_CAPACITY, Math.min(size, LARGEST_CAPACITY / 4 * 3) / 3 * 4);
        return Integer.highestOneBit(wanted - 1) << 1;
    }

    /** Fewer than bins, and both are powers of two: so each chain has one lock. */
    private static int stripesFor(int capacity) {
        return Math.max(1, Math.min(MOST_STRIPES, capacity / BINS_PER_STRIPE));
    }

    // What the reaper does.

    @Override
    double reap(@Nullable Reference<?> first, boolean resting) {
        CollectedBatch dead = new CollectedBatch();
        try {
            return reap(first, resting, dead);
        } finally {
            notifyCollected(dead);
        }
    }

    private double reap(@Nullable Reference<?> first, boolean resting, CollectedBatch dead) {
        Reference<?> next = drainQueue(first, UNLINKED_BEFORE_SAMPLING, dead);
        boolean swept = first == null || (next != null && !resting && areDead(SWEEP_IF_ONE_IN));
        double onTheLiving = swept ? sweep(dead) : 0;
        backlog.update(this::collected);
        expungeLast(drainQueue(next, MOST_POLLS, dead), dead); // after a sweep most of these have gone
        backlog.update(this::collected);
        shrink();
        return onTheLiving;
    }

    private void expungeLast(@Nullable Reference<?> last, CollectedBatch dead) {
        if (last != null) {
            expunge((TableNode) last, dead);
            backlog.drained(1);
        }
    }

    /** Buries this one, and what follows it on the queue up to a number; what follows then has been taken off it. */
    private @Nullable Reference<?> drainQueue(@Nullable Reference<?> first, int most, CollectedBatch dead) {
        Reference<?> next = first;
        int buried = 0;
        for (; next != null && buried < most; buried++) {
            expunge((TableNode) next, dead);
            next = queue.poll();
        }
        backlog.drained(buried);
        return next;
    }

    /**
     * Looks at some chains, to see whether one of so many nodes is dead: then a sweep takes less time for each of the dead
     * than the queue. So it does where these chains have not their share of the nodes, which then are in few long ones, so
     * that taking one off walks its chain. A large array with few nodes is not swept: the sweep would walk all of it for
     * their sake.
     */
    private boolean areDead(int oneOf) {
        @Nullable TableNode[] array = bins;
        long nodes = nodes();
        if (nodes < array.length / 8) {
            return false;
        }
        int step = array.length / SAMPLED_CHAINS | 1; // odd, so that it meets the hashes of numbers that are all even
        int visited = 0;
        int dead = 0;
        for (int bin = 0; bin < array.length; bin += step) {
            for (TableNode node = headOf(array, bin); node != null; node = node.next()) {
                visited++;
                dead += isDead(node) ? 1 : 0;
            }
        }
        return dead > visited / oneOf || (long) visited * step < nodes / 2;
    }

    /** Looks at every chain for what is dead; which part of the effort went to the living. */
    private double sweep(CollectedBatch dead) {
        @Nullable TableNode[] array;
        long visited = 0;
        long found = 0;
        do {
            array = bins;
            for (int bin = 0; bin < array.length && bins == array; bin++) {
                int dying = 0;
                for (TableNode node = headOf(array, bin); node != null; node = node.next()) {
                    visited++;
                    dying += isDead(node) ? 1 : 0;
                    settleIfCutOff(node);
                }
                if (dying > 0) {
                    found += dying;
                    expungeChain(array, bin, dead);
                }
            }
        } while (bins != array);
        return visited == 0 ? 0 : 1 - (double) found / visited;
    }

    private static boolean isDead(TableNode node) {
        return !(node instanceof Reserved) && node.refersTo(null);
    }

    /** Settles what the thread of a mapping function could not, because its stack or memory was exhausted. */
    private void settleIfCutOff(TableNode node) {
        if (node instanceof Reserved reserved && reserved.reservation.finished) {
            settle(reserved);
        }
    }

    /** Unlinks what is dead in one chain. */
    private void expungeChain(@Nullable TableNode[] array, int bin, CollectedBatch dead) {
        Stripe[] locks = stripes;
        Stripe stripe = stripeOf(locks, bin);
        synchronized (stripe) {
            if (bins != array || stripes != locks) {
                return; // the sweep sees the other array and begins again
            }
            TableNode before = null;
            for (TableNode node = headOf(array, bin); node != null; node = node.next()) {
                if (isDead(node)) {
                    dead.add(node);
                    linkBehind(stripe, array, bin, before, node.next(), 1, Change.COLLECTED);
                } else {
                    before = node;
                }
            }
        }
    }

    /** Makes the array smaller where few are left. */
    @Override
    void compact() {
        if (unsettled) {
            unsettled = false;
            reap(null, false);
        }
        shrink();
    }

    private void shrink() {
        @Nullable TableNode[] array = bins;
        if (array.length > leastCapacity && nodes() < array.length / 8) {
            resize(array);
        }
    }

    /** Unlinks a dead node, unless it has gone already, which is seen without a lock. */
    private void expunge(TableNode node, CollectedBatch dead) {
        if (!isLinked(node)) {
            return;
        }
        dead.add(node);
        if (!splice(node, ANY, null, Change.COLLECTED)) {
            dead.removeLast();
        }
    }

    private void expungeNow(TableNode node) {
        CollectedBatch dead = new CollectedBatch();
        expunge(node, dead);
        notifyCollected(dead);
    }

    @Override
    boolean isEmpty() {
        for (Stripe stripe : stripes) {
            synchronized (stripe) { // as in link: it has seen that the table is watched, or this sees its node
                if (stripe.nodes > 0) {
                    return false;
                }
            }
        }
        return true;
    }

    @Override
    String describe() {
        return name == null ? "a collection" : "collection '" + Names.escape(name) + "'";
    }

    @Override
    boolean alwaysSweeps() {
        return false;
    }

    @Override
    boolean keepsAlive() {
        return false;
    }

    // Listeners.

    private void notifyCollected(TableNode dead) {
        if (notifier != null) {
            CollectedBatch batch = new CollectedBatch();
            batch.add(dead);
            notifyCollected(batch);
        }
    }

    private void notifyReplaced(K key) {
        if (notifier != null) {
            notifier.replaced(key);
        }
    }

    private void notifyRemoved(K key) {
        if (notifier != null) {
            notifier.removed(key);
        }
    }

    /** Lets the listener be told of the dead in a thread of the library. */
    private void notifyCollected(CollectedBatch dead) {
        if (!dead.isEmpty()) {
            ListenerCalls.submit(dead);
        }
    }

    /** The dead of which the listener is to be told. Made before they are unlinked, so that none is lost after that. */
    private final class CollectedBatch extends ListenerCalls.Calls {

        private final List<TableNode> nodes = new ArrayList<>();

        CollectedBatch() {
            super("A removal listener");
        }

        /** Notes a node that is about to be unlinked. If memory is short here, nothing has happened to it yet. */
        void add(TableNode node) {
            if (notifier != null) {
                nodes.add(node);
            }
        }

        /** Takes the last one back. */
        void removeLast() {
            if (notifier != null) {
                nodes.remove(nodes.size() - 1);
            }
        }

        boolean isEmpty() {
            return nodes.isEmpty();
        }

        @Override
        int size() {
            return nodes.size();
        }

        @Override
        void call(int number) {
            Objects.requireNonNull(notifier).collected(weakKeys ? null : keyOf(nodes.get(number)));
        }
    }

    // Counting.

    /** The nodes in the table: the entries, the dead that have not been reaped, and what is reserved. */
    long nodes() {
        long nodes = 0;
        for (Stripe stripe : stripes) {
            nodes += stripe.nodes();
        }
        return nodes;
    }

    /** The length of the array. */
    int capacity() {
        return bins.length;
    }

    Counts counts() {
        long size = 0;
        long added = 0;
        long removed = 0;
        long collected = 0;
        for (Stripe stripe : stripes) {
            size += stripe.nodes();
            added += stripe.added();
            removed += stripe.removed();
            collected += stripe.collected();
        }
        return new Counts(name, size, added, removed, collected);
    }
}

package dev.weakref.internal.table;

import dev.weakref.internal.reap.Reapable;
import dev.weakref.internal.support.Logging;
import dev.weakref.internal.support.StackReserve;
import dev.weakref.internal.table.Stripe.Change;
import dev.weakref.internal.table.TableNode.Entry;
import dev.weakref.internal.table.TableNode.Reserved;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The chains of a {@link WeakTable}: the only class that links, replaces or unlinks a node, writes its value, or takes
 * a lock. It runs no user code.
 *
 * <p><b>Why this works.</b>
 * <ul>
 *   <li>A node is linked only as the head of its chain, and only if the head is still the one from which the writer has
 *       searched for its key in vain. Nodes further down are only unlinked, or replaced by a node of the same key. So a
 *       key that was absent then is absent now, and no key gets two nodes.
 *   <li>A strong value is replaced in its node, under the lock and only while the node is linked. A writer that
 *       replaces or unlinks the value it saw re-checks it under the lock and retries if it has changed, so no value is
 *       reported as replaced or removed twice.
 *   <li>An unlinked node keeps its link, and is never linked again: a reader that stands on it continues with all that
 *       follow.
 *   <li>A resize holds the locks of all stripes, copies the live nodes into a new array, and leaves the old array and
 *       its chains as they are: a thread that reads there sees the table as it was at the resize. A writer does not
 *       find its node in the new chains, and retries. Until the copies are published, their referents are held
 *       strongly: one that died earlier would be taken off the queue, not be found in the table, and stay there for
 *       good.
 * </ul>
 */
public abstract class TableChains<K, V> extends Reapable {

    /** As in {@link java.util.HashMap}: room for twelve entries. All capacities are powers of two. */
    private static final int SMALLEST_CAPACITY = 16;

    /** The largest power of two that is an {@code int}. */
    private static final int LARGEST_CAPACITY = 1 << 30;

    /**
     * A full stripe adds up all stripes once in so many additions: a resize is late by few nodes, and the sum costs
     * little.
     */
    private static final int SIZE_CHECK_INTERVAL = 4;

    /**
     * Additions to a stripe between two checks of the backlog, which may sample the table: rare enough to cost nothing.
     * With 64 stripes the backlog grows by up to 65,536 in between, as much as it may have anyway.
     */
    private static final int BACKLOG_CHECK_INTERVAL = 1 << 10;

    /** For a change that does not depend on the present value. */
    static final Object ANY = new Object();

    private static final VarHandle BIN = MethodHandles.arrayElementVarHandle(TableNode[].class);

    final boolean weakKeys;
    final @Nullable String name;
    private final int leastCapacity;
    private volatile @Nullable TableNode[] bins;
    private volatile Stripe[] stripes;

    TableChains(TableOptions<K> options) {
        super(options.reaper());
        weakKeys = options.kind() != TableOptions.Kind.WEAK_VALUES;
        name = options.name();
        leastCapacity = capacityFor(options.expectedSize());
        bins = new TableNode[leastCapacity];
        stripes = Stripe.arrayFor(leastCapacity, new Stripe[0]);
    }

    /**
     * Called after a node was linked. Never throws: the entry is in the table.
     *
     * @param checkBacklog whether it is time to check the backlog
     */
    abstract void added(boolean checkBacklog);

    /** An empty list of entries that are about to be unlinked because they are dead. */
    abstract CollectedNotices<K> collectedNotices();

    // Reading.

    /** The first node of the chain of a hash, or of the chain with this number. */
    public static @Nullable TableNode headOf(@Nullable TableNode[] bins, int hash) {
        return (TableNode) BIN.getAcquire(bins, hash & (bins.length - 1));
    }

    /** The node that a reader sees here: none if the key was absent when it was reserved. */
    static @Nullable TableNode entryIn(@Nullable TableNode node) {
        return node instanceof Reserved reserved ? reserved.previous() : node;
    }

    @SuppressWarnings("unchecked")
    @Nullable V valueOf(TableNode node) {
        Object value = weakKeys ? node.strong() : node.get();
        if (value == null && node instanceof Reserved reserved) {
            TableNode previous = reserved.previous();
            return previous == null || previous.refersTo(null) ? null : valueOf(previous);
        }
        return (V) value;
    }

    @SuppressWarnings("unchecked")
    @Nullable K keyOf(@Nullable TableNode node) {
        return node == null ? null : (K) (weakKeys ? node.get() : node.strong());
    }

    /** Counts the entries whose referent is not cleared, in one walk without locks. */
    public long count() {
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

    /** The current array of chains; it shows what is added later, but not after a resize. */
    public @Nullable TableNode[] chains() {
        return bins;
    }

    // Changing a chain: the only places that take a lock.

    /**
     * Links a node in front of its chain, if that still begins with the head for which the node was made.
     *
     * <p><b>Why the reaper watches it.</b> A node is linked only if {@code watched} is true under the lock. The reaper
     * sets it to false before it calls {@link #isEmpty()}, which takes each lock. So either this method sees
     * {@code false} and lets the caller retry, which first puts the table on the reaper's list; or the reaper sees the
     * node.
     */
    boolean link(@Nullable TableNode[] array, @Nullable TableNode head, TableNode fresh, Change change) {
        watch();
        Stripe[] locks = stripes;
        Stripe stripe = Stripe.of(locks, fresh.hash);
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
        added(due);
        return true;
    }

    /** If there is no memory, the chains grow longer, and the next addition tries again. */
    private void grow(@Nullable TableNode[] full) {
        try {
            resize(full);
        } catch (VirtualMachineError linkedAllTheSame) { // memory or stack is exhausted
            Logging.failure("A table could not grow, and becomes slower", linkedAllTheSame);
        }
    }

    /** False if it is not linked any more, or has another value. Retries if a resize has replaced the locks. */
    boolean exchange(Entry node, @Nullable V expected, V value) {
        while (true) {
            Stripe[] locks = stripes;
            synchronized (Stripe.of(locks, node.hash)) {
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

    boolean isLinked(TableNode node) {
        TableNode linked = headOf(bins, node.hash);
        while (linked != null && linked != node) {
            linked = linked.next();
        }
        return linked != null;
    }

    /**
     * Replaces a node by another one, or unlinks it; false if it is not linked any more, or has another value than the
     * expected one. Retries if a resize has replaced the locks.
     */
    boolean splice(TableNode old, @Nullable Object expected, @Nullable Entry fresh, Change change) {
        while (true) {
            Stripe[] locks = stripes;
            Stripe stripe = Stripe.of(locks, old.hash);
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
     * <p><b>Why the counts are right after a stack overflow.</b> The fence is the last call; only writes of fields and
     * of an array follow, which do not overflow. So all of them are done, or none.
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
            ((Entry) before).next = follower; // not the last of its chain, so it has the shape with a link
        }
        stripe.nodes -= fewer;
        stripe.added += change.added;
        stripe.removed += change.removed;
        stripe.collected += change.collected;
    }

    /**
     * Copies the live nodes into an array of the right size for them; does nothing if another thread has done so. Dead
     * nodes are left out; so an array that fills up with dead nodes does not grow.
     */
    void resize(@Nullable TableNode[] full) {
        CollectedNotices<K> dead = collectedNotices();
        List<@Nullable Object> held = new ArrayList<>();
        StackReserve.ensure(); // so that the listener is told of what was left out
        try {
            resize(full, stripes, 0, dead, held);
        } finally {
            Reference.reachabilityFence(held);
        }
        dead.submit();
    }

    /**
     * Takes the remaining locks, in the order of the array so that two resizes do not deadlock, and rebuilds the table
     * under all of them. Recursive, because {@code synchronized} blocks can only be nested.
     */
    void resize(
            @Nullable TableNode[] full,
            Stripe[] locks,
            int taken,
            CollectedNotices<K> dead,
            List<@Nullable Object> held) {
        if (taken < locks.length) {
            synchronized (locks[taken]) {
                resize(full, locks, taken + 1, dead, held);
            }
        } else if (bins == full && stripes == locks) {
            rebuild(full, locks, dead, held);
        }
    }

    private void rebuild(
            @Nullable TableNode[] from, Stripe[] locked, CollectedNotices<K> dead, List<@Nullable Object> held) {
        int living = (int) Math.min(count(), LARGEST_CAPACITY);
        int capacity = Math.max(leastCapacity, capacityFor((int) Math.min(living * 3L / 2, LARGEST_CAPACITY)));
        ResizedTable copy = new ResizedTable(capacity, locked);
        copy.addAll(from, queue, dead, held);
        @Nullable TableNode[] to = copy.bins;
        Stripe[] after = copy.stripes;
        bins = to; // two writes of fields, between which the stack cannot overflow
        stripes = after;
    }

    private static int capacityFor(int size) {
        int wanted = Math.max(SMALLEST_CAPACITY, Math.min(size, LARGEST_CAPACITY / 4 * 3) / 3 * 4);
        return Integer.highestOneBit(wanted - 1) << 1;
    }

    void expungeChain(@Nullable TableNode[] array, int bin, CollectedNotices<K> dead) {
        Stripe[] locks = stripes;
        Stripe stripe = Stripe.of(locks, bin);
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

    static boolean isDead(TableNode node) {
        return !(node instanceof Reserved) && node.refersTo(null);
    }

    void shrink() {
        @Nullable TableNode[] array = bins;
        if (array.length > leastCapacity && nodes() < array.length / 8) {
            resize(array);
        }
    }

    @Override
    public boolean isEmpty() {
        for (Stripe stripe : stripes) {
            synchronized (stripe) { // as in link, which has seen that the table is watched, or this sees its node
                if (stripe.nodes > 0) {
                    return false;
                }
            }
        }
        return true;
    }

    // Counting.

    /** The nodes in the table: live and dead entries, and reservations. */
    public long nodes() {
        long nodes = 0;
        for (Stripe stripe : stripes) {
            nodes += stripe.nodes();
        }
        return nodes;
    }

    public int capacity() {
        return bins.length;
    }

    public final TableCounts counts() {
        return TableCounts.of(name, stripes);
    }

    final long collected() {
        long collected = 0;
        for (Stripe stripe : stripes) {
            collected += stripe.collected();
        }
        return collected;
    }
}

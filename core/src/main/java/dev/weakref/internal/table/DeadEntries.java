package dev.weakref.internal.table;

import dev.weakref.internal.reap.Backlog;
import dev.weakref.internal.support.StackReserve;
import dev.weakref.internal.table.Stripe.Change;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link WeakTable} removes dead entries: the reaper calls {@link #reap}, and threads that add entries help.
 *
 * <p>Dead entries are found on the reference queue, one by one, and by a sweep of all chains. The sweep unlinks faster
 * than the JVM enqueues. An unlinked node stays in memory, on the JVM's pending list and then on the queue, until it is
 * taken off. So a thread that adds an entry while that {@link Backlog} is long takes some references off the queue, or
 * waits a moment for the JVM. A dead node is removed by its own identity, by whichever thread: so a late removal never
 * removes a newer entry of the same key.
 */
public abstract class DeadEntries<K, V> extends TableChains<K, V> {

    /**
     * How many dead nodes are unlinked one by one before sampling whether a sweep is cheaper: a sample visits 1,024
     * chains, which takes as long as unlinking some dozens.
     */
    private static final int UNLINKED_BEFORE_SAMPLING = 64;

    /**
     * About how many chains are sampled: enough to tell one dead node in 32 from none, and done in some microseconds.
     */
    private static final int SAMPLED_CHAINS = 1 << 10;

    /**
     * A sweep is worth its time if at least one node in this many is dead: visiting 32 takes as long as unlinking one.
     */
    private static final int SWEEP_IF_ONE_IN = 32;

    /**
     * A sweep is worth cutting the reaper's rest short if at least one node in this many is dead: then three quarters
     * of its effort at most are spent on live ones.
     */
    private static final int INTERRUPT_REST_IF_ONE_IN = 4;

    /**
     * How many references a writer takes off the queue for each entry that it adds while the backlog is long: many more
     * than the one it adds, so that the backlog shrinks; few enough that one addition takes microseconds.
     */
    private static final int DRAINED_PER_PUT = 32;

    final Backlog backlog = new Backlog(); // tests read it

    private final @Nullable RemovalNotifier<? super K> notifier;

    DeadEntries(TableOptions<K> options) {
        super(options);
        notifier = options.notifier();
    }

    /** Settles the reservation of a mapping function that could not do so itself, if this node is one. */
    abstract void settleIfCutOff(TableNode node);

    /**
     * Updates the backlog itself, since the reaper may have no processor. Never throws: the entry that was added is in
     * the table.
     *
     * @param due whether to update a backlog that was short, and to check if many entries are dead: then the reaper is
     *     to sweep at once
     */
    @Override
    final void added(boolean due) {
        try {
            if (!due && !backlog.isLong()) {
                return;
            }
            if (due && nodes() > backlog.threshold && areDead(INTERRUPT_REST_IF_ONE_IN)) {
                requestSweep();
            }
            backlog.update(this::collected);
            if (backlog.isLong()) {
                drainOrPark();
            }
        } catch (VirtualMachineError leftToTheReaper) { // memory or stack is exhausted
            // The next sweep finds what was taken off the queue and is still linked.
        }
    }

    /** Expunges some references of the queue; waits if the JVM has put none there yet. */
    private void drainOrPark() {
        StackReserve.ensure(); // so that the listener is told of what was unlinked
        CollectedNotices<K> dead = collectedNotices();
        boolean expunged = false;
        try {
            Reference<?> first = queue.poll();
            if (first == null) {
                backlog.parkBriefly();
            } else {
                expungeLast(drainQueue(first, DRAINED_PER_PUT, dead), dead);
            }
            expunged = true;
        } finally {
            if (!expunged) {
                sweepRequested.set(true); // what was taken off the queue may still be linked
            }
            dead.submit();
        }
    }

    @Override
    public double reap(@Nullable Reference<?> first, boolean resting) {
        CollectedNotices<K> dead = collectedNotices();
        try {
            return reap(first, resting, dead);
        } finally {
            dead.submit();
        }
    }

    private double reap(@Nullable Reference<?> first, boolean resting, CollectedNotices<K> dead) {
        Reference<?> next = drainQueue(first, UNLINKED_BEFORE_SAMPLING, dead);
        boolean swept = first == null || (next != null && !resting && areDead(SWEEP_IF_ONE_IN));
        double onTheLiving = swept ? sweep(dead) : 0;
        backlog.update(this::collected);
        expungeLast(drainQueue(next, MOST_POLLS, dead), dead); // a sweep has unlinked most of these
        backlog.update(this::collected);
        shrink();
        return onTheLiving;
    }

    private void expungeLast(@Nullable Reference<?> last, CollectedNotices<K> dead) {
        if (last != null) {
            expunge((TableNode) last, dead);
            backlog.drained(1);
        }
    }

    /**
     * Expunges this reference and those that follow it on the queue, up to a number; returns the next one, taken off
     * the queue.
     */
    private @Nullable Reference<?> drainQueue(@Nullable Reference<?> first, int most, CollectedNotices<K> dead) {
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
     * Samples some chains to see whether at least one in so many nodes is dead: then a sweep takes less time for each
     * dead node than the queue. A sweep is also cheaper if the sampled chains hold less than their share of the nodes:
     * the rest then sit in a few long chains, and unlinking one node means walking its chain. A large array with few
     * nodes is not swept, because the sweep would visit all of it.
     */
    private boolean areDead(int oneOf) {
        @Nullable TableNode[] array = chains();
        long nodes = nodes();
        if (nodes < array.length / 8) {
            return false;
        }
        int step = array.length / SAMPLED_CHAINS | 1; // odd, because the hashes of numbers may all be even
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

    /** Unlinks the dead nodes of all chains; returns the part of the visited nodes that is alive. */
    private double sweep(CollectedNotices<K> dead) {
        @Nullable TableNode[] array;
        long visited = 0;
        long found = 0;
        do {
            array = chains();
            for (int bin = 0; bin < array.length && chains() == array; bin++) {
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
        } while (chains() != array);
        return visited == 0 ? 0 : 1 - (double) found / visited;
    }

    /** Unlinks a dead node. Checks first, without a lock, whether a sweep has already done so. */
    void expunge(TableNode node, CollectedNotices<K> dead) {
        if (!isLinked(node)) {
            return;
        }
        dead.add(node);
        if (!splice(node, ANY, null, Change.COLLECTED)) {
            dead.removeLast();
        }
    }

    void expungeNow(TableNode node) {
        sweepRequested.set(true); // in case that this fails
        CollectedNotices<K> dead = collectedNotices();
        try {
            expunge(node, dead);
        } finally {
            dead.submit();
        }
    }

    @Override
    public final boolean alwaysSweeps() {
        return false;
    }

    @Override
    public final boolean keepsAlive() {
        return false;
    }

    // Notifications.

    @Override
    CollectedNotices<K> collectedNotices() {
        return new CollectedNotices<>(notifier, weakKeys);
    }

    /**
     * A dead node that is about to be replaced, to be submitted after that. Makes sure that there is the stack for it.
     */
    final CollectedNotices<K> collectedNotice(TableNode node) {
        CollectedNotices<K> dead = collectedNotices();
        dead.add(node);
        StackReserve.ensure();
        return dead;
    }

    final void notifyReplaced(K key, @Nullable Object value) {
        if (notifier != null) {
            notifier.replaced(key, value);
        }
    }

    final void notifyRemoved(K key, @Nullable Object value) {
        if (notifier != null) {
            notifier.removed(key, value);
        }
    }
}

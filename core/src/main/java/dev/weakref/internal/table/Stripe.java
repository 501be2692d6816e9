package dev.weakref.internal.table;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Some chains of a {@link WeakTable}, with their counts. Its monitor is the lock of these chains. A monitor, because
 * the JVM releases it when a stack overflow unwinds the thread that holds it, while the call of an {@code unlock()} in
 * a {@code finally} block could overflow as well.
 *
 * <p>The counts are plain fields, written under the lock: so no call, which could overflow, stands between the write
 * that changes a chain and the writes that count it. They may be read without the lock.
 */
public final class Stripe {

    /**
     * The most stripes of a table: more than threads write at the same time on most machines. Each takes 56 bytes, and
     * a resize locks all.
     */
    private static final int MOST_STRIPES = 64;

    /**
     * How many chains share a lock in a small table: two threads seldom want the same of 64 chains, and a lock for
     * fewer would cost more bytes than these.
     */
    private static final int BINS_PER_STRIPE = 64;

    private static final VarHandle NODES;
    private static final VarHandle ADDED;
    private static final VarHandle REMOVED;
    private static final VarHandle COLLECTED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            NODES = lookup.findVarHandle(Stripe.class, "nodes", int.class);
            ADDED = lookup.findVarHandle(Stripe.class, "added", long.class);
            REMOVED = lookup.findVarHandle(Stripe.class, "removed", long.class);
            COLLECTED = lookup.findVarHandle(Stripe.class, "collected", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /** From this number of nodes on, the table may be full. */
    final int limit;

    // Written under the lock. Without it, read through the methods below.
    int nodes;
    long added;
    long removed;
    long collected;

    Stripe(int limit) {
        this.limit = limit;
    }

    /** The stripe of a hash, or of the chain with this number. */
    static Stripe of(Stripe[] stripes, int hash) {
        return stripes[hash & (stripes.length - 1)];
    }

    /**
     * New stripes for this number of chains, which continue the counts of the old ones, except for the nodes. There are
     * no more stripes than chains, and both numbers are powers of two: so each chain has one lock.
     */
    static Stripe[] arrayFor(int capacity, Stripe[] before) {
        int length = Math.max(1, Math.min(MOST_STRIPES, capacity / BINS_PER_STRIPE));
        Stripe[] stripes = new Stripe[length];
        for (int i = 0; i < length; i++) {
            stripes[i] = new Stripe(capacity / length / 4 * 3);
        }
        for (int i = 0; i < before.length; i++) {
            stripes[i & (length - 1)].addCountsOf(before[i]);
        }
        return stripes;
    }

    private void addCountsOf(Stripe other) {
        added += other.added;
        removed += other.removed;
        collected += other.collected;
    }

    int nodes() {
        return (int) NODES.getOpaque(this);
    }

    long added() {
        return (long) ADDED.getOpaque(this);
    }

    long removed() {
        return (long) REMOVED.getOpaque(this);
    }

    long collected() {
        return (long) COLLECTED.getOpaque(this);
    }

    @Override
    public String toString() {
        return "Stripe[" + nodes() + " nodes, full at " + limit + "]";
    }

    /** How a change of a chain counts. */
    enum Change {
        NOTHING(0, 0, 0),
        ADDED(1, 0, 0),
        REMOVED(0, 1, 0),
        COLLECTED(0, 0, 1),
        /** A new entry has replaced a dead one. */
        REVIVED(1, 0, 1);

        final int added;
        final int removed;
        final int collected;

        Change(int added, int removed, int collected) {
            this.added = added;
            this.removed = removed;
            this.collected = collected;
        }
    }
}

package dev.weakref.internal.table;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Some chains of a {@link WeakTable}, with their counts. Its monitor is the lock of these chains: the JVM releases a monitor
 * when a stack overflow unwinds the thread that holds it, where a call in a {@code finally} could overflow as well.
 *
 * <p>The counts are written under the lock, as plain fields: so no call, which could overflow, stands between the write
 * that changes a chain and those that count it. They may be read without the lock.
 */
public final class Stripe {

    /** More locks than threads that write at the same time. Each takes 56 bytes. */
    private static final int MOST_STRIPES = 64;

    /** A small table has few locks: among 64 chains two threads seldom want the same one. */
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

    /** How many nodes it can have before the table may be full. */
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
     * New stripes for as many chains, which continue the counts of the old ones, except for the nodes. They are fewer than
     * the chains, and both are powers of two: so each chain has one lock.
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

    /** What a change of a chain means for the counters. */
    enum Change {
        NOTHING(0, 0, 0),
        ADDED(1, 0, 0),
        REMOVED(0, 1, 0),
        COLLECTED(0, 0, 1),
        /** The place of a dead entry was given to a new one. */
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

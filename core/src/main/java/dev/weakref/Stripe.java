package dev.weakref;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.StampedLock;

/**
 * The lock of some chains, with their counts, which are written under it and may be read without. Not reentrant: it does
 * not note its owner, which with G1 would cost a fence each time.
 */
class Stripe extends StampedLock {

    private static final long serialVersionUID = 1L;
    private static final AtomicIntegerFieldUpdater<Stripe> NODES =
            AtomicIntegerFieldUpdater.newUpdater(Stripe.class, "nodes");
    private static final AtomicLongFieldUpdater<Stripe> ADDED =
            AtomicLongFieldUpdater.newUpdater(Stripe.class, "added");
    private static final AtomicLongFieldUpdater<Stripe> REMOVED =
            AtomicLongFieldUpdater.newUpdater(Stripe.class, "removed");
    private static final AtomicLongFieldUpdater<Stripe> COLLECTED =
            AtomicLongFieldUpdater.newUpdater(Stripe.class, "collected");

    /** How many nodes it can have before the table may be full. */
    final int limit;

    /** Written and read by who has the lock. */
    private long stamp;

    volatile int nodes;
    volatile long added;
    volatile long removed;
    volatile long collected;

    Stripe(int limit) {
        this.limit = limit;
    }

    /** New stripes for an array of that length, which go on counting where the old ones were, but for the nodes. */
    static Stripe[] array(int length, int capacity, Stripe[] before) {
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
        ADDED.lazySet(this, added + other.added);
        REMOVED.lazySet(this, removed + other.removed);
        COLLECTED.lazySet(this, collected + other.collected);
    }

    /** Takes the lock; where memory is short for a place among those who wait for it, by asking again and again. */
    final void lock() {
        long taken;
        try {
            taken = writeLock();
        } catch (OutOfMemoryError noPlace) { // from JDK 17; later ones ask again themselves. Nothing has been taken
            while ((taken = tryWriteLock()) == 0) {
                LockSupport.parkNanos(1_000);
            }
        }
        stamp = taken;
    }

    final void unlock() {
        unlockWrite(stamp);
    }

    void count(int moreNodes, Change change) {
        NODES.lazySet(this, nodes + moreNodes);
        if (change == Change.ADDED || change == Change.REVIVED) {
            ADDED.lazySet(this, added + 1);
        }
        if (change == Change.REMOVED) {
            REMOVED.lazySet(this, removed + 1);
        }
        if (change == Change.COLLECTED || change == Change.REVIVED) {
            COLLECTED.lazySet(this, collected + 1);
        }
    }

    /** What a change of a chain means for the counters. */
    enum Change {
        NOTHING,
        ADDED,
        REMOVED,
        COLLECTED,
        /** The place of a dead entry was given to a new one. */
        REVIVED
    }
}

package dev.weakref.internal.reap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** Some slots of a {@link CreationLog}, with the links to the chunks before and after. */
public final class LogChunk {

    /**
     * How many references a chunk has room for. The 90 bytes of the chunk itself are then less than two for each
     * reference; with many more, one survivor would keep a large array until its neighbours are sparse enough to be
     * merged.
     */
    static final int SIZE = 64;

    private static final VarHandle CLAIMED;
    private static final VarHandle NEXT;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            CLAIMED = lookup.findVarHandle(LogChunk.class, "claimed", int.class);
            NEXT = lookup.findVarHandle(LogChunk.class, "next", LogChunk.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    final LogSlots slots;
    private volatile int claimed;
    private volatile @Nullable LogChunk previous;
    private volatile @Nullable LogChunk next;

    // Written and read by the thread that sweeps.

    /** How many references are not done. */
    int kept;

    /** Whether every slot has been written. */
    boolean complete;

    LogChunk(LogSlots slots, @Nullable LogChunk previous) {
        this.slots = slots;
        this.previous = previous;
    }

    /** The older neighbour. */
    @Nullable LogChunk previous() {
        return previous;
    }

    /** The newer neighbour. */
    @Nullable LogChunk next() {
        return next;
    }

    /** Claims a slot. A result of {@link #SIZE} or more means that all were claimed before. */
    int claim() {
        return (int) CLAIMED.getAndAdd(this, 1);
    }

    /** How many slots have been claimed. */
    int claimed() {
        return Math.min(claimed, SIZE);
    }

    /** Links the next chunk; false if another thread has done so. */
    boolean append(LogChunk fresh) {
        return NEXT.compareAndSet(this, null, fresh);
    }

    /**
     * Moves the nodes of two neighbours into one chunk of exactly their number, which is not linked yet.
     *
     * <p><b>Why nothing is lost.</b> A node that ends during the move writes its state, then reads its slots; this
     * method writes the slots, then reads the state. If all of it is volatile, either the node removes itself from the
     * new chunk, or it is found done here. A call saves a fence and writes its end with release: then both may miss,
     * and a node that is done stays in its slot until the next sweep.
     */
    static LogChunk merge(LogChunk older, LogChunk newer) {
        LogSlots slots = new LogSlots(older.slots.log, older.slots.base, older.kept + newer.kept);
        LogChunk merged = new LogChunk(slots, older.previous);
        int filled = older.slots.copyTo(slots, 0);
        filled = newer.slots.copyTo(slots, filled);
        for (int slot = filled; slot < slots.size(); slot++) {
            slots.clear(slot);
        }
        merged.kept = filled;
        merged.complete = true;
        merged.claimed = SIZE;
        for (int slot = 0; slot < filled; slot++) {
            TrackedReference node = slots.get(slot);
            if (node != null) {
                node.slots = slots;
                if (node.isDone()) {
                    slots.free(slot, node);
                }
            }
        }
        return merged;
    }

    /**
     * Replaces a run of chunks by one chunk, or by nothing. The chunks of the run keep their own links, for the
     * iterators that stand in them.
     *
     * @return the new first chunk of the log if the run began with the first one; else {@code null}
     */
    static @Nullable LogChunk replace(LogChunk first, LogChunk last, @Nullable LogChunk substitute) {
        LogChunk before = first.previous;
        LogChunk after = last.next;
        if (substitute != null) {
            substitute.next = after;
        }
        LogChunk forward = substitute != null ? substitute : after;
        if (before != null) {
            before.next = forward;
        }
        if (after != null) {
            after.previous = substitute != null ? substitute : before;
        }
        return before == null ? forward : null;
    }

    @Override
    public String toString() {
        return "LogChunk[" + claimed() + " claimed of " + slots.size() + " from id " + slots.base + "]";
    }
}

package dev.weakref.internal.reap;

import dev.weakref.internal.dispatch.DispatchTask;
import dev.weakref.internal.dispatch.TaskBatch;
import org.jspecify.annotations.Nullable;

/** The dead references that one sweep has claimed, newest first, as a batch for the dispatcher. Allocates nothing. */
public final class DeadList extends TaskBatch {

    private @Nullable TrackedReference newest;
    private long size;
    private long remaining;

    /** Adds a reference that is newer than all that were added before. */
    void add(TrackedReference reference) {
        reference.nextDead = newest;
        newest = reference;
        size++;
        remaining++;
    }

    /** How many were added. */
    long size() {
        return size;
    }

    @Override
    public @Nullable DispatchTask poll() {
        TrackedReference reference = newest;
        if (reference != null) {
            newest = reference.nextDead;
            reference.nextDead = null;
            remaining--;
        }
        return reference;
    }

    @Override
    public long remaining() {
        return remaining;
    }

    /** Lets the next sweep claim all of them again, because they could not be submitted. */
    void unclaimAll() {
        for (TrackedReference reference = newest; reference != null; reference = reference.nextDead) {
            reference.unclaim();
        }
    }
}

package dev.weakref.internal.reap;

/**
 * The live references of a log, oldest first.
 *
 * <p><b>Why it sees each live node exactly once.</b> It is the mirror image of {@link LogIterator}, for which
 * {@link CreationLog} argues this. It skips ids that are not greater than the last one seen. An unlinked chunk keeps
 * its link to the newer neighbour. A merged chunk is linked to its newer neighbour first; then one write, to its older
 * neighbour or to the head of the log, replaces what it was made of. The tail is never replaced, so every chain of
 * links ends there.
 */
public final class OldestFirstIterator extends ChunkIterator {

    /**
     * @param oldest the chunk to begin with; it may have been replaced
     * @param after an id less than all that are returned
     */
    OldestFirstIterator(LogChunk oldest, long after) {
        chunk = oldest;
        bound = after;
    }

    @Override
    void step(LogChunk here) {
        LogChunk next = here.next();
        if (slot == here.slots.size() || (next != null && next.slots.base - 1 <= bound)) {
            chunk = next;
            slot = 0;
            return;
        }
        TrackedReference reference = here.slots.get(slot++);
        if (reference != null && reference.id > bound && reference.isLive()) {
            found(reference);
        }
    }
}

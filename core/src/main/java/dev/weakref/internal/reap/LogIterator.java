package dev.weakref.internal.reap;

import java.util.function.Predicate;

/** The references of a log that satisfy a predicate, newest first. */
public final class LogIterator extends ChunkIterator {

    private final Predicate<TrackedReference> wanted;
    private final long after;

    /**
     * @param newest the chunk to begin with; it may have been followed by others
     * @param before an id greater than all that are returned
     * @param after an id less than all that are returned
     */
    LogIterator(LogChunk newest, long before, long after, Predicate<TrackedReference> wanted) {
        this.wanted = wanted;
        this.after = after;
        bound = before;
        LogChunk last = newest;
        for (LogChunk later = last.next(); later != null; later = last.next()) {
            last = later;
        }
        chunk = last;
        slot = last.slots.size();
    }

    @Override
    void step(LogChunk here) {
        if (--slot < 0 || here.slots.base >= bound) {
            chunk = here.slots.base > after ? here.previous() : null;
            slot = chunk == null ? 0 : chunk.slots.size();
            return;
        }
        TrackedReference reference = here.slots.get(slot);
        if (reference != null && reference.id < bound && reference.id > after && wanted.test(reference)) {
            found(reference);
        }
    }
}

package dev.weakref.internal.reap;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The live references of a log, oldest first. Lazy and weakly consistent. Not for use by several threads.
 *
 * <p><b>Why it sees each live node exactly once.</b> It is the mirror image of {@link LogIterator}, for which
 * {@link CreationLog} argues this. It skips ids that are not greater than the last one seen. An unlinked chunk keeps
 * its link to the newer neighbour. A merged chunk is linked to its newer neighbour first; then one write, to its older
 * neighbour or to the head of the log, replaces what it was made of. The tail is never replaced, so every chain of
 * links ends there.
 */
public final class OldestFirstIterator implements Iterator<TrackedReference> {

    private @Nullable LogChunk chunk;
    private int slot;
    private long bound;
    private @Nullable TrackedReference found;

    /**
     * @param oldest the chunk to begin with; it may have been replaced
     * @param after an id less than all that are returned
     */
    OldestFirstIterator(LogChunk oldest, long after) {
        chunk = oldest;
        bound = after;
    }

    @Override
    public boolean hasNext() {
        while (chunk != null && found == null) {
            LogChunk here = chunk;
            LogChunk next = here.next();
            if (slot == here.slots.size() || (next != null && next.slots.base - 1 <= bound)) {
                chunk = next;
                slot = 0;
            } else {
                accept(here.slots.get(slot++));
            }
        }
        return found != null;
    }

    private void accept(@Nullable TrackedReference reference) {
        if (reference != null && reference.id > bound && reference.isLive()) {
            bound = reference.id;
            found = reference;
        }
    }

    @Override
    public TrackedReference next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        TrackedReference next = Objects.requireNonNull(found);
        found = null;
        return next;
    }

    /** What is left, as a stream. */
    public Stream<TrackedReference> stream() {
        int kind = Spliterator.DISTINCT | Spliterator.NONNULL | Spliterator.ORDERED;
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(this, kind), false);
    }
}

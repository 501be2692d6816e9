package dev.weakref.internal.reap;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The references of a log that satisfy a predicate, newest first. Lazy and weakly consistent. Not for use by several
 * threads.
 */
public final class LogIterator implements Iterator<TrackedReference> {

    private final Predicate<TrackedReference> wanted;
    private final long after;
    private @Nullable LogChunk chunk;
    private int slot;
    private long bound;
    private @Nullable TrackedReference found;

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
    public boolean hasNext() {
        while (chunk != null && found == null) {
            LogChunk here = chunk;
            if (--slot < 0 || here.slots.base >= bound) {
                chunk = here.slots.base > after ? here.previous() : null;
                slot = chunk == null ? 0 : chunk.slots.size();
            } else {
                accept(here.slots.get(slot));
            }
        }
        return found != null;
    }

    private void accept(@Nullable TrackedReference reference) {
        if (reference != null && reference.id < bound && reference.id > after && wanted.test(reference)) {
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

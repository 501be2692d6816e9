package dev.weakref.internal.reap;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** An iterator over the chunks of a log. Lazy and weakly consistent. Not for use by several threads. */
abstract class ChunkIterator implements Iterator<TrackedReference> {

    /** The chunk that it is in; {@code null} at the end. */
    @Nullable LogChunk chunk;

    /** The next slot of the chunk, as the direction counts. */
    int slot;

    /** The id of the last reference that was found; before the first one, the bound that it was given. */
    long bound;

    private @Nullable TrackedReference found;

    /** Goes one step further: to another slot, whose reference it may give to {@link #found}, or to another chunk. */
    abstract void step(LogChunk here);

    final void found(TrackedReference reference) {
        bound = reference.id;
        found = reference;
    }

    @Override
    public final boolean hasNext() {
        while (chunk != null && found == null) {
            step(chunk);
        }
        return found != null;
    }

    @Override
    public final TrackedReference next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        TrackedReference next = Objects.requireNonNull(found);
        found = null;
        return next;
    }

    /** What is left, as a stream. */
    public final Stream<TrackedReference> stream() {
        int kind = Spliterator.DISTINCT | Spliterator.NONNULL | Spliterator.ORDERED;
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(this, kind), false);
    }
}

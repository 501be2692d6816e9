package dev.weakref;

import org.jspecify.annotations.Nullable;

/**
 * The counters of a weak collection.
 *
 * @param name the name given to its builder
 * @param estimatedSize the entries in the table, including dead ones that have not been removed yet
 * @param added entries ever added; replacing a value is not adding
 * @param removed entries ever removed by a caller
 * @param collected entries ever removed because their referent was collected
 * @since 0.1
 */
public record CollectionStats(@Nullable String name, long estimatedSize, long added, long removed, long collected) {

    @Override
    public String toString() {
        return "CollectionStats[name=" + name + ", estimatedSize=" + estimatedSize + ", added=" + added + ", removed="
                + removed + ", collected=" + collected + "]";
    }
}

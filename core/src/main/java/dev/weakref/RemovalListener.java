package dev.weakref;

import org.jspecify.annotations.Nullable;

/**
 * Is told of each entry that has left a weak collection, after it has left.
 *
 * <p>{@code EXPLICIT} and {@code REPLACED} are told in the thread of the caller, with no lock held;
 * {@code COLLECTED} in a thread of the library, some time after the collection. What the listener throws is logged
 * and otherwise ignored.
 *
 * @param <K> the type of the keys, or of the elements of a set
 * @since 0.1
 */
@FunctionalInterface
public interface RemovalListener<K> {

    /**
     * An entry has left.
     *
     * @param key its key, or {@code null} if the key was collected
     * @param cause why it left
     */
    void onRemoval(@Nullable K key, RemovalCause cause);
}

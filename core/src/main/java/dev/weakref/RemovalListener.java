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

    /**
     * A listener of a map that is told of the value as well, in the same threads.
     *
     * <p>No value lives longer for it: the value of an entry whose key was collected is held until the listener has
     * been called, which a listener without the value causes too; a value that was collected is {@code null}.
     *
     * @param <K> the type of the keys
     * @param <V> the type of the values
     * @since 0.1
     */
    @FunctionalInterface
    interface WithValue<K, V> extends RemovalListener<K> {

        /**
         * An entry has left.
         *
         * @param key its key, or {@code null} if the key was collected
         * @param value the value that it had, or {@code null} if the value was collected, or if the builder was given
         *     this listener as one without values
         * @param cause why it left; if it was replaced, the value is the one before
         */
        void onRemoval(@Nullable K key, @Nullable V value, RemovalCause cause);

        /** Called if this is used as a listener without values, as by a set. */
        @Override
        default void onRemoval(@Nullable K key, RemovalCause cause) {
            onRemoval(key, null, cause);
        }
    }
}

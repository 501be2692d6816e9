package dev.weakref.internal.table;

import org.jspecify.annotations.Nullable;

/** Is told which entries have left a table, each with its value unless that is dead. Its methods do not throw. */
public interface RemovalNotifier<K> {
    /** An entry has another value now; called by the thread that put it. */
    void replaced(K key, @Nullable Object value);

    /** An entry was removed by a caller; called by that thread. */
    void removed(K key, @Nullable Object value);

    /**
     * The referent of an entry was collected; called by a thread of the library. The key is null if it was the
     * referent.
     */
    void collected(@Nullable K key, @Nullable Object value);
}

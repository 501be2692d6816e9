package dev.weakref;

import dev.weakref.internal.table.TableOptions;
import dev.weakref.internal.table.WeakTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A concurrent map that holds its values weakly: an entry lives for as long as its value is held elsewhere.
 *
 * <pre>{@code
 * WeakValueMap<String, Picture> pictures = WeakValueMap.create();
 * Picture shared = pictures.computeIfAbsent("cat.png", name -> decode(name));
 * // each caller with "cat.png" gets the same picture, for as long as one of them holds it
 * }</pre>
 *
 * <p><b>Keys</b> are strong and compared by {@code equals}; putting an equal key again replaces the value and keeps the
 * first key. <b>Nulls</b> are refused. Entries whose values never die (constants, small boxed numbers) are never
 * removed; for values of value-based classes a warning is logged, once for each class. A value that is a key of the
 * same map as well is held by it.
 *
 * <p><b>Threads.</b> Reading takes no lock. All operations of {@link java.util.concurrent.ConcurrentMap} are atomic,
 * and actions before putting a value <i>happen-before</i> actions after getting it. While a mapping function runs, only
 * its key is reserved: it may use other keys of the map; the same key from the same thread is an
 * {@link IllegalStateException}; other threads that want to change that key wait, and two functions that wait for each
 * other's keys wait for ever; {@link #clear()} skips such keys. No lock is held while {@code equals}, {@code hashCode}
 * or a function of the user runs.
 *
 * <p><b>When a value has been collected</b> its entry is invisible at once, and soon removed by a thread of the
 * library, without further calls on the map. What a method returns is held until it has returned, so
 * {@code computeIfAbsent} never returns {@code null} because of a collection. A map that is not held is collected
 * itself.
 *
 * <p><b>Iterators</b> are weakly consistent, hold no more than the entry that they are about to return, and never throw
 * {@link java.util.ConcurrentModificationException}. {@link #size()} counts in one walk; {@link #estimatedSize()} takes
 * constant time.
 *
 * <p>Not serializable. Many keys of one hash are correct and slow: a chain is searched from end to end. To hold values
 * that are not held elsewhere, for a time or up to a size, use a cache.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 * @since 0.1
 */
public final class WeakValueMap<K, V> extends AbstractWeakMap<K, V> {

    private WeakValueMap(WeakTable<K, V> table) {
        super(table);
    }

    /** An empty map. */
    public static <K, V> WeakValueMap<K, V> create() {
        return WeakValueMap.<K, V>builder().build();
    }

    /** A map with the entries of another; with its modes, if that is a {@code WeakValueMap}. */
    public static <K, V> WeakValueMap<K, V> copyOf(Map<? extends K, ? extends V> source) {
        WeakValueMap<K, V> copy =
                source instanceof WeakValueMap<?, ?> map ? WeakValueMap.<K, V>emptyLike(map) : create();
        copy.putAll(source);
        return copy;
    }

    /** For a map with options. */
    public static <K, V> Builder<K, V> builder() {
        return new Builder<>();
    }

    /** A snapshot of the references to the values, which may die at any time. */
    public List<WeakRef<V>> valueRefs() {
        List<WeakRef<V>> refs = new ArrayList<>();
        forEach((key, value) -> refs.add(WeakRef.of(value)));
        return refs;
    }

    /** A new map with the entries of both; if both have a key, the other's value wins. This map is unchanged. */
    public WeakValueMap<K, V> union(Map<? extends K, ? extends V> other) {
        WeakValueMap<K, V> union = copy();
        union.putAll(other);
        return union;
    }

    /** A new map with the same entries and modes, without name and listener. */
    public WeakValueMap<K, V> copy() {
        return copyOf(this);
    }

    @SuppressWarnings("unchecked") // an empty table is one of any type
    private static <K, V> WeakValueMap<K, V> emptyLike(WeakValueMap<?, ?> map) {
        return new WeakValueMap<>((WeakTable<K, V>) map.table.emptyCopy());
    }

    /**
     * The options of a map. Not for use by several threads.
     *
     * @param <K> the type of the keys
     * @param <V> the type of the values
     */
    public static final class Builder<K, V> extends CollectionOptions<Builder<K, V>, K> {

        private Builder() {
            super(TableOptions.Kind.WEAK_VALUES);
        }

        /** The listener to be told of each entry that has left, with its value if that lives. */
        public Builder<K, V> onRemoval(RemovalListener.WithValue<? super K, ? super V> listener) {
            return onRemovalWithValue(listener);
        }

        /** The map. */
        public WeakValueMap<K, V> build() {
            LibraryInitializer.ensure();
            return new WeakValueMap<>(table());
        }
    }
}

package dev.weakref;

import dev.weakref.internal.table.TableOptions;
import dev.weakref.internal.table.WeakTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A concurrent map that holds its keys weakly: an entry lives for as long as its key is held elsewhere.
 *
 * <pre>{@code
 * WeakKeyMap<Socket, Instant> lastUsed = WeakKeyMap.identity();
 * lastUsed.put(socket, Instant.now());
 * // data about objects of others, which goes when they go
 * }</pre>
 *
 * <p><b>Keys</b> are compared by {@code equals}, or by identity in a map made by {@link #identity()}. Putting an equal
 * but not identical key again replaces the value and keeps the first key, so the entry dies with the first one;
 * {@link Builder#replaceKeys} chooses the other rule. By identity the map breaks the contract of {@code Map.equals} and
 * {@code hashCode} as {@link java.util.IdentityHashMap} does. <b>Nulls</b> are refused. Entries whose keys never die
 * (constants, small boxed numbers) are never removed; for keys of value-based classes a warning is logged, once for
 * each class.
 *
 * <p><b>Values</b> are strong. One that reaches its own key keeps the entry for ever, since the JVM cannot see that it
 * is held by its own entry only; hold the key weakly there. {@link Builder#checkCaptures} finds such values.
 *
 * <p><b>Threads</b>, <b>collection</b> and <b>iterators</b> are as in {@link WeakValueMap}: reading takes no lock, the
 * operations of {@link java.util.concurrent.ConcurrentMap} are atomic, an entry is invisible as soon as its key has
 * been collected, and is soon removed by a thread of the library.
 *
 * <p>Not serializable. Many keys of one hash are correct and slow. If the key is your own class, a field in it is
 * simpler than a map.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 * @since 0.1
 */
public final class WeakKeyMap<K, V> extends AbstractWeakMap<K, V> {

    private WeakKeyMap(WeakTable<K, V> table) {
        super(table);
    }

    /** An empty map that compares its keys by {@code equals}. */
    public static <K, V> WeakKeyMap<K, V> create() {
        return WeakKeyMap.<K, V>builder().build();
    }

    /** An empty map that compares its keys by identity, and calls none of their methods to find them. */
    public static <K, V> WeakKeyMap<K, V> identity() {
        return WeakKeyMap.<K, V>builder().identity().build();
    }

    /** A map with the entries of another; with its modes, if that is a {@code WeakKeyMap}. */
    public static <K, V> WeakKeyMap<K, V> copyOf(Map<? extends K, ? extends V> source) {
        WeakKeyMap<K, V> copy =
                source instanceof WeakKeyMap<?, ?> map ? WeakKeyMap.<K, V>emptyLike(map) : WeakKeyMap.create();
        copy.putAll(source);
        return copy;
    }

    /** For a map with options. */
    public static <K, V> Builder<K, V> builder() {
        return new Builder<>();
    }

    /** A snapshot of the references to the keys, which may die at any time. */
    public List<WeakRef<K>> keyRefs() {
        List<WeakRef<K>> refs = new ArrayList<>();
        forEach((key, value) -> refs.add(WeakRef.of(key)));
        return refs;
    }

    /** A new map with the entries of both; if both have a key, the other's value wins. This map is unchanged. */
    public WeakKeyMap<K, V> union(Map<? extends K, ? extends V> other) {
        WeakKeyMap<K, V> union = copy();
        union.putAll(other);
        return union;
    }

    /** A new map with the same entries and modes, without name and listener. */
    public WeakKeyMap<K, V> copy() {
        return copyOf(this);
    }

    @SuppressWarnings("unchecked") // an empty table is one of any type
    private static <K, V> WeakKeyMap<K, V> emptyLike(WeakKeyMap<?, ?> map) {
        return new WeakKeyMap<>((WeakTable<K, V>) map.table.emptyCopy());
    }

    /**
     * The options of a map. Not for use by several threads.
     *
     * @param <K> the type of the keys
     * @param <V> the type of the values
     */
    public static final class Builder<K, V> extends CollectionOptions<Builder<K, V>, K> {

        private Builder() {
            super(TableOptions.Kind.WEAK_KEYS);
        }

        /** Compares keys by identity. */
        public Builder<K, V> identity() {
            kind = TableOptions.Kind.WEAK_IDENTITY_KEYS;
            return this;
        }

        /**
         * Whether an equal key that is used to write a value replaces the first one; false by default. This holds for
         * {@code put}, {@code putAll}, {@code replace}, {@code compute}, {@code computeIfPresent} and {@code merge}
         * with the key that they are given; for {@code replaceAll}, and {@code setValue} of an entry, with the key that
         * they have seen. {@code putIfAbsent} and {@code computeIfAbsent} change nothing if the key is present.
         */
        public Builder<K, V> replaceKeys(boolean replace) {
            replaceKeys = replace;
            return this;
        }

        /**
         * What to do with a value that reaches its own key; {@code OFF} by default. With {@code FAIL}, each method that
         * would put such a value throws an {@link IllegalArgumentException} and changes nothing.
         */
        public Builder<K, V> checkCaptures(CaptureCheck check) {
            captureCheck = Objects.requireNonNull(check, "check");
            return this;
        }

        /** The listener to be told of each entry that has left, with its value if that lives. */
        public Builder<K, V> onRemoval(RemovalListener.WithValue<? super K, ? super V> listener) {
            return onRemovalWithValue(listener);
        }

        /** The map. */
        public WeakKeyMap<K, V> build() {
            LibraryInitializer.ensure();
            return new WeakKeyMap<>(table());
        }
    }
}

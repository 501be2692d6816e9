package dev.weakref;

import dev.weakref.internal.table.TableIterator;
import dev.weakref.internal.table.TableNode;
import dev.weakref.internal.table.WeakTable;
import dev.weakref.internal.table.WeakTable.When;
import java.util.AbstractMap;
import java.util.Collection;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the weak maps have in common: a {@link ConcurrentMap} on a {@link WeakTable}. Most of this file is the methods
 * of the interface and its three views.
 */
abstract class AbstractWeakMap<K, V> extends AbstractMap<K, V> implements ConcurrentMap<K, V> {

    final WeakTable<K, V> table;

    AbstractWeakMap(WeakTable<K, V> table) {
        this.table = table;
        table.belongsTo(this);
    }

    // Reading.

    @Override
    public @Nullable V get(Object key) {
        return table.get(Objects.requireNonNull(key, "key"));
    }

    @Override
    public V getOrDefault(Object key, V defaultValue) {
        V value = get(key);
        return value != null ? value : defaultValue;
    }

    @Override
    public boolean containsKey(Object key) {
        return table.getKey(Objects.requireNonNull(key, "key")) != null;
    }

    @Override
    public boolean containsValue(Object value) {
        Objects.requireNonNull(value, "value");
        for (V candidate : values()) {
            if (value.equals(candidate)) {
                return true;
            }
        }
        return false;
    }

    /** The number of entries whose referent is not cleared: one walk over the table, without locks. */
    @Override
    public int size() {
        return (int) Math.min(table.count(), Integer.MAX_VALUE);
    }

    @Override
    public boolean isEmpty() {
        return !keySet().iterator().hasNext();
    }

    /** The entries in the table, including dead ones that have not been removed yet; in constant time. */
    public long estimatedSize() {
        return table.nodes();
    }

    /** The counters of this map. */
    public CollectionStats stats() {
        return CollectionOptions.stats(table);
    }

    @Override
    public void forEach(BiConsumer<? super K, ? super V> action) {
        Objects.requireNonNull(action, "action");
        entries().forEachRemaining(entry -> action.accept(entry.getKey(), entry.getValue()));
    }

    // Writing.

    @Override
    public @Nullable V put(K key, V value) {
        return put(key, value, When.ALWAYS);
    }

    @Override
    public @Nullable V putIfAbsent(K key, V value) {
        return put(key, value, When.ABSENT);
    }

    @Override
    public @Nullable V replace(K key, V value) {
        return put(key, value, When.PRESENT);
    }

    private @Nullable V put(K key, V value, When when) {
        return table.put(Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"), when);
    }

    @Override
    public boolean replace(K key, V oldValue, V newValue) {
        return table.replace(
                Objects.requireNonNull(key, "key"),
                Objects.requireNonNull(oldValue, "oldValue"),
                Objects.requireNonNull(newValue, "newValue"));
    }

    @Override
    public @Nullable V remove(Object key) {
        return table.remove(Objects.requireNonNull(key, "key"), null);
    }

    /** Removes an entry if it has this value; never if that is {@code null}, as in {@code ConcurrentHashMap}. */
    @Override
    public boolean remove(Object key, @Nullable Object value) {
        Objects.requireNonNull(key, "key");
        return value != null && table.remove(key, value) != null;
    }

    @Override
    public void clear() {
        table.clear();
    }

    @Override
    public @Nullable V computeIfAbsent(K key, Function<? super K, ? extends @Nullable V> function) {
        Objects.requireNonNull(function, "function");
        V value = table.getUnlessReserved(Objects.requireNonNull(key, "key"));
        return value != null ? value : compute(key, When.ABSENT, (same, none) -> function.apply(same));
    }

    @Override
    public @Nullable V computeIfPresent(K key, BiFunction<? super K, ? super V, ? extends @Nullable V> function) {
        Objects.requireNonNull(function, "function");
        return compute(key, When.PRESENT, function);
    }

    @Override
    public @Nullable V compute(K key, BiFunction<? super K, ? super @Nullable V, ? extends @Nullable V> function) {
        Objects.requireNonNull(function, "function");
        return compute(key, When.ALWAYS, function);
    }

    @Override
    public @Nullable V merge(K key, V value, BiFunction<? super V, ? super V, ? extends @Nullable V> function) {
        Objects.requireNonNull(value, "value");
        Objects.requireNonNull(function, "function");
        return compute(key, When.ALWAYS, (same, old) -> old == null ? value : function.apply(old, value));
    }

    private @Nullable V compute(
            K key, When when, BiFunction<? super K, ? super @Nullable V, ? extends @Nullable V> function) {
        return table.compute(Objects.requireNonNull(key, "key"), when, function);
    }

    @Override
    public void replaceAll(BiFunction<? super K, ? super V, ? extends V> function) {
        Objects.requireNonNull(function, "function");
        forEach((key, old) -> compute(
                key,
                When.PRESENT,
                (same, value) -> Objects.requireNonNull(function.apply(same, value), "the function returned null")));
    }

    /**
     * Removes some live entry and returns it. Which one is not specified.
     *
     * @throws NoSuchElementException if there is no live entry
     */
    public Map.Entry<K, V> popEntry() {
        for (K key : keySet()) {
            V value = table.remove(key, null);
            if (value != null) {
                return Map.entry(key, value);
            }
        }
        throw new NoSuchElementException("The map has no live entry");
    }

    // Equality. Live entries are held from the beginning to the end, so that both sides are counted at one moment.

    @Override
    public boolean equals(@Nullable Object other) {
        return other == this || (other instanceof Map<?, ?> map && entrySet().equals(map.entrySet()));
    }

    @Override
    public int hashCode() {
        return super.hashCode(); // of the live entries, in one walk
    }

    // Views.

    @Override
    public Set<K> keySet() {
        return new KeyView();
    }

    @Override
    public Collection<V> values() {
        return new ValueView<>(this);
    }

    @Override
    public Set<Map.Entry<K, V>> entrySet() {
        return new EntryView();
    }

    private final class KeyView extends SetView<K> {

        KeyView() {
            super(AbstractWeakMap.this);
        }

        @Override
        public TableIterator<K, V, K> iterator() {
            return new TableIterator<>(table, WeakTable::liveKey);
        }

        @Override
        public boolean contains(Object key) {
            return containsKey(key);
        }

        @Override
        public boolean remove(Object key) {
            return AbstractWeakMap.this.remove(key) != null;
        }

        @Override
        public boolean retainAll(Collection<?> keys) {
            Set<Object> retained = table.comparable(keys);
            return removeIf(key -> !retained.contains(key));
        }
    }

    private final class EntryView extends SetView<Map.Entry<K, V>> {

        EntryView() {
            super(AbstractWeakMap.this);
        }

        @Override
        public TableIterator<K, V, Map.Entry<K, V>> iterator() {
            return entries();
        }

        @Override
        public boolean contains(Object object) {
            return object instanceof Map.Entry<?, ?> entry
                    && entry.getKey() != null
                    && entry.getValue() != null
                    && entry.getValue().equals(get(entry.getKey()));
        }

        @Override
        public boolean remove(Object object) {
            return object instanceof Map.Entry<?, ?> entry
                    && entry.getKey() != null
                    && entry.getValue() != null
                    && AbstractWeakMap.this.remove(entry.getKey(), entry.getValue());
        }

        @Override
        public boolean retainAll(Collection<?> entries) {
            Objects.requireNonNull(entries, "entries");
            return removeIf(entry -> !entries.contains(entry));
        }

        @Override
        public boolean removeIf(Predicate<? super Map.Entry<K, V>> filter) {
            return removeEntriesIf(filter);
        }
    }

    private TableIterator<K, V, Map.Entry<K, V>> entries() {
        return new TableIterator<>(table, this::liveEntry);
    }

    private Map.@Nullable Entry<K, V> liveEntry(WeakTable<K, V> same, TableNode node) {
        K key = same.liveKey(node);
        V value = same.liveValue(node);
        return key == null || value == null ? null : new WriteThroughEntry(key, value);
    }

    /** Removes what the filter accepts, if the value still equals the one that the filter has seen. */
    boolean removeEntriesIf(Predicate<? super Map.Entry<K, V>> filter) {
        Objects.requireNonNull(filter, "filter");
        boolean removed = false;
        for (TableIterator<K, V, Map.Entry<K, V>> entries = entries(); entries.hasNext(); ) {
            Map.Entry<K, V> live = entries.next();
            Map.Entry<K, V> entry = Map.entry(live.getKey(), live.getValue()); // a filter must not change the map
            if (filter.test(entry) && remove(entry.getKey(), entry.getValue())) {
                removed = true;
            }
        }
        return removed;
    }

    /** A snapshot of an entry; setting its value puts it into the map. */
    private final class WriteThroughEntry extends SimpleEntry<K, V> {

        private static final long serialVersionUID = 1L;

        WriteThroughEntry(K key, V value) {
            super(key, value);
        }

        @Override
        public V setValue(V value) {
            AbstractWeakMap.this.put(getKey(), value);
            return super.setValue(value);
        }
    }
}

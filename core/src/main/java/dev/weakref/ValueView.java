package dev.weakref;

import dev.weakref.internal.table.TableIterator;
import dev.weakref.internal.table.WeakTable;
import java.util.AbstractCollection;
import java.util.Collection;
import java.util.Objects;
import java.util.Spliterator;
import java.util.function.Predicate;

/** The view of the values of a map. */
final class ValueView<K, V> extends AbstractCollection<V> {

    private final AbstractWeakMap<K, V> map;

    ValueView(AbstractWeakMap<K, V> map) {
        this.map = map;
    }

    @Override
    public TableIterator<K, V, V> iterator() {
        return new TableIterator<>(map.table, WeakTable::liveValue);
    }

    @Override
    public Spliterator<V> spliterator() {
        return iterator().spliterator(0);
    }

    @Override
    public boolean contains(Object value) {
        return map.containsValue(value);
    }

    @Override
    public boolean removeAll(Collection<?> values) {
        return removeIf(values::contains);
    }

    @Override
    public boolean retainAll(Collection<?> values) {
        Objects.requireNonNull(values, "values");
        return removeIf(value -> !values.contains(value));
    }

    @Override
    public boolean removeIf(Predicate<? super V> filter) {
        Objects.requireNonNull(filter, "filter");
        return map.removeEntriesIf(entry -> filter.test(entry.getValue()));
    }

    @Override
    public int size() {
        return map.size();
    }

    @Override
    public void clear() {
        map.clear();
    }
}

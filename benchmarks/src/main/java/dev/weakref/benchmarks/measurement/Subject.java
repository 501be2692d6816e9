package dev.weakref.benchmarks.measurement;

import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A weak collection as the measurements use it, whoever made it. Of a set the keys are the elements. */
interface Subject {

    @Nullable Object get(Object key);

    @Nullable Object put(Object key, Object value);

    @Nullable Object remove(Object key);

    @Nullable Object computeIfAbsent(Object key, Function<Object, Object> function);

    Iterable<?> elements();

    /** How many entries are there, the dead that have not been removed among them; removes none itself. */
    long entries();

    static Subject of(Map<Object, Object> map, LongSupplier entries) {
        return new OfMap(map, entries);
    }

    static Subject of(Set<Object> set, LongSupplier entries) {
        return new OfSet(set, entries);
    }

    static Subject of(UnaryOperator<Object> interner) {
        return new OfInterner(interner);
    }

    /** A map. */
    record OfMap(Map<Object, Object> map, LongSupplier size) implements Subject {

        @Override
        public @Nullable Object get(Object key) {
            return map.get(key);
        }

        @Override
        public @Nullable Object put(Object key, Object value) {
            return map.put(key, value);
        }

        @Override
        public @Nullable Object remove(Object key) {
            return map.remove(key);
        }

        @Override
        public @Nullable Object computeIfAbsent(Object key, Function<Object, Object> function) {
            return map.computeIfAbsent(key, function);
        }

        @Override
        public Iterable<?> elements() {
            return map.values();
        }

        @Override
        public long entries() {
            return size.getAsLong();
        }
    }

    /** A set. */
    record OfSet(Set<Object> set, LongSupplier size) implements Subject {

        @Override
        public @Nullable Object get(Object key) {
            return set.contains(key) ? key : null;
        }

        @Override
        public @Nullable Object put(Object key, Object value) {
            return set.add(key) ? null : key;
        }

        @Override
        public @Nullable Object remove(Object key) {
            return set.remove(key) ? key : null;
        }

        @Override
        public @Nullable Object computeIfAbsent(Object key, Function<Object, Object> function) {
            return put(key, key);
        }

        @Override
        public Iterable<?> elements() {
            return set;
        }

        @Override
        public long entries() {
            return size.getAsLong();
        }
    }

    /** An interner, which can do one thing only. */
    record OfInterner(UnaryOperator<Object> interner) implements Subject {

        @Override
        public Object get(Object key) {
            return interner.apply(key);
        }

        @Override
        public Object put(Object key, Object value) {
            return interner.apply(key);
        }

        @Override
        public Object remove(Object key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Object computeIfAbsent(Object key, Function<Object, Object> function) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Iterable<?> elements() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long entries() {
            throw new UnsupportedOperationException();
        }
    }
}

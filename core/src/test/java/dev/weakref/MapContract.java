package dev.weakref;

import dev.weakref.internal.reap.Reaper;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the contracts of the weak maps need to know of the map that they are run against. */
interface MapContract {

    <K, V> AbstractWeakMap<K, V> newMap(Reaper reaper, @Nullable RemovalListener<? super K> listener);

    /** Whether the keys are what is weak, not the values. */
    boolean hasWeakKeys();

    <K, V> AbstractWeakMap<K, V> copy(AbstractWeakMap<K, V> map);

    <K, V> AbstractWeakMap<K, V> union(AbstractWeakMap<K, V> map, Map<K, V> other);

    /** The snapshot of references to what is weak. */
    List<? extends WeakRef<?>> refs(AbstractWeakMap<?, ?> map);

    /** The reaper of the maps, which works when it is told to. */
    Reaper reaper();

    /** Keeps an object alive until the test has ended. */
    <T> T hold(T object);

    default AbstractWeakMap<Key, Value> newMap() {
        return newMap(reaper(), null);
    }

    default Key key(String name) {
        return hold(new Key(name));
    }

    default Value value(String name) {
        return hold(new Value(name));
    }

    record Value(String name) {
        @Override
        public String toString() {
            return name;
        }
    }
}

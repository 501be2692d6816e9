package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weakref.internal.reap.Reaper;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WeakValueMapTests extends MapFixture
        implements BasicsContract, DeadEntriesContract, AtomicityContract, EqualKeysContract {

    @Override
    public <K, V> WeakValueMap<K, V> newMap(Reaper reaper, @Nullable RemovalListener<? super K> listener) {
        WeakValueMap.Builder<K, V> builder = WeakValueMap.<K, V>builder().reaper(reaper);
        return listener == null ? builder.build() : builder.onRemoval(listener).build();
    }

    @Override
    public boolean hasWeakKeys() {
        return false;
    }

    @Override
    public <K, V> WeakValueMap<K, V> copy(AbstractWeakMap<K, V> map) {
        return ((WeakValueMap<K, V>) map).copy();
    }

    @Override
    public <K, V> WeakValueMap<K, V> union(AbstractWeakMap<K, V> map, Map<K, V> other) {
        return ((WeakValueMap<K, V>) map).union(other);
    }

    @Override
    public List<? extends WeakRef<?>> refs(AbstractWeakMap<?, ?> map) {
        return ((WeakValueMap<?, ?>) map).valueRefs();
    }

    @Test
    void copyOfHasTheEntriesOfAnyMap() {
        Map<Key, Value> source = Map.of(key("1"), value("1"), key("2"), value("2"));

        assertThat(WeakValueMap.copyOf(source)).isEqualTo(source);
    }

    @Test
    void builderRefusesWhatMakesNoSense() {
        WeakValueMap.Builder<Key, Value> builder = WeakValueMap.builder();

        assertThatThrownBy(() -> builder.name(" ")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.name("n".repeat(201))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.name(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> builder.expectedSize(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1");
        assertThatThrownBy(() -> builder.onRemoval(null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void statsCarryTheName() {
        WeakValueMap<Key, Value> map =
                WeakValueMap.<Key, Value>builder().name("pictures").build();

        assertThat(map.stats()).isEqualTo(new CollectionStats("pictures", 0, 0, 0, 0));
    }
}

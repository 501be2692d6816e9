package dev.weakref;

import static dev.weakref.SimulatedCollector.collect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weakref.internal.reap.Reaper;
import dev.weakref.internal.table.TableNode;
import java.lang.ref.WeakReference;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.Spliterator;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of an entry whose weak side has died, and how the walks over a map live with that. */
interface DeadEntriesContract extends MapContract {

    @Test
    default void deadEntryIsInvisibleBeforeItIsReaped() {
        AbstractWeakMap<Key, Value> map = newMap();
        Key alive = key("alive");
        Key dead = key("dead");
        map.put(alive, value("1"));
        Value gone = value("2");
        map.put(dead, gone);

        collect(map, dead);

        assertThat(map.get(dead)).isNull();
        assertThat(map.getOrDefault(dead, gone)).isSameAs(gone);
        assertThat(map.containsKey(dead)).isFalse();
        assertThat(map.containsValue(gone)).isFalse();
        assertThat(map.size()).isOne();
        assertThat(map.estimatedSize()).isEqualTo(2);
        assertThat(map.toString()).isEqualTo("{alive=1}");
        assertThat(map).isEqualTo(Map.of(alive, new Value("1")));
        assertThat(map.hashCode()).isEqualTo(Map.of(alive, new Value("1")).hashCode());
        assertThat(map.remove(dead)).isNull();
        assertThat(map.remove(dead, gone)).isFalse();
        assertThat(map.replace(dead, gone)).isNull();
        assertThat(map.replace(dead, gone, gone)).isFalse();
        assertThat(map.computeIfPresent(dead, (key, old) -> gone)).isNull();
    }

    @Test
    default void deadEntryIsInvisibleInTheViews() {
        AbstractWeakMap<Key, Value> map = newMap();
        Key alive = key("alive");
        Key dead = key("dead");
        map.put(alive, value("1"));
        Value gone = value("2");
        map.put(dead, gone);

        collect(map, dead);

        assertThat(map.keySet()).hasSize(1).containsExactly(alive).doesNotContain(dead);
        assertThat(map.values()).hasSize(1).containsExactly(new Value("1")).doesNotContain(gone);
        assertThat(map.entrySet())
                .hasSize(1)
                .containsExactly(Map.entry(alive, new Value("1")))
                .doesNotContain(Map.entry(dead, gone));
        assertThat(map.keySet().stream()).containsExactly(alive);
        assertThat(map.values().stream()).containsExactly(new Value("1"));
        assertThat(map.entrySet().parallelStream().map(Map.Entry::getKey)).containsExactly(alive);
        assertThat(map.keySet().toArray()).containsExactly(alive);
        List<Object> told = new ArrayList<>();
        map.forEach((key, value) -> told.add(key));
        assertThat(told).containsExactly(alive);
        assertThat(refs(map)).hasSize(1);
        assertThat(map.keySet().remove(dead)).isFalse();
        assertThat(map.entrySet().remove(Map.entry(dead, gone))).isFalse();
    }

    @Test
    default void mapOfDeadEntriesIsEmpty() {
        AbstractWeakMap<Key, Value> map = newMap();
        Key dead = key("dead");
        map.put(dead, value("1"));

        collect(map, dead);

        assertThat(map.isEmpty()).isTrue();
        assertThat(map).isEqualTo(Map.of());
        assertThat(map.keySet().isEmpty()).isTrue();
        assertThatThrownBy(map::popEntry).isInstanceOf(NoSuchElementException.class);
        assertThat(copy(map).estimatedSize()).isZero();
    }

    @Test
    default void entryThatDiesBehindAReservationIsInvisible() {
        AbstractWeakMap<Key, Value> map = newMap();
        Key key = key("key");
        Value old = value("old");
        map.put(key, old);
        TableNode node = SimulatedCollector.node(map.table, key);

        map.compute(key, (same, value) -> {
            node.enqueue();
            assertThat(map.get(key)).isNull();
            assertThat(map.containsKey(key)).isFalse();
            assertThat(map).isEmpty();
            return value("new");
        });

        assertThat(map.get(key)).isEqualTo(new Value("new"));
        assertThat(map.estimatedSize()).isOne();
    }

    @Test
    default void spliteratorsPromiseNoSize() {
        AbstractWeakMap<Key, Value> map = newMap();
        map.put(key("key"), value("value"));

        for (Spliterator<?> spliterator : List.of(
                map.keySet().spliterator(),
                map.values().spliterator(),
                map.entrySet().spliterator())) {
            assertThat(spliterator.hasCharacteristics(Spliterator.SIZED)).isFalse();
            assertThat(spliterator.getExactSizeIfKnown()).isEqualTo(-1);
        }
    }

    @Test
    default void reapingRemovesTheDeadAndNothingElse() {
        AbstractWeakMap<Key, Value> map = newMap();
        List<Key> keys = IntStream.range(0, 200).mapToObj(i -> key("key " + i)).toList();
        keys.forEach(key -> map.put(key, value(key.name)));
        keys.subList(0, 150).forEach(key -> collect(map, key));

        reaper().pass();

        assertThat(map.estimatedSize()).isEqualTo(50);
        assertThat(map.keySet()).containsExactlyInAnyOrderElementsOf(keys.subList(150, 200));
    }

    @Test
    default void lateReapingLeavesANewerEntryAlone() {
        AbstractWeakMap<Key, Value> map = newMap();
        Key put = key("put");
        Key computed = key("computed");
        Key cleared = key("cleared");
        for (Key key : List.of(put, computed, cleared)) {
            map.put(key, value("old"));
        }
        collect(map, put);
        collect(map, computed);
        map.put(put, value("new"));
        map.computeIfAbsent(computed, key -> value("new"));
        SimulatedCollector.node(map.table, cleared).enqueue();
        map.clear();
        map.put(put, value("new"));
        map.put(computed, value("new"));
        map.put(cleared, value("new"));

        reaper().pass();

        assertThat(map.values()).hasSize(3).containsOnly(new Value("new"));
        assertThat(map.estimatedSize()).isEqualTo(3);
    }

    @Test
    default void lateReapingLeavesANewerEntryAloneWhenTheTableHasGrown() {
        AbstractWeakMap<Key, Value> map = newMap();
        Key key = key("key");
        map.put(key, value("old"));
        collect(map, key);
        map.put(key, value("new"));
        IntStream.range(0, 1_000).forEach(i -> map.put(key("other " + i), value("other")));

        reaper().pass();

        assertThat(map.get(key)).isEqualTo(new Value("new"));
        assertThat(map.estimatedSize()).isEqualTo(1_001);
    }

    @Test
    default void nextReturnsWhatHasNextPromisedAlthoughItDies() {
        AbstractWeakMap<Key, Value> map = newMap();
        Key key = key("key");
        map.put(key, value("value"));
        Iterator<Key> keys = map.keySet().iterator();
        Iterator<Value> values = map.values().iterator();
        Iterator<Map.Entry<Key, Value>> entries = map.entrySet().iterator();
        assertThat(keys.hasNext() && values.hasNext() && entries.hasNext()).isTrue();

        collect(map, key);
        reaper().pass();

        assertThat(keys.next()).isSameAs(key);
        assertThat(values.next()).isEqualTo(new Value("value"));
        assertThat(entries.next().getKey()).isSameAs(key);
        assertThat(keys.hasNext() || values.hasNext() || entries.hasNext()).isFalse();
        assertThatThrownBy(keys::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    default void iteratorsRemoveNothingButWhatIsThere() {
        AbstractWeakMap<Key, Value> map = newMap();
        Key key = key("key");
        map.put(key, value("value"));
        Iterator<Key> iterator = map.keySet().iterator();
        assertThatThrownBy(iterator::remove).isInstanceOf(IllegalStateException.class);
        iterator.next();

        collect(map, key);
        iterator.remove();

        assertThatThrownBy(iterator::remove).isInstanceOf(IllegalStateException.class);
        assertThat(map.stats().removed()).isZero();
    }

    @Test
    default void iteratorMeetsEachLastingEntryOnceWhileTheMapChanges() {
        AbstractWeakMap<Key, Value> map = newMap();
        List<Key> staying =
                IntStream.range(0, 100).mapToObj(i -> key("staying " + i)).toList();
        staying.forEach(key -> map.put(key, value("value")));
        Key going = key("going");
        map.put(going, value("value"));

        Map<Key, Integer> met = new HashMap<>();
        int step = 0;
        for (Key key : map.keySet()) {
            met.merge(key, 1, Integer::sum);
            map.put(key("coming " + step++), value("value")); // grows the table four times
            map.remove(going);
            map.replace(staying.get(step % 100), value("other"));
        }

        assertThat(met).containsKeys(staying.toArray(new Key[0]));
        assertThat(met.values()).containsOnly(1);
    }

    @Test
    default void iteratorsNeverFailWhileOtherThreadsChangeTheMap() throws Exception {
        AbstractWeakMap<Key, Value> map = newMap();
        List<Key> staying =
                IntStream.range(0, 50).mapToObj(i -> key("staying " + i)).toList();
        staying.forEach(key -> map.put(key, value("value")));
        List<Key> changing =
                IntStream.range(0, 2_000).mapToObj(i -> key("changing " + i)).toList();
        Value value = value("value");
        CountDownLatch begun = new CountDownLatch(1);
        BackgroundCall<Void> writer = BackgroundCall.run(() -> {
            for (int round = 0; round < 20; round++) {
                changing.forEach(key -> map.put(key, value));
                begun.countDown();
                changing.forEach(map::remove);
            }
        });
        BackgroundCall.await(begun);

        do {
            List<Key> met = new ArrayList<>();
            map.keySet().forEach(met::add);
            assertThat(met).doesNotHaveDuplicates().containsAll(staying);
        } while (!writer.hasEnded());

        writer.result();
        assertThat(map).hasSize(50);
    }

    @Test
    @Tag("collects")
    default void idleMapEmptiesItself() {
        AbstractWeakMap<Key, Value> map = newMap(Reaper.SHARED, null);
        Key staying = key("staying");
        map.put(staying, value("value"));
        IntStream.range(0, 1_000).forEach(i -> putAndDrop(map, "going " + i));

        Gc.awaitTrue(() -> map.estimatedSize() == 1, "dead entries are left");

        assertThat(map).containsOnlyKeys(staying);
        // the last one is counted after it has gone
        Gc.awaitWithoutCollecting(() -> map.stats().collected() >= 1_000, "not all that were collected are counted");
        assertThat(map.stats().collected()).isEqualTo(1_000);
    }

    @Test
    @Tag("collects")
    default void iteratorHoldsNoMoreThanTheElementThatItIsAboutToReturn() {
        AbstractWeakMap<Key, Value> map = newMap(Reaper.SHARED, null);
        putAndDrop(map, "first");
        putAndDrop(map, "second");
        Iterator<Map.Entry<Key, Value>> iterator = map.entrySet().iterator();

        assertThat(iterator.hasNext()).isTrue();
        Gc.awaitTrue(() -> map.size() == 1, "the iterator holds more than one element");
        WeakReference<Object> next = weakSideOfNext(iterator);

        assertThat(next.refersTo(null)).isFalse();
        Gc.awaitCleared(next);
        assertThat(map).isEmpty();
        assertThat(iterator.hasNext()).isFalse();
    }

    private WeakReference<Object> weakSideOfNext(Iterator<Map.Entry<Key, Value>> iterator) {
        Map.Entry<Key, Value> entry = iterator.next();
        return new WeakReference<>(hasWeakKeys() ? entry.getKey() : entry.getValue());
    }

    @Test
    default void viewsRemoveManyByWhatTheyHaveSeen() {
        AbstractWeakMap<Key, Value> map = newMap();
        Key a = key("a");
        Key b = key("b");
        Value one = value("1");
        Value two = value("2");
        map.put(a, one);
        map.put(b, two);
        Collection<Object> changing = new ArrayList<>() {
            @Override
            public boolean contains(Object asked) {
                map.put(a, two); // after the walk has seen the other value
                return false;
            }
        };

        assertThat(map.values().removeAll(List.of(one))).isTrue();
        assertThat(map.values().retainAll(List.of(two))).isFalse();
        map.put(a, one);
        assertThat(map.entrySet().removeAll(List.of(Map.entry(a, two)))).isFalse();
        assertThat(map.entrySet().retainAll(List.of(Map.entry(a, one)))).isTrue();
        assertThat(map).containsOnlyKeys(a);
        assertThat(map.entrySet().retainAll(changing)).isFalse();
        map.put(a, one);
        assertThat(map.values().retainAll(changing)).isFalse();
        assertThat(map.get(a)).isSameAs(two);
    }

    @Test
    @Tag("collects")
    default void isEqualToWhatHasTheSameEntriesAlthoughOneIsDroppedMeanwhile() {
        AbstractWeakMap<Key, Value> map = newMap();
        Object[] held = new Object[1];

        holdOne(map, held);
        assertThat(map.equals(new AbstractMap<Key, Value>() {
                    @Override
                    public Set<Entry<Key, Value>> entrySet() {
                        return droppedWhenCounted(map.entrySet(), held);
                    }
                }))
                .isTrue();
        holdOne(map, held);
        assertThat(map.entrySet().equals(droppedWhenCounted(map.entrySet(), held)))
                .isTrue();
        holdOne(map, held);
        assertThat(map.keySet().equals(droppedWhenCounted(map.keySet(), held))).isTrue();
    }

    private void holdOne(AbstractWeakMap<Key, Value> map, Object[] held) {
        map.clear();
        Key key = hasWeakKeys() ? new Key("key") : key("key");
        Value value = hasWeakKeys() ? value("value") : new Value("value");
        map.put(key, value);
        held[0] = hasWeakKeys() ? key : value;
    }

    /** The same view, whose entry dies when it has been counted, unless somebody else holds that. */
    private static <T> Set<T> droppedWhenCounted(Set<T> view, Object[] held) {
        return new AbstractSet<>() {
            @Override
            public int size() {
                int size = view.size();
                held[0] = null;
                Gc.collect();
                Gc.collect();
                return size;
            }

            @Override
            public Iterator<T> iterator() {
                return view.iterator();
            }
        };
    }

    @Test
    @Tag("collects")
    default void droppedMapIsCollectedWhileItsElementsLiveOn() {
        List<Integer> told = new ArrayList<>();
        Key key = key("key");
        Value value = value("value");
        WeakReference<Object> table = tableOfDroppedMap(key, value, told);

        Gc.awaitCleared(table);

        assertThat(told).isEmpty();
        assertThat(value).isEqualTo(new Value("value"));
    }

    private WeakReference<Object> tableOfDroppedMap(Key key, Value value, List<Integer> told) {
        AbstractWeakMap<Key, Value> map = newMap(Reaper.SHARED, (gone, cause) -> told.add(1));
        map.put(key, value);
        IntStream.range(0, 100).forEach(i -> map.put(key("key " + i), value));
        return new WeakReference<>(map.table);
    }

    /** Puts an entry whose weak side nobody else holds. */
    private void putAndDrop(AbstractWeakMap<Key, Value> map, String name) {
        if (hasWeakKeys()) {
            map.put(new Key(name), value(name));
        } else {
            map.put(key(name), new Value(name));
        }
    }
}

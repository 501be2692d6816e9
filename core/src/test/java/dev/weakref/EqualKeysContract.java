package dev.weakref;

import static dev.weakref.SimulatedCollector.collect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The weak maps whose keys are compared by {@code equals}: when the user's code runs, and what it may do. */
interface EqualKeysContract extends MapContract {

    @Test
    default void equalKeyReplacesTheValueAndLeavesTheFirstKey() {
        AbstractWeakMap<Key, Value> map = newMap();
        Key first = key("key");
        map.put(first, value("1"));

        assertThat(map.put(key("key"), value("2"))).isEqualTo(new Value("1"));
        assertThat(map.replace(key("key"), value("3"))).isEqualTo(new Value("2"));
        assertThat(map.compute(key("key"), (key, old) -> value("4"))).isEqualTo(new Value("4"));
        assertThat(map.merge(key("key"), value("5"), (a, b) -> b)).isEqualTo(new Value("5"));

        assertThat(map.entrySet()).singleElement().satisfies(entry -> {
            assertThat(entry.getKey()).isSameAs(first);
            assertThat(entry.getValue()).isEqualTo(new Value("5"));
        });
    }

    @Test
    default void searchAmongKeysOfOneHashComparesEachOnceAtMost() {
        AbstractWeakMap<Key, Value> map = newMap();
        Value value = value("value");
        AtomicInteger compared = new AtomicInteger();
        List<Key> keys = IntStream.range(0, 200)
                .mapToObj(i -> hold(new Key("key " + i, 7)))
                .toList();
        keys.forEach(key -> map.put(key, value));
        keys.forEach(key -> key.onEquals(compared::incrementAndGet));

        assertThat(map.get(new Key("absent", 7))).isNull();
        assertThat(compared).hasValue(keys.size());
        for (Key key : keys) {
            compared.set(0);
            assertThat(map.get(new Key(key.name, 7))).isSameAs(value);
            assertThat(compared).hasValueBetween(1, keys.size());
            assertThat(map.remove(key)).isSameAs(value);
        }

        assertThat(map).isEmpty();
    }

    @Test
    default void hashThatThrowsPassesThroughAndChangesNothing() {
        AbstractWeakMap<Key, Value> map = newMap();
        Key key = key("key");
        Value value = value("value");
        map.put(key, value);
        Key bad = key("key").onHash(() -> {
            throw new IllegalArgumentException("no hash");
        });

        List<BackgroundCall.Body> calls = List.of(
                () -> map.get(bad),
                () -> map.containsKey(bad),
                () -> map.put(bad, value),
                () -> map.putIfAbsent(bad, value),
                () -> map.replace(bad, value),
                () -> map.replace(bad, value, value),
                () -> map.remove(bad),
                () -> map.remove(bad, value),
                () -> map.compute(bad, (same, old) -> value),
                () -> map.computeIfAbsent(bad, same -> value),
                () -> map.computeIfPresent(bad, (same, old) -> value),
                () -> map.merge(bad, value, (a, b) -> b));

        assertThat(calls).allSatisfy(call -> assertThatThrownBy(call::run).hasMessage("no hash"));
        assertThat(map).isEqualTo(Map.of(key, value));
        assertThat(map.stats()).isEqualTo(new CollectionStats(null, 1, 1, 0, 0));
    }

    @Test
    default void equalsThatThrowsPassesThroughAndChangesNothing() {
        AbstractWeakMap<Key, Value> map = newMap();
        Key key = key("key");
        Value value = value("value");
        map.put(key, value);
        Key bad = key("key").onEquals(() -> {
            throw new IllegalArgumentException("no equals");
        });

        assertThatThrownBy(() -> map.put(bad, value)).hasMessage("no equals");
        assertThatThrownBy(() -> map.compute(bad, (same, old) -> value)).hasMessage("no equals");
        assertThatThrownBy(() -> map.remove(bad)).hasMessage("no equals");

        assertThat(map.stats()).isEqualTo(new CollectionStats(null, 1, 1, 0, 0));
        assertThat(map.put(key("key"), value("next"))).isSameAs(value);
    }

    @Test
    default void theHashIsTakenOnce() {
        AbstractWeakMap<Key, Value> map = newMap();
        int[] taken = {0};
        Key counting = key("key").onHash(() -> taken[0]++);

        map.put(counting, value("value"));
        IntStream.range(0, 1_000).forEach(i -> map.put(key("other " + i), value("value")));

        assertThat(taken[0]).isOne();
    }

    @Test
    default void nobodyWaitsForAComparisonThatHangs() throws Exception {
        AbstractWeakMap<Key, Value> map = newMap();
        CountDownLatch comparing = new CountDownLatch(1);
        CountDownLatch followStage = new CountDownLatch(1);
        Key stored = hold(new Key("stored", 7));
        map.put(stored, value("old"));
        Key slow = hold(new Key("stored", 7)).onEquals(() -> {
            comparing.countDown();
            BackgroundCall.await(followStage);
        });
        BackgroundCall<Value> side = BackgroundCall.call(() -> map.put(slow, value("by the slow one")));
        BackgroundCall.await(comparing);

        Key sameBin = hold(new Key("same bin", 7));
        assertThat(map.put(sameBin, value("1"))).isNull();
        assertThat(map.computeIfAbsent(hold(new Key("same bin too", 7)), key -> value("2")))
                .isNotNull();
        assertThat(map.remove(sameBin)).isEqualTo(new Value("1"));
        assertThat(map.put(hold(new Key("stored", 7)), value("by the fast one")))
                .isEqualTo(new Value("old"));
        IntStream.range(0, 200).forEach(i -> map.put(key("other " + i), value("3"))); // grows the table
        collect(map, key("other 1"));
        reaper().pass();
        assertThat(side.hasEnded()).isFalse();
        followStage.countDown();

        assertThat(side.result()).isEqualTo(new Value("by the fast one"));
        assertThat(map.get(stored)).isEqualTo(new Value("by the slow one"));
        assertThat(map).hasSize(201);
    }

    @Test
    default void keyThatCameWhileAWriterLookedForItIsNotAddedTwice() {
        AbstractWeakMap<Key, Value> map = newMap();
        Key other = hold(new Key("other", 7));
        map.put(other, value("other"));
        boolean[] once = {true};
        Key key = hold(new Key("key", 7)).onEquals(() -> {
            if (once[0]) {
                once[0] = false;
                map.put(hold(new Key("key", 7)), value("first")); // what another thread might do
                IntStream.range(0, 100).forEach(i -> map.put(key("key " + i), value("value")));
            }
        });

        assertThat(map.put(key, value("second"))).isEqualTo(new Value("first"));

        assertThat(map).hasSize(102);
        assertThat(map.keySet().stream().filter(key::equals)).hasSize(1);
    }

    @Test
    default void tenThousandKeysOfOneHashAreKeptApart() {
        AbstractWeakMap<Key, Value> map = newMap();
        List<Key> keys = IntStream.range(0, 10_000)
                .mapToObj(i -> hold(new Key("key " + i, 42)))
                .toList();
        keys.forEach(key -> map.put(key, hold(new Value(key.name))));

        for (int i = 0; i < keys.size(); i += 100) {
            assertThat(map.get(keys.get(i))).isEqualTo(new Value("key " + i));
            assertThat(map.remove(keys.get(i))).isNotNull();
        }

        assertThat(map).hasSize(9_900);
        assertThat(map.get(keys.get(1))).isNotNull();
    }
}

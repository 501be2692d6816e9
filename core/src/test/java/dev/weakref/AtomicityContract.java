package dev.weakref;

import static dev.weakref.SimulatedCollector.collect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weakref.internal.reap.Reaper;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The atomic operations of the weak maps, and what is reserved while a mapping function runs. */
interface AtomicityContract extends MapContract {

    @Test
    default void manyThreadsComputeAnAbsentKeyOnce() throws Exception {
        AbstractWeakMap<Key, Value> map = newMap();
        List<Key> keys = IntStream.range(0, 500).mapToObj(i -> key("key " + i)).toList();
        AtomicInteger computed = new AtomicInteger();
        Set<Value> seen = ConcurrentHashMap.newKeySet();
        List<BackgroundCall<Void>> sides = IntStream.range(0, 4)
                .mapToObj(i -> BackgroundCall.run(() -> keys.forEach(key -> seen.add(map.computeIfAbsent(key, same -> {
                    computed.incrementAndGet();
                    return value(same.name + " by " + i);
                })))))
                .toList();

        for (BackgroundCall<Void> side : sides) {
            side.result();
        }

        assertThat(computed).hasValue(500);
        assertThat(seen).hasSize(500);
        assertThat(map.stats()).isEqualTo(new CollectionStats(null, 500, 500, 0, 0));
    }

    @Test
    default void manyThreadsMergeWithoutLosingAnything() throws Exception {
        AbstractWeakMap<Key, int[]> map = newMap(reaper(), null);
        List<Key> keys = IntStream.range(0, 64).mapToObj(i -> key("key " + i)).toList();
        List<BackgroundCall<Void>> sides = IntStream.range(0, 4)
                .mapToObj(i -> BackgroundCall.run(() -> {
                    for (int round = 0; round < 200; round++) {
                        keys.forEach(key ->
                                map.merge(key, hold(new int[] {1}), (a, b) -> hold(new int[] {a[0] + b[0]})));
                    }
                }))
                .toList();

        for (BackgroundCall<Void> side : sides) {
            side.result();
        }

        assertThat(map.values())
                .hasSize(64)
                .allSatisfy(sum -> assertThat(sum[0]).isEqualTo(800));
    }

    @Test
    default void conditionalChangesLookAtTheCurrentValue() {
        AbstractWeakMap<Key, Value> map = newMap();
        Key key = key("key");
        Value first = value("1");
        Value second = value("2");

        assertThat(map.putIfAbsent(key, first)).isNull();
        assertThat(map.putIfAbsent(key, second)).isSameAs(first);
        assertThat(map.replace(key, second, first)).isFalse();
        assertThat(map.replace(key, new Value("1"), second)).isTrue();
        assertThat(map.remove(key, first)).isFalse();
        assertThat(map.get(key)).isSameAs(second);
        assertThat(map.remove(key, new Value("2"))).isTrue();
        assertThat(map.replace(key, first)).isNull();
        assertThat(map).isEmpty();
    }

    @Test
    default void aDeadEntryCountsAsAbsent() {
        AbstractWeakMap<Key, Value> map = newMap();
        Key key = key("key");
        Value next = value("next");
        List<Object> seen = new ArrayList<>();
        map.put(key, value("0"));

        collect(map, key);
        assertThat(map.putIfAbsent(key, value("1"))).isNull();
        collect(map, key);
        assertThat(map.put(key, value("2"))).isNull();
        collect(map, key);
        assertThat(map.computeIfAbsent(key, same -> value("3"))).isEqualTo(new Value("3"));
        collect(map, key);
        assertThat(map.merge(key, next, (a, b) -> value("merged"))).isSameAs(next);
        collect(map, key);
        map.compute(key, (same, old) -> {
            seen.add(String.valueOf(old));
            return null;
        });

        assertThat(seen).containsExactly("null");
        assertThat(map.isEmpty()).isTrue();
        reaper().pass();
        assertThat(map.stats()).isEqualTo(new CollectionStats(null, 0, 5, 0, 5));
    }

    @Test
    @Tag("collects")
    default void whatAnOperationReturnsIsHeldUntilThen() throws Exception {
        AbstractWeakMap<Key, Value> map = newMap(Reaper.SHARED, null);
        Key key = key("key");
        BackgroundCall<Void> side = BackgroundCall.run(() -> {
            for (int round = 0; round < 20_000; round++) {
                assertThat(map.computeIfAbsent(key, same -> new Value("value"))).isNotNull();
                assertThat(map.merge(key, new Value("value"), (a, b) -> b)).isNotNull();
                assertThat(map.compute(key, (same, old) -> new Value("value"))).isNotNull();
            }
        });

        do {
            Gc.collect();
        } while (!side.hasEnded());

        side.result();
    }

    @Test
    default void mappingFunctionMayUseOtherKeys() {
        AbstractWeakMap<Key, Value> map = newMap();
        Key one = key("one");
        Key two = key("two");
        Key three = key("three");
        map.put(three, value("3"));

        map.computeIfAbsent(one, key -> {
            map.computeIfAbsent(two, other -> value("2"));
            map.remove(three);
            IntStream.range(0, 100).forEach(i -> map.put(key("key " + i), value("value"))); // the table grows
            return value("1");
        });

        assertThat(map.get(one)).isEqualTo(new Value("1"));
        assertThat(map.get(two)).isEqualTo(new Value("2"));
        assertThat(map).hasSize(102).doesNotContainKey(three);
        assertThat(map.estimatedSize()).isEqualTo(102);
    }

    @Test
    default void mappingFunctionMayReadItsOwnKeyButNotChangeIt() {
        AbstractWeakMap<Key, Value> map = newMap();
        Key key = key("key");
        Value old = value("old");
        map.put(key, old);
        Value other = value("other");

        map.compute(key, (same, value) -> {
            assertThat(map.get(key)).isSameAs(old);
            assertThat(map).containsKey(key).hasSize(1);
            List<BackgroundCall.Body> changes = List.of(
                    () -> map.put(key, other),
                    () -> map.putIfAbsent(key, other),
                    () -> map.replace(key, other),
                    () -> map.replace(key, old, other),
                    () -> map.remove(key),
                    () -> map.remove(key, old),
                    () -> map.compute(key, (k, v) -> other),
                    () -> map.computeIfAbsent(key, k -> other),
                    () -> map.computeIfPresent(key, (k, v) -> other),
                    () -> map.merge(key, other, (a, b) -> b),
                    () -> map.keySet().remove(key));
            assertThat(changes)
                    .allSatisfy(change -> assertThatThrownBy(change::run)
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("other keys only"));
            return value;
        });

        assertThat(map.get(key)).isSameAs(old);
    }

    @Test
    default void keyThatIsBeingComputedForTheFirstTimeIsAbsentUntilThen() {
        AbstractWeakMap<Key, Value> map = newMap();
        Key key = key("key");
        Value value = value("value");

        map.computeIfAbsent(key, same -> {
            assertThat(map.get(key)).isNull();
            assertThat(map.containsKey(key)).isFalse();
            assertThat(map).isEmpty();
            assertThat(map.keySet().iterator().hasNext()).isFalse();
            assertThatThrownBy(() -> map.computeIfAbsent(key, again -> value))
                    .isInstanceOf(IllegalStateException.class);
            return value;
        });

        assertThat(map.get(key)).isSameAs(value);
    }

    @Test
    default void functionThatThrowsLeavesEverythingAsItWas() {
        AbstractWeakMap<Key, Value> map = newMap();
        Key present = key("present");
        Key absent = key("absent");
        Key dead = key("dead");
        Value value = value("value");
        map.put(present, value);
        map.put(dead, value("gone"));
        collect(map, dead);

        for (Key key : List.of(present, absent, dead)) {
            assertThatThrownBy(() -> map.compute(key, (same, old) -> {
                        throw new IllegalArgumentException("on purpose");
                    }))
                    .hasMessage("on purpose");
        }

        assertThat(map).hasSize(1);
        assertThat(map.get(present)).isSameAs(value);
        reaper().pass();
        assertThat(map.stats()).isEqualTo(new CollectionStats(null, 1, 2, 0, 1));
        assertThat(map.put(present, value("next"))).isSameAs(value);
        assertThat(map.put(absent, value)).isNull();
        assertThat(map.put(dead, value)).isNull();
    }

    @Test
    default void restoredEntryDiesAsTheOldOneWould() {
        AbstractWeakMap<Key, Value> map = newMap();
        Key key = key("key");
        Value value = value("value");
        map.put(key, value);
        map.compute(key, (same, old) -> old);

        collect(map, key);
        reaper().pass();

        assertThat(map.estimatedSize()).isZero();
    }

    @Test
    default void otherThreadsWaitForAReservedKeyAndForNothingElse() throws Exception {
        AbstractWeakMap<Key, Value> map = newMap();
        Key key = key("key");
        Value old = value("old");
        map.put(key, old);
        Value mine = value("mine");
        Value theirs = value("theirs");
        CountDownLatch reserved = new CountDownLatch(1);
        CountDownLatch followStage = new CountDownLatch(1);
        BackgroundCall<Value> computing = BackgroundCall.call(() -> map.compute(key, (same, value) -> {
            reserved.countDown();
            BackgroundCall.await(followStage);
            return theirs;
        }));
        BackgroundCall.await(reserved);

        BackgroundCall<Value> waiting = BackgroundCall.call(() -> map.put(key, mine));
        waiting.awaitWaiting();
        assertThat(map.get(key)).isSameAs(old);
        assertThat(map.containsKey(key)).isTrue();
        assertThat(map.values()).containsExactly(old);
        IntStream.range(0, 1_000).forEach(i -> map.put(key("key " + i), value("value")));
        assertThat(map).hasSize(1_001);
        IntStream.range(0, 1_000).forEach(i -> map.computeIfPresent(key("key " + i), (same, value) -> null));
        assertThat(waiting.hasEnded()).isFalse();
        followStage.countDown();

        assertThat(computing.result()).isSameAs(theirs);
        assertThat(waiting.result()).isSameAs(theirs);
        assertThat(map.get(key)).isSameAs(mine);
    }

    @Test
    default void anInterruptDoesNotEndTheWaitForAReservedKeyAndIsKept() throws Exception {
        AbstractWeakMap<Key, Value> map = newMap();
        Key key = key("key");
        CountDownLatch reserved = new CountDownLatch(1);
        CountDownLatch followStage = new CountDownLatch(1);
        BackgroundCall<Value> computing = BackgroundCall.call(() -> map.computeIfAbsent(key, same -> {
            reserved.countDown();
            BackgroundCall.await(followStage);
            return value("theirs");
        }));
        BackgroundCall.await(reserved);
        BackgroundCall<Boolean> waiting = BackgroundCall.call(() -> {
            map.putIfAbsent(key, value("mine"));
            return Thread.currentThread().isInterrupted();
        });

        waiting.awaitWaiting();
        waiting.thread().interrupt();
        followStage.countDown();

        assertThat(waiting.result()).isTrue();
        assertThat(map.get(key)).isSameAs(computing.result());
    }

    @Test
    default void clearPassesOverAReservedKey() {
        AbstractWeakMap<Key, Value> map = newMap();
        Key key = key("key");
        Key other = key("other");
        map.put(key, value("old"));
        map.put(other, value("other"));

        map.compute(key, (same, old) -> {
            map.clear();
            return value("new");
        });

        assertThat(map).hasSize(1);
        assertThat(map.get(key)).isEqualTo(new Value("new"));
        assertThat(map.stats()).isEqualTo(new CollectionStats(null, 1, 2, 1, 0));
    }

    @Test
    default void viewsRemoveOnlyWhatThePredicateHasSeen() {
        AbstractWeakMap<Key, Value> map = newMap();
        Key key = key("key");
        map.put(key, value("old"));
        Value fresh = value("new");

        boolean removed = map.values().removeIf(value -> {
            map.put(key, fresh); // what another thread might do
            return true;
        });
        boolean removedEntry = map.entrySet().removeIf(entry -> {
            map.put(key, hold(new Value("newer")));
            return true;
        });

        assertThat(removed).isFalse();
        assertThat(removedEntry).isFalse();
        assertThat(map.get(key)).isEqualTo(new Value("newer"));
    }

    @Test
    default void replaceAllReplacesEveryValue() {
        AbstractWeakMap<Key, Value> map = newMap();
        List<Key> keys = IntStream.range(0, 20).mapToObj(i -> key("key " + i)).toList();
        keys.forEach(key -> map.put(key, value("old")));

        map.replaceAll((key, old) -> value("new " + key));

        assertThat(keys).allSatisfy(key -> assertThat(map.get(key)).isEqualTo(new Value("new " + key)));
        assertThatThrownBy(() -> map.replaceAll((key, old) -> null)).isInstanceOf(NullPointerException.class);
        assertThat(map).hasSize(20);
    }
}

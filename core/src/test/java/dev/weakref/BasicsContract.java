package dev.weakref;

import static dev.weakref.SimulatedCollector.collect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Nulls, copies, counters and the listener of the weak maps. */
interface BasicsContract extends MapContract {

    @Test
    default void noEntryHasANullValueToBeRemoved() {
        AbstractWeakMap<Key, Value> map = newMap();
        Key key = key("key");
        map.put(key, value("value"));

        assertThat(map.remove(key, null)).isFalse();

        assertThat(map).containsOnlyKeys(key);
    }

    @Test
    @SuppressWarnings("DataFlowIssue")
    default void nullIsRefusedEverywhere() {
        AbstractWeakMap<Key, Value> map = newMap();
        Key key = key("key");
        Value value = value("value");
        map.put(key, value);
        Function<Key, Value> function = same -> value;
        BiFunction<Object, Value, Value> biFunction = (same, old) -> value;

        List<BackgroundCall.Body> calls = List.of(
                () -> map.get(null),
                () -> map.getOrDefault(null, value),
                () -> map.containsKey(null),
                () -> map.containsValue(null),
                () -> map.put(null, value),
                () -> map.put(key, null),
                () -> map.putIfAbsent(null, value),
                () -> map.putIfAbsent(key, null),
                () -> map.replace(null, value),
                () -> map.replace(key, null),
                () -> map.replace(null, value, value),
                () -> map.replace(key, null, value),
                () -> map.replace(key, value, null),
                () -> map.remove(null),
                () -> map.remove(null, value),
                () -> map.compute(null, biFunction),
                () -> map.compute(key, null),
                () -> map.computeIfAbsent(null, function),
                () -> map.computeIfAbsent(key, null),
                () -> map.computeIfPresent(null, biFunction),
                () -> map.computeIfPresent(key, null),
                () -> map.merge(null, value, (a, b) -> b),
                () -> map.merge(key, null, (a, b) -> b),
                () -> map.merge(key, value, null),
                () -> map.replaceAll(null),
                () -> map.forEach(null),
                () -> map.putAll(null),
                () -> map.putAll(java.util.Collections.singletonMap(key, null)),
                () -> map.putAll(java.util.Collections.singletonMap(null, value)),
                () -> map.entrySet().iterator().next().setValue(null),
                () -> newMap(reaper(), null).putAll(null));

        for (int i = 0; i < calls.size(); i++) {
            assertThatThrownBy(calls.get(i)::run).as("call %d", i).isInstanceOf(NullPointerException.class);
        }
        assertThat(map).hasSize(1).containsEntry(key, value);
    }

    @Test
    default void unionHoldsBothAndTheOthersValuesWin() {
        AbstractWeakMap<Key, Value> map = newMap();
        Key mine = key("mine");
        Key both = key("both");
        Key theirs = key("theirs");
        Key dead = key("dead");
        map.put(mine, value("1"));
        map.put(both, value("2"));
        map.put(dead, value("3"));
        collect(map, dead);

        AbstractWeakMap<Key, Value> union = union(map, Map.of(both, value("4"), theirs, value("5")));

        assertThat(union)
                .isEqualTo(Map.of(mine, value("1"), both, value("4"), theirs, value("5")))
                .hasSameClassAs(map);
        assertThat(map).isEqualTo(Map.of(mine, value("1"), both, value("2")));
    }

    @Test
    default void copyIsIndependent() {
        AbstractWeakMap<Key, Value> map = newMap();
        Key key = key("key");
        map.put(key, value("1"));

        AbstractWeakMap<Key, Value> copy = copy(map);
        map.put(key, value("2"));
        map.put(key("other"), value("3"));

        assertThat(copy).isEqualTo(Map.of(key, value("1"))).hasSameClassAs(map);
        assertThat(copy.table.kind).isEqualTo(map.table.kind);
        copy.clear();
        assertThat(map).hasSize(2);
    }

    @Test
    default void popEntryTakesEachLiveEntryOnce() {
        AbstractWeakMap<Key, Value> map = newMap();
        Set<Map.Entry<Key, Value>> entries = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            entries.add(Map.entry(key("key " + i), value("value " + i)));
        }
        entries.forEach(entry -> map.put(entry.getKey(), entry.getValue()));
        Key dead = key("dead");
        map.put(dead, value("gone"));
        collect(map, dead);

        Set<Map.Entry<Key, Value>> popped = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            popped.add(map.popEntry());
        }

        assertThat(popped).isEqualTo(entries);
        assertThatThrownBy(map::popEntry).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    default void refsAreASnapshotThatMayDie() {
        AbstractWeakMap<Key, Value> map = newMap();
        Key key = key("key");
        Value value = value("value");
        map.put(key, value);

        List<? extends WeakRef<?>> refs = refs(map);
        map.clear();

        assertThat(refs).hasSize(1);
        assertThat(refs.get(0).get()).isSameAs(hasWeakKeys() ? key : value);
    }

    @Test
    default void isNotSerializable() {
        assertThat(newMap()).isNotInstanceOf(Serializable.class);
    }

    @Test
    default void settingTheValueOfAnEntryPutsIt() {
        AbstractWeakMap<Key, Value> map = newMap();
        Key key = key("key");
        map.put(key, value("old"));
        Value fresh = value("new");

        map.entrySet().iterator().next().setValue(fresh);

        assertThat(map.get(key)).isSameAs(fresh);
    }

    @Test
    default void countersAddUp() {
        AbstractWeakMap<Key, Value> map = newMap();
        Random random = new Random(7);
        List<Key> keys = IntStream.range(0, 300).mapToObj(i -> key("key " + i)).toList();
        long added = 0;
        long removed = 0;
        long collected = 0;
        Set<Key> live = new HashSet<>();
        Set<Key> dead = new HashSet<>();
        for (int step = 0; step < 20_000; step++) {
            Key key = keys.get(random.nextInt(keys.size()));
            switch (random.nextInt(8)) {
                case 0, 1 -> map.put(key, value("value"));
                case 2 -> map.computeIfAbsent(key, same -> value("value"));
                case 3 -> map.merge(key, value("value"), (a, b) -> b);
                case 4 -> {
                    removed += live.contains(key) ? 1 : 0;
                    assertThat(map.remove(key) != null).isEqualTo(live.remove(key));
                    continue;
                }
                case 5 -> {
                    removed += live.contains(key) ? 1 : 0;
                    map.computeIfPresent(key, (same, old) -> null);
                    live.remove(key);
                    continue;
                }
                case 6 -> {
                    if (live.remove(key)) {
                        collect(map, key);
                        collected++;
                        dead.add(key);
                    }
                    continue;
                }
                default -> {
                    if (random.nextInt(200) == 0) {
                        reaper().pass();
                    }
                    continue;
                }
            }
            added += live.add(key) ? 1 : 0;
        }
        reaper().pass();

        assertThat(map.keySet()).containsExactlyInAnyOrderElementsOf(live);
        assertThat(map.stats()).isEqualTo(new CollectionStats(null, live.size(), added, removed, collected));
    }

    @Test
    default void listenerIsToldOfRemovalsInTheThreadOfTheCaller() {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        Thread caller = Thread.currentThread();
        AbstractWeakMap<Key, Value> map = newMap(
                reaper(), (key, cause) -> told.add(key + " " + cause + " " + (Thread.currentThread() == caller)));
        Value first = value("1");
        Value second = value("2");
        for (int i = 0; i < 9; i++) {
            map.put(key("key " + i), first);
        }
        List<Key> keys = List.copyOf(map.keySet());
        told.clear();

        map.put(keys.get(0), second);
        map.put(keys.get(0), second);
        map.replace(keys.get(1), second);
        map.replace(keys.get(2), first, second);
        map.compute(keys.get(3), (key, old) -> second);
        map.compute(keys.get(3), (key, old) -> old);
        map.remove(keys.get(4));
        map.remove(keys.get(5), first);
        map.computeIfPresent(keys.get(6), (key, old) -> null);
        map.keySet().remove(keys.get(7));
        assertThat(told)
                .containsExactly(
                        keys.get(0) + " REPLACED true",
                        keys.get(1) + " REPLACED true",
                        keys.get(2) + " REPLACED true",
                        keys.get(3) + " REPLACED true",
                        keys.get(4) + " EXPLICIT true",
                        keys.get(5) + " EXPLICIT true",
                        keys.get(6) + " EXPLICIT true",
                        keys.get(7) + " EXPLICIT true");
        told.clear();
        map.clear();
        assertThat(told).hasSize(5).allMatch(line -> line.endsWith("EXPLICIT true"));
    }

    @Test
    default void listenerIsToldOfCollectionsInAThreadOfTheLibrary() throws Exception {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        AbstractWeakMap<Key, Value> map = newMap(
                reaper(),
                (key, cause) -> told.add(key + " " + cause + " "
                        + Thread.currentThread().getName().replaceAll("\\d", "")));
        String[] names = {"reaped", "put", "computed", "removed", "failed", "cleared", "resized"};
        List<Key> keys = List.of(names).stream().map(this::key).toList();

        for (Key key : keys) {
            Value fresh = value("new");
            map.put(key, value("old"));
            collect(map, key);
            switch (key.name) {
                case "reaped" -> reaper().pass();
                case "put" -> map.put(key, fresh);
                case "computed" -> map.computeIfAbsent(key, same -> fresh);
                case "removed" -> map.compute(key, (same, old) -> null);
                case "failed" ->
                    assertThatThrownBy(() -> map.compute(key, (same, old) -> {
                                throw new IllegalStateException("on purpose");
                            }))
                            .hasMessage("on purpose");
                case "cleared" -> map.clear();
                default -> IntStream.range(0, 100).forEach(i -> map.put(key("key " + i), fresh));
            }
            reaper().pass();
            String expected = (hasWeakKeys() ? null : key) + " COLLECTED weakref-callbacks-";
            String line = told.poll(30, TimeUnit.SECONDS);
            while (line != null && line.contains("EXPLICIT")) {
                line = told.poll(30, TimeUnit.SECONDS);
            }
            assertThat(line).as(key.name).isEqualTo(expected);
        }
        assertThat(told).isEmpty();
        assertThat(map.stats().collected()).isEqualTo(keys.size());
    }

    @Test
    default void listenerThatThrowsIsReportedAndChangesNothing() {
        AbstractWeakMap<Key, Value> map = newMap(reaper(), (key, cause) -> {
            throw new IllegalStateException("on purpose");
        });
        Key key = key("key");
        Value value = value("value");
        map.put(key, value);

        try (LogLines log = new LogLines()) {
            assertThat(map.remove(key)).isSameAs(value);

            assertThat(log.with("removal listener")).hasSize(1);
        }
        assertThat(map).isEmpty();
        assertThat(map.put(key, value)).isNull();
    }

    @Test
    default void listenerMayUseTheMap() {
        AtomicReference<AbstractWeakMap<Key, Value>> self = new AtomicReference<>();
        AbstractWeakMap<Key, Value> map =
                newMap(reaper(), (key, cause) -> self.get().putIfAbsent(key, value("back")));
        self.set(map);
        Key key = key("key");
        map.put(key, value("value"));

        map.remove(key);

        assertThat(map.get(key)).isEqualTo(new Value("back"));
    }
}

package dev.weakref;

import static dev.weakref.SimulatedCollector.collect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.weakref.internal.reap.Reaper;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class WeakKeyMapTests {

    @Test
    void setValueAndReplaceAllWriteTheKeyTheyHaveSeen() {
        WeakKeyMap<Key, String> map =
                WeakKeyMap.<Key, String>builder().replaceKeys(true).build();
        Key first = new Key("key");
        Key second = new Key("key");
        map.put(first, "first");
        Map.Entry<Key, String> seen = map.entrySet().iterator().next();
        map.put(second, "second");
        assertThat(map.keySet().iterator().next()).isSameAs(second);

        map.replaceAll((key, old) -> old + (key == second));
        assertThat(map.keySet().iterator().next()).isSameAs(second);
        seen.setValue("set");

        assertThat(map.keySet().iterator().next()).isSameAs(first);
        assertThat(map).containsEntry(second, "set");
        Reference.reachabilityFence(List.of(first, second));
    }

    @Nested
    class ByEquality extends Fixture implements EqualKeysContract {

        @Override
        <K, V> WeakKeyMap.Builder<K, V> builder() {
            return WeakKeyMap.builder();
        }

        @Test
        @Tag("collects")
        void entryDiesWithItsFirstKeyAlthoughAnEqualOneLives() {
            WeakKeyMap<Key, Value> map = WeakKeyMap.create();
            Key second = putEqualKeys(map);

            Gc.awaitTrue(map::isEmpty, "the entry lives on");

            assertThat(map.get(second)).isNull();
        }
    }

    @Nested
    class ByEqualityWithKeysThatAreReplaced extends Fixture {

        @Override
        <K, V> WeakKeyMap.Builder<K, V> builder() {
            return WeakKeyMap.<K, V>builder().replaceKeys(true);
        }

        @Test
        @Tag("collects")
        void entryLivesWithTheKeyThatWasPutLast() {
            WeakKeyMap<Key, Value> map =
                    WeakKeyMap.<Key, Value>builder().replaceKeys(true).build();
            WeakReference<Key> first = new WeakReference<>(new Key("key"));
            Key second = putEqualKeys(map);

            Gc.awaitCleared(first);

            assertThat(map.get(second)).isEqualTo(new Value("2"));
            assertThat(map.keySet().iterator().next()).isSameAs(second);
        }

        @Test
        void everyPutReplacesTheKeyExceptPutIfAbsent() {
            AbstractWeakMap<Key, Value> map = newMap();
            Value value = value("value");
            map.put(key("key"), value);

            List<Key> keys = List.of(key("key"), key("key"), key("key"), key("key"));
            map.put(keys.get(0), value);
            assertThat(onlyKey(map)).isSameAs(keys.get(0));
            map.replace(keys.get(1), value("other"));
            assertThat(onlyKey(map)).isSameAs(keys.get(1));
            map.compute(keys.get(2), (key, old) -> value("another"));
            assertThat(onlyKey(map)).isSameAs(keys.get(2));
            map.putIfAbsent(keys.get(3), value);
            map.computeIfAbsent(keys.get(3), key -> value);
            assertThat(onlyKey(map)).isSameAs(keys.get(2));
        }

        private static Key onlyKey(AbstractWeakMap<Key, Value> map) {
            assertThat(map).hasSize(1);
            return map.keySet().iterator().next();
        }
    }

    @Nested
    class ByIdentity extends Fixture {

        @Override
        <K, V> WeakKeyMap.Builder<K, V> builder() {
            return WeakKeyMap.<K, V>builder().identity();
        }

        @Test
        void equalKeysAreTwo() {
            AbstractWeakMap<Key, Value> map = newMap();
            Key one = key("key");
            Key two = key("key");
            map.put(one, value("1"));
            map.put(two, value("2"));

            assertThat(map.get(one)).isEqualTo(new Value("1"));
            assertThat(map.get(two)).isEqualTo(new Value("2"));
            assertThat(map.get(key("key"))).isNull();
            assertThat(map).hasSize(2);
            assertThat(map.remove(key("key"))).isNull();
            assertThat(map.remove(one)).isEqualTo(new Value("1"));
            assertThat(map.get(two)).isEqualTo(new Value("2"));
        }

        @Test
        void methodsOfTheKeysAreNotCalled() {
            AbstractWeakMap<Key, Value> map = newMap();
            Runnable refuse = () -> {
                throw new AssertionError("called");
            };
            Key key = key("key").onEquals(refuse).onHash(refuse);
            Value value = value("value");

            map.put(key, value);
            map.computeIfAbsent(key("other").onEquals(refuse).onHash(refuse), same -> value);

            assertThat(map.get(key)).isSameAs(value);
            assertThat(map.containsKey(key)).isTrue();
            assertThat(map.remove(key)).isSameAs(value);
        }

        @Test
        void theViewOfTheKeysRemovesByIdentityHoweverManyThereAre() {
            for (int others = 0; others < 3; others++) {
                AbstractWeakMap<Key, Value> map = newMap();
                Key one = key("key");
                map.put(one, value("1"));
                for (int i = 0; i < others; i++) {
                    map.put(key("other"), value("2"));
                }

                assertThat(map.keySet().removeAll(List.of(key("key")))).isFalse();
                assertThat(map.entrySet().removeAll(List.of(Map.entry(key("key"), value("1")))))
                        .isFalse();
                assertThat(map.keySet().removeAll(List.of(one, one))).isTrue();
                assertThat(map).hasSize(others);
                map.put(one, value("1"));
                assertThat(map.keySet().retainAll(List.of(one, key("other")))).isEqualTo(others > 0);
                assertThat(map.keySet()).hasSize(1);
                assertThat(map.keySet().retainAll(List.of(key("key")))).isTrue();
                assertThat(map).isEmpty();
            }
        }

        @Test
        void copiesCompareByIdentityAsWell() {
            WeakKeyMap<Key, Value> map = WeakKeyMap.identity();
            Key one = key("key");
            Key two = key("key");
            map.put(one, value("1"));
            map.put(two, value("2"));

            assertThat(map.copy()).hasSize(2);
            assertThat(map.union(Map.of(key("key"), value("3")))).hasSize(3);
            assertThat(WeakKeyMap.copyOf(map)).hasSize(2);
            assertThat(WeakKeyMap.copyOf(new HashMap<>(map))).hasSize(1);
        }
    }

    @Nested
    class ValuesThatHoldTheirKeys {

        private final Key key = new Key("key");

        @Test
        void areFoundWhereTheMapLooksForThem() {
            WeakKeyMap<Key, Runnable> map = checking(CaptureCheck.FAIL);
            Runnable holding = holding(key);
            Runnable harmless = () -> {};
            map.put(key, harmless);

            List<BackgroundCall.Body> calls = List.of(
                    () -> map.put(key, holding),
                    () -> map.replace(key, holding),
                    () -> map.replace(key, harmless, holding),
                    () -> map.compute(key, (same, old) -> holding),
                    () -> map.merge(key, holding, (a, b) -> b));

            assertThat(calls)
                    .allSatisfy(call -> assertThatIllegalArgumentException()
                            .isThrownBy(call::run)
                            .withMessageContaining("is held by its own value: value → ")
                            .withMessageContaining("let the value refer to its key weakly"));
            assertThat(map.get(key)).isSameAs(harmless);
            assertThat(map.stats()).isEqualTo(new CollectionStats(null, 1, 1, 0, 0));
            assertThat(map.put(key, harmless)).as("no reservation is left").isSameAs(harmless);
        }

        @Test
        void areWarnedOfOrLeftAloneElsewhere() {
            Runnable holding = holding(key);
            try (LogLines log = new LogLines()) {
                WeakKeyMap.<Key, Runnable>create().put(key, holding);
                assertThat(log.with("is held by its own value")).isEmpty();

                checking(CaptureCheck.WARN).put(key, holding);
                assertThat(log.with("is held by its own value")).hasSize(1);
            }
        }

        @Test
        void areFoundByCopiesAsWell() {
            WeakKeyMap<Key, Runnable> copy = checking(CaptureCheck.FAIL).copy();

            assertThatIllegalArgumentException().isThrownBy(() -> copy.put(key, holding(key)));
        }

        @Test
        @Tag("collects")
        void keepTheirEntries() {
            WeakKeyMap<Key, Runnable> map = WeakKeyMap.create();
            putHolding(map, "held");
            map.put(new Key("free"), () -> {});

            Gc.awaitTrue(() -> map.size() == 1, "an entry that nobody holds remains");

            assertThat(map.keySet()).containsExactly(new Key("held"));
        }

        private static void putHolding(WeakKeyMap<Key, Runnable> map, String name) {
            Key held = new Key(name);
            map.put(held, holding(held));
        }

        private static Runnable holding(Key key) {
            return () -> key.name.length();
        }

        private static WeakKeyMap<Key, Runnable> checking(CaptureCheck check) {
            return WeakKeyMap.<Key, Runnable>builder().checkCaptures(check).build();
        }
    }

    @Test
    void builderRefusesNull() {
        assertThatNullPointerException().isThrownBy(() -> WeakKeyMap.builder().checkCaptures(null));
        assertThatNullPointerException().isThrownBy(() -> WeakKeyMap.copyOf(null));
    }

    /** Puts two, of which nobody holds the first. */
    private static Key putEqualKeys(WeakKeyMap<Key, MapContract.Value> map) {
        Key second = new Key("key");
        map.put(new Key("key"), new MapContract.Value("1"));
        map.put(second, new MapContract.Value("2"));
        return second;
    }

    /** All modes have this in common. */
    abstract static class Fixture extends MapFixture implements BasicsContract, DeadEntriesContract, AtomicityContract {

        abstract <K, V> WeakKeyMap.Builder<K, V> builder();

        @Override
        public <K, V> WeakKeyMap<K, V> newMap(Reaper reaper, @Nullable RemovalListener<? super K> listener) {
            WeakKeyMap.Builder<K, V> builder = this.<K, V>builder().reaper(reaper);
            return listener == null
                    ? builder.build()
                    : builder.onRemoval(listener).build();
        }

        @Override
        public boolean hasWeakKeys() {
            return true;
        }

        @Override
        public <K, V> WeakKeyMap<K, V> copy(AbstractWeakMap<K, V> map) {
            return ((WeakKeyMap<K, V>) map).copy();
        }

        @Override
        public <K, V> WeakKeyMap<K, V> union(AbstractWeakMap<K, V> map, Map<K, V> other) {
            return ((WeakKeyMap<K, V>) map).union(other);
        }

        @Override
        public List<? extends WeakRef<?>> refs(AbstractWeakMap<?, ?> map) {
            return ((WeakKeyMap<?, ?>) map).keyRefs();
        }

        @Test
        void lateReapingOfAKeyLeavesTheEntryOfAnEqualOneAlone() {
            AbstractWeakMap<Key, Value> map = newMap();
            map.put(key("key"), value("old"));
            collect(map, map.keySet().iterator().next());
            Key again = key("key");
            map.put(again, value("new"));

            reaper().pass();

            assertThat(map.get(again)).isEqualTo(new Value("new"));
            assertThat(map.estimatedSize()).isOne();
        }
    }
}

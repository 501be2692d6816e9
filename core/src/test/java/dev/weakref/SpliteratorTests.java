package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Spliterator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How the views of the maps, and the sets, are split for parallel streams. */
class SpliteratorTests {

    private static final int SIZE = 1000;

    private final List<Key> keys =
            IntStream.range(0, SIZE).mapToObj(i -> new Key("key " + i)).toList();

    /** A collection to be split, and what makes it larger. */
    private record View(String name, Collection<?> elements, Filler map) {

        @Override
        public String toString() {
            return name;
        }
    }

    private interface Filler {
        void add(Key key);

        void remove(Key key);

        void collect(Key key);
    }

    static Stream<View> views() {
        WeakKeyMap<Key, Key> identity = WeakKeyMap.identity();
        WeakKeyMap<Key, Key> weakKeys = WeakKeyMap.create();
        WeakValueMap<Key, Key> weakValues = WeakValueMap.create();
        WeakSet<Key> set = WeakSet.create();
        WeakSet<Key> identitySet = WeakSet.identity();
        return Stream.of(
                new View("values by weak keys", weakKeys.values(), filler(weakKeys)),
                new View("keys of weak values", weakValues.keySet(), filler(weakValues)),
                new View("entries by identity", identity.entrySet(), filler(identity)),
                new View("set", set, filler(set)),
                new View("set by identity", identitySet, filler(identitySet)));
    }

    @ParameterizedTest
    @MethodSource("views")
    void rangesAreHalvedDownToSingleChains(View view) {
        keys.forEach(view.map::add);
        Spliterator<?> whole = view.elements.spliterator();
        assertThat(whole.estimateSize()).isEqualTo(SIZE);

        Spliterator<?> half = whole.trySplit();

        assertThat(half.estimateSize()).isEqualTo(SIZE / 2);
        assertThat(whole.estimateSize()).isEqualTo(SIZE / 2);
        List<Spliterator<?>> parts = new ArrayList<>(leaves(whole));
        parts.addAll(leaves(half));
        assertThat(parts).hasSize(2048); // the chains of a table with a thousand entries
        List<Key> met = new ArrayList<>();
        parts.forEach(part -> part.forEachRemaining(element -> met.add(keyOf(element))));
        assertThat(met).containsExactlyInAnyOrderElementsOf(keys);
    }

    @ParameterizedTest
    @MethodSource("views")
    void lastingElementsAreMetOnceAlthoughTheTableGrows(View view) {
        keys.forEach(view.map::add);
        Spliterator<?> first = view.elements.spliterator();
        Spliterator<?> second = first.trySplit();
        List<Key> met = new ArrayList<>();
        assertThat(first.tryAdvance(element -> met.add(keyOf(element)))).isTrue();
        assertThat(second.tryAdvance(element -> met.add(keyOf(element)))).isTrue();

        List<Key> later = IntStream.range(0, 10 * SIZE)
                .mapToObj(i -> new Key("later " + i))
                .toList();
        later.forEach(view.map::add);
        later.forEach(view.map::remove);
        for (Spliterator<?> part : List.of(first, second)) {
            leaves(part).forEach(leaf -> leaf.forEachRemaining(element -> met.add(keyOf(element))));
        }

        assertThat(met).doesNotHaveDuplicates().containsAll(keys);
    }

    @ParameterizedTest
    @MethodSource("views")
    void deadElementsAreMetInNoPart(View view) {
        keys.forEach(view.map::add);
        Spliterator<?> first = view.elements.spliterator();
        Spliterator<?> second = first.trySplit();

        keys.subList(0, SIZE / 2).forEach(view.map::collect);

        List<Key> met = new ArrayList<>();
        first.forEachRemaining(element -> met.add(keyOf(element)));
        second.forEachRemaining(element -> met.add(keyOf(element)));
        assertThat(met).containsExactlyInAnyOrderElementsOf(keys.subList(SIZE / 2, SIZE));
    }

    @ParameterizedTest
    @MethodSource("views")
    void streamsMeetEachElementOnce(View view) {
        keys.forEach(view.map::add);

        assertThat(view.elements.stream().map(SpliteratorTests::keyOf)).containsExactlyInAnyOrderElementsOf(keys);
        assertThat(view.elements.parallelStream().map(SpliteratorTests::keyOf).toList())
                .containsExactlyInAnyOrderElementsOf(keys);
        assertThat(view.elements.parallelStream().count()).isEqualTo(SIZE);
    }

    @ParameterizedTest
    @MethodSource("views")
    void theEstimateFallsAsElementsAreMet(View view) {
        keys.forEach(view.map::add);
        Spliterator<?> part = view.elements.spliterator();

        for (int i = 0; i < SIZE / 2; i++) {
            part.tryAdvance(element -> {});
        }

        assertThat(part.estimateSize()).isBetween(SIZE / 4L, SIZE * 3L / 4);
        part.forEachRemaining(element -> {});
        assertThat(part.estimateSize()).isZero();
        assertThat(part.tryAdvance(element -> {})).isFalse();
        assertThat(part.trySplit()).isNull();
    }

    @ParameterizedTest
    @MethodSource("views")
    void noElementsAndNoActionAreTreatedAsUsual(View view) {
        assertThat(view.elements.spliterator().estimateSize()).isZero();
        assertThat(view.elements.parallelStream().count()).isZero();
        assertThatThrownBy(() -> view.elements.spliterator().tryAdvance(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> view.elements.spliterator().forEachRemaining(null))
                .isInstanceOf(NullPointerException.class);
    }

    @Test
    void characteristicsPromiseNoMoreThanIsTrue() {
        WeakKeyMap<Key, Key> map = WeakKeyMap.create();
        int common = Spliterator.CONCURRENT | Spliterator.NONNULL;

        assertThat(map.keySet().spliterator().characteristics()).isEqualTo(common | Spliterator.DISTINCT);
        assertThat(map.entrySet().spliterator().characteristics()).isEqualTo(common | Spliterator.DISTINCT);
        assertThat(map.values().spliterator().characteristics()).isEqualTo(common);
        assertThat(WeakSet.create().spliterator().characteristics()).isEqualTo(common | Spliterator.DISTINCT);
        assertThat(WeakSet.identity().spliterator().characteristics()).isEqualTo(common);
        assertThat(WeakKeyMap.identity().keySet().spliterator().characteristics())
                .isEqualTo(common);
    }

    @Test
    void streamOfASetByIdentityCanBeMadeDistinct() {
        WeakSet<Key> set = WeakSet.identity();
        Key one = new Key("equal");
        Key other = new Key("equal");
        set.add(one);
        set.add(other);

        assertThat(set.stream().distinct().count()).isOne();
        assertThat(set).hasSize(2).allMatch(key -> key == one || key == other);
    }

    private static List<Spliterator<?>> leaves(Spliterator<?> whole) {
        List<Spliterator<?>> leaves = new ArrayList<>();
        Deque<Spliterator<?>> open = new ArrayDeque<>(List.of(whole));
        while (!open.isEmpty()) {
            Spliterator<?> part = open.pop();
            Spliterator<?> half = part.trySplit();
            if (half == null) {
                leaves.add(part);
            } else {
                open.push(part);
                open.push(half);
            }
        }
        return leaves;
    }

    private static Key keyOf(Object element) {
        return element instanceof Map.Entry<?, ?> entry ? (Key) entry.getKey() : (Key) element;
    }

    private static Filler filler(AbstractWeakMap<Key, Key> map) {
        return new Filler() {
            @Override
            public void add(Key key) {
                map.put(key, key);
            }

            @Override
            public void remove(Key key) {
                map.remove(key);
            }

            @Override
            public void collect(Key key) {
                SimulatedCollector.collect(map, key);
            }
        };
    }

    private static Filler filler(WeakSet<Key> set) {
        return new Filler() {
            @Override
            public void add(Key key) {
                set.add(key);
            }

            @Override
            public void remove(Key key) {
                set.remove(key);
            }

            @Override
            public void collect(Key key) {
                SimulatedCollector.collect(set.table, key);
            }
        };
    }
}

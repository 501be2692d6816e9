package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weakref.internal.reap.Reaper;
import dev.weakref.internal.table.TableOptions;
import java.io.Serializable;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class WeakSetTests {

    private final Reaper reaper = SimulatedCollector.idleReaper();
    private final Key a = new Key("a");
    private final Key b = new Key("b");
    private final Key c = new Key("c");
    private final Key equalToA = new Key("a");

    @Nested
    class ByEquality extends Contract {

        ByEquality() {
            super(false);
        }

        @Test
        void firstOfEqualElementsStays() {
            WeakSet<Key> set = setOf(a);

            assertThat(set.add(equalToA)).isFalse();

            assertThat(set).hasSize(1);
            assertThat(set.iterator().next()).isSameAs(a);
        }

        @Test
        void isEqualToAnySetOfTheSameElements() {
            WeakSet<Key> set = setOf(a, b);

            assertThat(set)
                    .isEqualTo(Set.of(equalToA, b))
                    .hasSameHashCodeAs(Set.of(equalToA, b))
                    .isNotEqualTo(Set.of(a))
                    .isNotEqualTo(Set.of(a, b, c))
                    .isNotEqualTo(List.of(a, b));
            assertThat(Set.of(equalToA, b)).isEqualTo(set);
        }

        @Test
        void resultsKeepItsOwnElements() {
            WeakSet<Key> set = setOf(a, b);
            List<Key> other = List.of(equalToA, c);

            assertThat(identities(set.union(other))).containsExactlyInAnyOrder(id(a), id(b), id(c));
            assertThat(identities(set.intersection(other))).containsExactly(id(a));
            assertThat(identities(set.difference(other))).containsExactly(id(b));
            assertThat(identities(set.symmetricDifference(other))).containsExactlyInAnyOrder(id(b), id(c));
            assertThat(identities(set)).containsExactlyInAnyOrder(id(a), id(b));
        }

        @Test
        void comparesWithEqualElements() {
            WeakSet<Key> set = setOf(a, b);

            assertThat(set.isSubsetOf(List.of(equalToA, b, c))).isTrue();
            assertThat(set.isSubsetOf(List.of(equalToA, c))).isFalse();
            assertThat(set.isSupersetOf(List.of(equalToA))).isTrue();
            assertThat(set.isSupersetOf(List.of(equalToA, c))).isFalse();
            assertThat(set.isDisjointFrom(List.of(c))).isTrue();
            assertThat(set.isDisjointFrom(List.of(c, equalToA))).isFalse();
        }

        @Test
        void aProperSubsetLacksAnElement() {
            WeakSet<Key> set = setOf(a, b);

            assertThat(set.isProperSubsetOf(List.of(equalToA, b, c))).isTrue();
            assertThat(set.isProperSubsetOf(List.of(equalToA, a, b))).isFalse();
            assertThat(set.isProperSubsetOf(List.of(a, c, new Key("d")))).isFalse();
            assertThat(set.isProperSupersetOf(List.of(equalToA, a))).isTrue();
            assertThat(set.isProperSupersetOf(List.of(equalToA, b))).isFalse();
            assertThat(set.isProperSupersetOf(List.of(c))).isFalse();
        }

        @Test
        void hashThatThrowsPassesThroughAndChangesNothing() {
            WeakSet<Key> set = setOf(a);
            Key bad = new Key("a").onHash(() -> {
                throw new IllegalArgumentException("no hash");
            });

            for (BackgroundCall.Body call : List.<BackgroundCall.Body>of(
                    () -> set.add(bad),
                    () -> set.contains(bad),
                    () -> set.remove(bad),
                    () -> set.union(List.of(bad)))) {
                assertThatThrownBy(call::run).hasMessage("no hash");
            }
            assertThat(set).containsExactly(a);
        }
    }

    @Nested
    class ByIdentity extends Contract {

        ByIdentity() {
            super(true);
        }

        @Test
        void equalElementsAreTwo() {
            WeakSet<Key> set = setOf(a, equalToA);

            assertThat(identities(set)).containsExactlyInAnyOrder(id(a), id(equalToA));
            assertThat(set.contains(new Key("a"))).isFalse();
            assertThat(set.remove(new Key("a"))).isFalse();
            assertThat(set.remove(a)).isTrue();
            assertThat(identities(set)).containsExactly(id(equalToA));
        }

        @Test
        void operationsCompareByIdentity() {
            WeakSet<Key> set = setOf(a, b);
            List<Key> other = List.of(equalToA, b);

            assertThat(identities(set.union(other))).containsExactlyInAnyOrder(id(a), id(b), id(equalToA));
            assertThat(identities(set.intersection(other))).containsExactly(id(b));
            assertThat(identities(set.difference(other))).containsExactly(id(a));
            assertThat(identities(set.symmetricDifference(other))).containsExactlyInAnyOrder(id(a), id(equalToA));
            assertThat(set.isSubsetOf(List.of(equalToA, b, c))).isFalse();
            assertThat(set.isSupersetOf(List.of(equalToA))).isFalse();
            assertThat(set.isDisjointFrom(List.of(equalToA))).isTrue();
            assertThat(set.equals(Set.of(equalToA, b))).isFalse();
            assertThat(set.equals(Set.of(a, b))).isTrue();
            assertThat(set.copy().table.kind).isEqualTo(TableOptions.Kind.WEAK_IDENTITY_KEYS);
        }

        @Test
        void methodsOfTheElementsAreNotCalled() {
            Runnable refuse = () -> {
                throw new AssertionError("called");
            };
            Key bad = new Key("bad").onEquals(refuse).onHash(refuse);
            WeakSet<Key> set = setOf(bad);

            assertThat(set.contains(bad)).isTrue();
            assertThat(set.equals(set.copy())).isTrue();
            assertThat(set.hashCode()).isEqualTo(System.identityHashCode(bad));
            assertThat(set.removeAll(List.of(bad))).isTrue();
        }
    }

    /** What holds in either mode. */
    abstract class Contract {

        private final boolean identity;

        Contract(boolean identity) {
            this.identity = identity;
        }

        WeakSet.Builder<Key> builder() {
            WeakSet.Builder<Key> builder = WeakSet.<Key>builder().reaper(reaper);
            return identity ? builder.identity() : builder;
        }

        WeakSet<Key> setOf(Key... elements) {
            WeakSet<Key> set = builder().build();
            set.addAll(Arrays.asList(elements));
            return set;
        }

        @Test
        void addsContainsAndRemoves() {
            WeakSet<Key> set = setOf();

            assertThat(set.add(a)).isTrue();
            assertThat(set.add(a)).isFalse();
            assertThat(set.contains(a)).isTrue();
            assertThat(set.contains(b)).isFalse();
            assertThat(set.remove(b)).isFalse();
            assertThat(set.remove(a)).isTrue();
            assertThat(set).isEmpty();
            assertThat(set.stats()).isEqualTo(new CollectionStats(null, 0, 1, 1, 0));
        }

        @Test
        void nullIsRefusedAsAnElementAndEqualsNothing() {
            WeakSet<Key> set = setOf(a);
            Collection<Key> withNull = Arrays.asList(a, null);

            for (BackgroundCall.Body call : List.<BackgroundCall.Body>of(
                    () -> set.add(null),
                    () -> set.addAll(withNull),
                    () -> set.union(withNull),
                    () -> set.symmetricDifference(withNull),
                    () -> set.union(null),
                    () -> set.intersection(null),
                    () -> set.difference(null),
                    () -> set.isSubsetOf(null),
                    () -> set.isSupersetOf(null),
                    () -> set.isDisjointFrom(null),
                    () -> set.removeAll(null),
                    () -> set.retainAll(null),
                    () -> WeakSet.copyOf(null),
                    () -> WeakSet.copyOf(withNull))) {
                assertThatNullPointerException().isThrownBy(call::run);
            }
            assertThat(set).containsExactly(a);
            assertThat(set.contains(null)).isFalse();
            assertThat(set.remove(null)).isFalse();
            assertThat(set.removeAll(Arrays.asList(b, null))).isFalse();
            assertThat(set.isSupersetOf(withNull)).isFalse();
            assertThat(set.isProperSubsetOf(withNull)).isTrue();
            assertThat(set.isSubsetOf(withNull)).isTrue();
            assertThat(set.isDisjointFrom(Arrays.asList(b, null))).isTrue();
            assertThat(set.intersection(withNull)).containsExactly(a);
            assertThat(set.difference(withNull)).isEmpty();
        }

        @Test
        void deadElementIsInvisibleBeforeItIsReaped() {
            WeakSet<Key> set = setOf(a, b);

            SimulatedCollector.collect(set.table, b);

            assertThat(set).hasSize(1).containsExactly(a);
            assertThat(set.contains(b)).isFalse();
            assertThat(set.remove(b)).isFalse();
            assertThat(set.estimatedSize()).isEqualTo(2);
            assertThat(set.toString()).isEqualTo("[a]");
            assertThat(set.equals(Set.of(a))).isTrue();
            assertThat(set.hashCode()).isEqualTo(setOf(a).hashCode());
            assertThat(set.refs()).hasSize(1);
            assertThat(set.isSubsetOf(List.of(a))).isTrue();
            assertThat(set.isDisjointFrom(List.of(b))).isTrue();
            assertThat(set.copy().estimatedSize()).isOne();
            assertThat(set.stream()).containsExactly(a);
            SimulatedCollector.collect(set.table, a);
            assertThat(set.isEmpty()).isTrue();
        }

        @Test
        void lateReapingLeavesAnElementThatWasAddedAgainAlone() {
            WeakSet<Key> set = setOf(a);
            SimulatedCollector.collect(set.table, a);
            assertThat(set.add(a)).isTrue();

            reaper.pass();

            assertThat(set).containsExactly(a);
            assertThat(set.stats()).isEqualTo(new CollectionStats(null, 1, 2, 0, 1));
        }

        @Test
        void equalsItselfAtEveryMoment() {
            WeakSet<Key> set = setOf(a, b);

            SimulatedCollector.collect(set.table, a);

            assertThat(set.equals(set)).isTrue();
            assertThat(set.isSubsetOf(set)).isTrue();
            assertThat(set.isSupersetOf(set)).isTrue();
            assertThat(set.equals(set.copy())).isTrue();
        }

        @Test
        void inPlaceOperationsSayWhetherTheyChangedAnything() {
            WeakSet<Key> set = setOf(a, b);

            assertThat(set.addAll(List.of(a, b))).isFalse();
            assertThat(set.addAll(List.of(b, c))).isTrue();
            assertThat(set.retainAll(List.of(a, b, c))).isFalse();
            assertThat(set.retainAll(List.of(a, b))).isTrue();
            assertThat(set.removeAll(List.of(c))).isFalse();
            assertThat(set.removeAll(List.of(b, b))).isTrue();
            assertThat(set).containsExactly(a);
        }

        @Test
        void operationsOnASetAndItself() {
            WeakSet<Key> set = setOf(a, b);

            assertThat(set.union(set)).hasSize(2);
            assertThat(set.intersection(set)).hasSize(2);
            assertThat(set.difference(set)).isEmpty();
            assertThat(set.symmetricDifference(set)).isEmpty();
            assertThat(set.removeAll(set)).isTrue();
            assertThat(set).isEmpty();
        }

        @Test
        void popElementTakesEachLiveElementOnce() {
            WeakSet<Key> set = setOf(a, b, c);
            SimulatedCollector.collect(set.table, c);

            Set<Key> popped = new HashSet<>(List.of(set.popElement(), set.popElement()));

            assertThat(popped).containsExactlyInAnyOrder(a, b);
            assertThatThrownBy(set::popElement).isInstanceOf(NoSuchElementException.class);
        }

        @Test
        void listenerIsToldOfRemovals() throws Exception {
            LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();
            WeakSet<Key> set = builder()
                    .onRemoval((key, cause) -> told.add(key + " " + cause))
                    .build();
            set.addAll(List.of(a, b, c));

            set.remove(a);
            set.add(b);
            SimulatedCollector.collect(set.table, c);
            reaper.pass();
            assertThat(told.take()).isEqualTo("a EXPLICIT");
            assertThat(told.take()).isEqualTo("null COLLECTED");
            set.clear();

            assertThat(told.take()).isEqualTo("b EXPLICIT");
            assertThat(told).isEmpty();
        }

        @Test
        void iteratorsNeverFailWhileOtherThreadsChangeTheSet() throws Exception {
            WeakSet<Key> set = setOf(a, b, c);
            List<Key> changing = IntStream.range(0, 2_000)
                    .mapToObj(i -> new Key("changing " + i))
                    .toList();
            BackgroundCall<Void> writer = BackgroundCall.run(() -> {
                for (int round = 0; round < 20; round++) {
                    set.addAll(changing);
                    changing.forEach(set::remove);
                }
            });

            do {
                List<Key> met = new ArrayList<>(set);
                assertThat(met).doesNotHaveDuplicates().contains(a, b, c);
            } while (!writer.hasEnded());

            writer.result();
            assertThat(set).hasSize(3);
        }

        @Test
        void nextReturnsWhatHasNextPromisedAlthoughItDies() {
            WeakSet<Key> set = setOf(a);
            Iterator<Key> iterator = set.iterator();
            assertThat(iterator.hasNext()).isTrue();

            SimulatedCollector.collect(set.table, a);
            reaper.pass();

            assertThat(iterator.next()).isSameAs(a);
            assertThat(iterator.hasNext()).isFalse();
        }

        @Test
        @Tag("collects")
        void idleSetEmptiesItself() {
            WeakSet<Key> set = identity ? WeakSet.identity() : WeakSet.create();
            set.add(a);
            IntStream.range(0, 1_000).forEach(i -> set.add(new Key("going " + i)));

            Gc.awaitTrue(() -> set.estimatedSize() == 1, "dead elements are left");

            assertThat(set).containsExactly(a);
        }
    }

    @Test
    @Tag("collects")
    void droppedSetIsCollectedWhileItsElementsLiveOn() {
        WeakReference<Object> table = tableOfDroppedSet(a);

        Gc.awaitCleared(table);

        Reference.reachabilityFence(a);
    }

    private static WeakReference<Object> tableOfDroppedSet(Key element) {
        WeakSet<Key> set = WeakSet.create();
        set.add(element);
        return new WeakReference<>(set.table);
    }

    @Test
    void isNotSerializable() {
        assertThat(WeakSet.create()).isNotInstanceOf(Serializable.class);
    }

    @Test
    void copyOfTakesAnyCollection() {
        assertThat(WeakSet.copyOf(List.of(a, b, equalToA))).containsExactlyInAnyOrder(a, b);
        WeakSet<Key> byIdentity = WeakSet.identity();
        byIdentity.addAll(List.of(a, equalToA));
        assertThat(WeakSet.copyOf(byIdentity)).hasSize(2);
    }

    private static List<Integer> identities(Collection<?> elements) {
        return elements.stream().map(System::identityHashCode).toList();
    }

    private static int id(Object element) {
        return System.identityHashCode(element);
    }
}

package dev.weakref.internal.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.BackgroundCall;
import dev.weakref.Gc;
import dev.weakref.Key;
import dev.weakref.RemovalCause;
import dev.weakref.RemovalListener;
import dev.weakref.SimulatedCollector;
import dev.weakref.WeakKeyMap;
import dev.weakref.internal.reap.Backlog;
import dev.weakref.internal.reap.Reaper;
import dev.weakref.internal.table.TableOptions.Kind;
import dev.weakref.internal.table.WeakTable.When;
import java.lang.ref.ReferenceQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What can be seen only from inside: when things die in the middle of a step, and what the table keeps. */
class WeakTableTests {

    private static final Comparator<Object> IDENTITY = (one, other) -> one == other ? 0 : 1;

    private final Reaper reaper = SimulatedCollector.idleReaper();
    private final LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final List<Object> held = new ArrayList<>();

    @Test
    void aDebuggerCanShowItWhileAnotherThreadHasALock() throws Exception {
        WeakTable<Key, String> table = table(Kind.WEAK_KEYS);
        table.put(held(new Key("key")), "value", When.ALWAYS);
        Stripe stripe = new Stripe(12);

        synchronized (stripe) {
            assertThat(BackgroundCall.call(stripe::toString).result()).isEqualTo("Stripe[0 nodes, full at 12]");
        }
        assertThat(table).hasToString("WeakTable[a collection, WEAK_KEYS, 1 nodes in 16 chains]");
    }

    @Nested
    class Writing {

        @Test
        void replacingAValueByItselfReplacesItsKeyWhereThatIsAskedFor() {
            WeakTable<Key, String> table = table(true, WeakTableTests.this::notifyListeners);
            Key second = new Key("key");
            table.put(held(new Key("key")), "value", When.ALWAYS);

            assertThat(table.replace(second, "value", "value")).isTrue();

            assertThat(table.getKey(second)).isSameAs(second);
            assertThat(told).isEmpty();
        }

        @Test
        void aValueIsEqualToItselfWhateverItsEqualsSays() {
            Object value = new Object() {
                @Override
                public boolean equals(Object other) {
                    throw new IllegalStateException("for the test");
                }

                @Override
                public int hashCode() {
                    return 0;
                }
            };
            Key key = held(new Key("key"));
            WeakKeyMap<Key, Object> map = WeakKeyMap.create();
            map.put(key, value);

            assertThat(map.replace(key, value, value)).isTrue();
            assertThat(map.values().removeIf(each -> each == value)).isTrue();
            assertThat(map).isEmpty();
        }

        @Test
        void keyThatDiesWhileItIsRemovedCountsAsCollected() throws Exception {
            WeakTable<Key, String> table = table(Kind.WEAK_KEYS);
            Key first = new Key("key");
            table.put(first, "value", When.ALWAYS);
            replaceByDying(table, first, SimulatedCollector.node(table, first), 1);

            assertThat(table.remove(new Key("key"), null)).isNull();

            reaper.pass();
            assertThat(table.counts()).isEqualTo(new TableCounts(null, 1, 2, 0, 1));
            assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("null COLLECTED");
        }

        @Test
        void whatAnotherThreadHasRemovedIsNotFoundInEitherShape() {
            WeakTable<Key, Boolean> table = new WeakTable<>(Kind.WEAK_KEYS, reaper);
            Key last = held(new Key("last", 7)); // its node is the small one
            Key key = held(new Key("key", 7));
            table.put(last, true, When.ALWAYS);
            table.put(key, true, When.ALWAYS);
            Key equal = new Key("key", 7).onEquals(() -> table.remove(key, null)); // what another thread might do

            assertThat(table.remove(equal, null)).isNull();

            assertThat(table.get(last)).isTrue();
            assertThat(table.nodes()).isEqualTo(1);
        }

        @Test
        void strongValueIsReplacedInItsNode() {
            WeakTable<Key, Object> table = new WeakTable<>(Kind.WEAK_KEYS, reaper);
            Key key = held(new Key("key"));
            Object first = new Object();
            Object second = new Object();
            table.put(key, first, When.ALWAYS);
            TableNode node = SimulatedCollector.node(table, key);

            assertThat(table.put(new Key("key"), second, When.ALWAYS)).isSameAs(first);

            assertThat(SimulatedCollector.node(table, key)).isSameAs(node);
            assertThat(table.get(key)).isSameAs(second);
            assertThat(table.nodes()).isEqualTo(1);
        }

        @Test
        void strongValueIsPutWithAnotherKeyWhereTheFirstHasDiedMeanwhile() {
            WeakTable<Key, Object> table = new WeakTable<>(Kind.WEAK_KEYS, reaper);
            Key first = held(new Key("key"));
            table.put(first, new Object(), When.ALWAYS);
            TableNode node = SimulatedCollector.node(table, first);
            Key equal = held(new Key("key").onEquals(node::clear));
            Object value = new Object();

            table.put(equal, value, When.ALWAYS);

            assertThat(table.get(equal)).isSameAs(value);
            assertThat(SimulatedCollector.node(table, equal)).isNotSameAs(node);
        }

        @Test
        void whatWasReplacedInBetweenIsNeitherRemovedNorReplaced() {
            WeakTable<Key, Object> table = new WeakTable<>(Kind.WEAK_KEYS, reaper);
            Key key = held(new Key("key"));
            Object newer = new Object();
            Object[] expected = {
                whoseEqualsDoes(() -> table.put(key, newer, When.ALWAYS)),
                whoseEqualsDoes(() -> table.put(key, newer, When.ALWAYS))
            };

            table.put(key, new Object(), When.ALWAYS);
            assertThat(table.remove(key, expected[0])).isNull();
            assertThat(table.get(key)).isSameAs(newer);

            table.put(key, new Object(), When.ALWAYS);
            assertThat(table.replace(key, expected[1], new Object())).isFalse();
            assertThat(table.get(key)).isSameAs(newer);
        }

        @Test
        void whatWasRemovedMeanwhileIsPutAnewAndNotIntoTheNodeThatHasGone() {
            WeakTable<Key, Object> table = new WeakTable<>(Kind.WEAK_KEYS, reaper);
            Key key = held(new Key("key"));
            Object value = new Object();
            table.put(key, new Object(), When.ALWAYS);
            Key equal = held(new Key("key").onEquals(() -> table.remove(key, null)));

            assertThat(table.put(equal, value, When.ALWAYS)).isNull();

            assertThat(table.get(equal)).isSameAs(value);
        }

        @Test
        void loneTrueIsReplacedByAnotherValue() {
            WeakTable<Key, Boolean> table = new WeakTable<>(Kind.WEAK_KEYS, reaper);
            Key key = held(new Key("key"));
            table.put(key, true, When.ALWAYS); // its node is the small one

            assertThat(table.put(key, false, When.ALWAYS)).isTrue();

            assertThat(table.get(key)).isFalse();
            assertThat(table.nodes()).isEqualTo(1);
        }

        /** Equals the first object that it is asked about, and does something then: what another thread might do. */
        private static Object whoseEqualsDoes(Runnable action) {
            return new Object() {
                private boolean asked;

                @Override
                public boolean equals(Object other) {
                    boolean first = !asked;
                    asked = true;
                    if (first) {
                        action.run();
                    }
                    return first;
                }

                @Override
                public int hashCode() {
                    return 0;
                }
            };
        }
    }

    @Nested
    class Computing {

        @Test
        void readersDoNotSeeThroughAReservationToAnEntryWhoseFirstKeyDied() {
            WeakTable<Key, String> table = table(Kind.WEAK_KEYS);
            Key first = new Key("key");
            table.put(first, "old", When.ALWAYS);
            TableNode node = SimulatedCollector.node(table, first);

            table.compute(new Key("key"), When.ALWAYS, (key, old) -> {
                node.enqueue();
                assertThat(table.get(key)).isNull();
                assertThat(table.getKey(key)).isNull();
                return old + " and new";
            });

            assertThat(table.get(first)).isEqualTo("old and new");
        }

        @Test
        void keyThatDiesWhileItIsReservedTakesTheRestoredEntryAlong() throws Exception {
            WeakTable<Key, String> table = table(Kind.WEAK_KEYS);
            Key first = new Key("key");
            table.put(first, "value", When.ALWAYS);
            TableNode node = SimulatedCollector.node(table, first);
            DyingNode dying = replaceByDying(table, first, node, DyingNode.WHEN_COPIED);

            String seen = table.compute(new Key("key"), When.ALWAYS, (key, old) -> old);

            assertThat(seen).isNull();
            assertThat(dying.refersTo(null)).isTrue();
            reaper.pass();
            assertThat(table.counts()).isEqualTo(new TableCounts(null, 1, 2, 0, 1));
            assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("null COLLECTED");
        }

        @Test
        void whatWasReplacedMeanwhileIsNotComputedFromAsIfItWereThere() {
            WeakTable<Key, String> table = table(Kind.WEAK_KEYS);
            Key key = held(new Key("key"));
            table.put(key, "old", When.ALWAYS);
            replaceByCopied(table, key, () -> {}, () -> table.put(key, "newer", When.ALWAYS));

            table.compute(key, When.ALWAYS, (same, old) -> old + " and computed");

            assertThat(table.get(key)).isEqualTo("newer and computed");
        }

        @Test
        void whatWasThereForAMomentOnlyIsNotRestoredWhenNothingIsComputed() {
            WeakTable<Key, String> table = table(Kind.WEAK_KEYS);
            Key key = held(new Key("key"));
            table.put(key, "value", When.ALWAYS);
            replaceByCopied(
                    table,
                    key,
                    () -> table.put(key, "for a moment", When.ALWAYS),
                    () -> table.put(key, "value", When.ALWAYS));

            table.compute(key, When.ALWAYS, (same, old) -> old);

            assertThat(table.get(key)).isEqualTo("value");
        }

        private static Reservation reservation(WeakTable<Key, Object> table, Key key) {
            TableNode head = Objects.requireNonNull(TableChains.headOf(table.chains(), table.hash(key)));
            return ((TableNode.Reserved) head).reservation;
        }

        /** As after a stack overflow behind the function: its thread has noted that it ended, and has done no more. */
        @Test
        void theNextWriterEndsAReservationThatItsThreadCouldNotEnd() {
            WeakTable<Key, Object> table = new WeakTable<>(Kind.WEAK_VALUES, reaper);
            Key key = new Key("key");
            Object other = held(new Object());

            table.compute(key, When.ALWAYS, (same, old) -> {
                reservation(table, key).finished = true;
                CompletableFuture<?> writer = CompletableFuture.runAsync(() -> table.put(key, other, When.ALWAYS));
                assertThat(writer).succeedsWithin(Duration.ofSeconds(30));
                return null;
            });

            assertThat(table.get(key)).isSameAs(other);
            assertThat(table.nodes()).isEqualTo(1);
        }

        @Test
        void aSweepLeavesAReservationToTheThreadThatIsAboutToEndIt() {
            WeakTable<Key, Object> table = new WeakTable<>(Kind.WEAK_VALUES, reaper);
            Key key = new Key("key");

            table.compute(key, When.ALWAYS, (same, old) -> {
                reservation(table, key).finished = true;
                table.reap(null, false);
                assertThat(reservation(table, key)).isNotNull();
                return held(new Object());
            });

            assertThat(table.nodes()).isEqualTo(1);
        }

        @Test
        void aReservationThatItsThreadCouldNotEndIsEndedByASweep() {
            WeakTable<Key, Object> table = new WeakTable<>(Kind.WEAK_VALUES, reaper);
            Key key = new Key("key");

            table.compute(key, When.ALWAYS, (same, old) -> {
                reservation(table, key).finished = true;
                reservation(table, key).leftOver = true;
                table.reap(null, false);
                assertThat(table.nodes()).isZero();
                return held(new Object());
            });

            assertThat(table.nodes()).isZero();
        }
    }

    @Nested
    class Listening {

        @Test
        void aListenerThatIsSlowForOneEntryDoesNotDelayTheOthers() throws Exception {
            CountDownLatch second = new CountDownLatch(1);
            BlockingQueue<String> calls = new LinkedBlockingQueue<>();
            AtomicInteger count = new AtomicInteger();
            WeakTable<Key, String> table = new WeakTable<>(options(Kind.WEAK_KEYS, false, (key, cause) -> {
                if (count.incrementAndGet() == 1) {
                    BackgroundCall.await(second); // opened by the next call, which begins beside this one
                }
                second.countDown();
                calls.add("told");
            }));
            for (Key key : List.of(new Key("first"), new Key("second"))) {
                table.put(key, "value", When.ALWAYS);
                SimulatedCollector.collect(table, key);
            }

            reaper.pass();

            assertThat(calls.poll(30, TimeUnit.SECONDS)).isEqualTo("told");
            assertThat(calls.poll(30, TimeUnit.SECONDS)).isEqualTo("told");
        }

        @Test
        void listenerIsToldTheKeyOfTheEntryAndNotTheOneThatWasAskedWith() {
            Key first = new Key("key");
            Key second = new Key("key");

            assertThat(keysToldOf(false, first, second))
                    .usingElementComparator(IDENTITY)
                    .containsExactly(first, first, first);
            assertThat(keysToldOf(true, first, second))
                    .usingElementComparator(IDENTITY)
                    .containsExactly(first, second, second);
        }

        private List<Key> keysToldOf(boolean replaceKeys, Key first, Key second) {
            List<Key> keys = new ArrayList<>();
            WeakTable<Key, String> table = table(replaceKeys, (key, cause) -> keys.add(key));
            table.put(first, "first", When.ALWAYS);
            table.put(second, "second", When.ALWAYS);
            table.replace(second, "second", "third");
            table.compute(new Key("key"), When.PRESENT, (key, old) -> null);
            return keys;
        }

        @Test
        void aValueReplacedByItselfUnderANewKeyIsNotReported() {
            WeakTable<Key, String> table = table(true, WeakTableTests.this::notifyListeners);
            Key second = new Key("key");
            table.put(held(new Key("key")), "value", When.ALWAYS);

            table.compute(second, When.ALWAYS, (key, old) -> old);

            assertThat(table.getKey(second)).isSameAs(second);
            assertThat(told).isEmpty();
        }
    }

    @Nested
    class Reaping {

        @Test
        void aTableThatIsHurriedIsSweptAlthoughItsQueueIsEmpty() {
            WeakTable<Key, String> table = new WeakTable<>(Kind.WEAK_KEYS, reaper);
            table.put(held(new Key("dead")), "value", When.ALWAYS); // by hand, below
            table.put(held(new Key("alive")), "value", When.ALWAYS);
            SimulatedCollector.node(table, new Key("dead")).clear(); // and not on the queue

            table.requestSweep();
            reaper.pass();

            assertThat(table.nodes()).isEqualTo(1);
            assertThat(table.sweepRequested.get()).isFalse();
        }

        /** Of six in one chain, each subset dies at once: whether first, last or side by side, the others stay. */
        @Test
        void sweepTakesTheDeadOutOfAChainWhereverTheyStand() {
            for (int dying = 0; dying < 1 << 6; dying++) {
                WeakTable<Key, Boolean> table = new WeakTable<>(Kind.WEAK_KEYS, reaper);
                List<Key> keys = new ArrayList<>();
                for (int i = 0; i < 6; i++) {
                    Key key = held(new Key("key " + i, 7));
                    table.put(key, true, When.ALWAYS);
                    keys.add(key);
                }
                int mask = dying;
                List<Key> dead = keys.stream()
                        .filter(key -> (mask >> keys.indexOf(key) & 1) == 1)
                        .toList();
                dead.forEach(key -> SimulatedCollector.node(table, key).clear());

                table.reap(null, false);

                assertThat(keys)
                        .allSatisfy(key -> assertThat(table.get(key)).isEqualTo(dead.contains(key) ? null : true));
                assertThat(table.counts()).isEqualTo(new TableCounts(null, 6 - dead.size(), 6, 0, dead.size()));
                TableIterator<Key, Boolean, TableNode> linked = new TableIterator<>(table, (same, node) -> node);
                assertThat(linked).toIterable().hasSize(6 - dead.size());
            }
        }

        /** A sweep tells which part of it went to the living; what is removed one by one is not counted. */
        @Test
        void theTableIsSweptWhereManyAreDeadAndNotWhereFewAre() {
            assertThat(reapOf(5_000, 100)).as("one of fifty is dead").isZero();
            assertThat(reapOf(5_000, 500)).as("one of ten is dead").isEqualTo(1 - (500 - 64) / (5_000.0 - 64));
        }

        @Test
        void theTableIsSweptWhereHalfIsDeadWhoseHashesAreOdd() {
            assertThat(reapOf(20_000, hash -> hash % 2 == 1)).isPositive();
        }

        @Test
        void theTableIsSweptWhereManyAreDeadInOneLongChain() {
            WeakTable<Key, Object> table = new WeakTable<>(Kind.WEAK_VALUES, reaper);
            List<Key> keys = IntStream.range(0, 4_000)
                    .mapToObj(i -> new Key("key " + i, 77))
                    .toList();
            keys.forEach(key -> table.put(key, held(new Object()), When.ALWAYS));
            keys.subList(0, 2_000).forEach(key -> SimulatedCollector.collect(table, key));

            assertThat(table.reap(table.queue.poll(), false)).isPositive();

            assertThat(table.nodes()).isEqualTo(2_000);
        }

        @Test
        void largeArrayWithFewEntriesIsNotSweptForThem() {
            assertThat(reapOf(withRoomFor(100_000), 200, hash -> hash < 150)).isZero();
        }

        /** Has reaped a table in which so many of so many have died, evenly. */
        private double reapOf(int many, int dying) {
            return reapOf(many, hash -> hash % (many / dying) == 0);
        }

        /** Has reaped a table of so many keys in which those with such a hash have died. */
        private double reapOf(int many, IntPredicate dying) {
            return reapOf(new WeakTable<>(Kind.WEAK_VALUES, reaper), many, dying);
        }

        private double reapOf(WeakTable<Key, Object> table, int many, IntPredicate dying) {
            List<Key> keys = IntStream.range(0, many)
                    .mapToObj(i -> new Key("key " + i, i))
                    .toList();
            keys.forEach(key -> table.put(key, held(new Object()), When.ALWAYS));
            List<Key> dead =
                    keys.stream().filter(key -> dying.test(key.hashCode())).toList();
            dead.forEach(key -> SimulatedCollector.collect(table, key));

            double onTheLiving = table.reap(table.queue.poll(), false);

            assertThat(table.nodes()).isEqualTo(many - dead.size());
            assertThat(table.queue.poll()).isNull();
            return onTheLiving;
        }

        @Test
        void duringARestTheDeadAreRemovedOneByOneHoweverManyTheyAre() {
            WeakTable<Key, Object> table = new WeakTable<>(Kind.WEAK_VALUES, reaper);
            List<Key> keys =
                    IntStream.range(0, 5_000).mapToObj(i -> new Key("key " + i)).toList();
            keys.forEach(key -> table.put(key, held(new Object()), When.ALWAYS));
            keys.subList(0, 2_000).forEach(key -> SimulatedCollector.collect(table, key));

            double onTheLiving = table.reap(table.queue.poll(), true);

            assertThat(onTheLiving).as("no living one was visited").isZero();
            assertThat(table.nodes()).isEqualTo(3_000);
            assertThat(table.queue.poll()).isNull();
        }

        @Test
        @Tag("collects")
        void nothingLingersWhenAMillionEntriesCameAndWent() {
            WeakTable<Integer, Object> table = new WeakTable<>(Kind.WEAK_VALUES, reaper);

            for (int i = 0; i < 1_000_000; i++) {
                table.put(i, new Object(), When.ALWAYS);
            }

            Gc.awaitTrue(
                    () -> {
                        reaper.pass();
                        return table.nodes() == 0 && table.capacity() <= 16;
                    },
                    "nodes are left, or their array");
            assertThat(table.counts()).isEqualTo(new TableCounts(null, 0, 1_000_000, 0, 1_000_000));
        }
    }

    @Nested
    class Backlogged {

        @Test
        void aWriterTakesTheDeadOffTheQueueIfTheReaperDoesNot() {
            WeakTable<Key, String> table = new WeakTable<>(Kind.WEAK_KEYS, reaper); // no thread polls its queue
            table.backlog.threshold = 100;
            for (int i = 0; i < 1_000; i++) {
                Key key = new Key("dead " + i);
                table.put(key, "value", When.ALWAYS);
                SimulatedCollector.node(table, key).enqueue();
                table.clear(); // which unlinks it, and leaves it on the queue
            }

            for (int i = 0; i < 4_096; i++) {
                Key key = new Key("alive " + i);
                held.add(key);
                table.put(key, "value", When.ALWAYS);
            }

            int left = 0;
            while (table.queue.poll() != null) {
                left++;
            }
            assertThat(left).isLessThanOrEqualTo(100);
            assertThat(table.count()).isEqualTo(4_096);
        }

        @Test
        void whoAddsEntriesHurriesTheReaperWhereManyAreDeadAndLinked() {
            WeakTable<Key, String> table = new WeakTable<>(Kind.WEAK_KEYS, reaper);
            table.backlog.threshold = 100;
            List<Key> dying = new ArrayList<>();
            for (int i = 0; i < 2_000; i++) {
                Key key = new Key("dead " + i);
                table.put(key, "value", When.ALWAYS);
                dying.add(key);
            }
            assertThat(table.sweepRequested.get()).isFalse();
            dying.forEach(key -> SimulatedCollector.node(table, key).clear()); // and none of them is on the queue

            for (int i = 0; i < 200_000 && !table.sweepRequested.get(); i++) {
                Key key = new Key("alive " + i % 100);
                held.add(key);
                table.remove(key, null);
                table.put(key, "value", When.ALWAYS);
            }

            assertThat(table.sweepRequested.get()).isTrue();
        }

        @Test
        void theBacklogIsNoLongerForWhatWasTakenWhileItWasLookedAt() {
            Backlog backlog = new Backlog();
            backlog.threshold = 0;

            backlog.update(() -> {
                backlog.drained(5); // which have been collected since they were counted
                return 0;
            });
            backlog.update(() -> 5);

            assertThat(backlog.isLong()).isFalse();
        }

        @Test
        void whoAddsEntriesDoesNotWaitForEverForWhatIsNeverQueued() {
            WeakTable<Key, String> table = new WeakTable<>(Kind.WEAK_KEYS, reaper);
            table.backlog.threshold = 100;
            for (int i = 0; i < 1_000; i++) {
                Key key = new Key("dead " + i);
                table.put(key, "value", When.ALWAYS);
                SimulatedCollector.node(table, key).enqueue();
                table.clear();
                table.queue.poll(); // as if it was lost
            }
            boolean waited = false;

            for (int i = 0; i < 4_096; i++) {
                Key key = new Key("alive " + i);
                held.add(key);
                table.put(key, "value", When.ALWAYS);
                waited |= table.backlog.isLong();
            }

            assertThat(waited).isTrue();
            assertThat(table.backlog.isLong()).isFalse();
        }
    }

    @Nested
    class Resizing {

        @Test
        @Tag("collects")
        void valueThatDiesWhileTheTableIsCopiedIsReaped() {
            WeakTable<Key, Object> table = new WeakTable<>(Kind.WEAK_VALUES, reaper);
            Key key = new Key("key", 7);
            replaceByDroppedWhenCopied(table, key);

            IntStream.range(0, 16).forEach(i -> table.put(new Key("key " + i), held(new Object()), When.ALWAYS));

            assertThat(table.capacity()).as("grown once").isEqualTo(32);
            Gc.awaitTrue(
                    () -> {
                        reaper.pass();
                        return table.nodes() == 17;
                    },
                    "a dead node is left in the table");
        }

        @Test
        void arrayShrinksWhenFewAreLeft() {
            WeakTable<Key, Object> table = new WeakTable<>(Kind.WEAK_VALUES, reaper);
            List<Key> keys = IntStream.range(0, 10_000)
                    .mapToObj(i -> new Key("key " + i))
                    .toList();
            keys.forEach(key -> table.put(key, held(new Object()), When.ALWAYS));
            int grown = table.capacity();

            keys.subList(0, 9_990).forEach(key -> table.remove(key, null));
            table.compact();

            assertThat(grown).isGreaterThanOrEqualTo(10_000);
            assertThat(table.capacity()).isLessThanOrEqualTo(64);
            assertThat(keys.subList(9_990, 10_000))
                    .allSatisfy(key -> assertThat(table.get(key)).isNotNull());
        }

        @Test
        void arrayShrinksWhenItsEntriesDieAFewAtATime() {
            WeakTable<Key, Object> table = new WeakTable<>(Kind.WEAK_VALUES, reaper);
            List<Key> keys =
                    IntStream.range(0, 2_000).mapToObj(i -> new Key("key " + i)).toList();
            keys.forEach(key -> table.put(key, held(new Object()), When.ALWAYS));

            for (int i = 0; i < 2_000; i++) {
                SimulatedCollector.collect(table, keys.get(i));
                if (i % 10 == 9) {
                    reaper.pass();
                }
            }

            assertThat(table.nodes()).isZero();
            assertThat(table.capacity()).isLessThanOrEqualTo(16);
        }

        @Test
        void arrayGrowsByHalvesOfItsLoadAndNoFurther() {
            WeakTable<Integer, Object> table = new WeakTable<>(Kind.WEAK_VALUES, reaper);

            for (int i = 1; i <= 20_000; i++) {
                table.put(i, held(new Object()), When.ALWAYS);

                assertThat(table.capacity()).isLessThanOrEqualTo(Math.max(16, i * 8 / 3));
            }

            assertThat(table.capacity()).isGreaterThanOrEqualTo(20_000);
        }

        @Test
        void arrayDoesNotShrinkBelowWhatWasAskedFor() {
            WeakTable<Key, Object> table = withRoomFor(1_000);
            int asked = table.capacity();
            table.put(new Key("key"), held(new Object()), When.ALWAYS);

            table.compact();

            assertThat(asked).isGreaterThanOrEqualTo(1_000);
            assertThat(table.capacity()).isEqualTo(asked);
        }

        @Test
        void writersStillExcludeEachOtherWhenTheArrayHasShrunk() throws Exception {
            WeakTable<Integer, Object> table = new WeakTable<>(Kind.WEAK_VALUES, reaper);
            Object value = held(new Object());
            IntStream.range(0, 10_000).forEach(i -> table.put(i, value, When.ALWAYS));
            IntStream.range(0, 10_000).forEach(i -> table.remove(i, null));
            table.compact();

            List<BackgroundCall<Void>> sides = IntStream.of(0, 16)
                    .mapToObj(first -> BackgroundCall.run(() -> {
                        for (int i = 0; i < 200_000; i++) {
                            table.put(first, value, When.ALWAYS);
                            table.remove(first, null);
                        }
                        table.put(first, value, When.ALWAYS);
                    }))
                    .toList();
            for (BackgroundCall<Void> side : sides) {
                side.result();
            }

            assertThat(table.capacity()).isEqualTo(16);
            assertThat(table.get(0)).isNotNull();
            assertThat(table.get(16)).isNotNull();
            assertThat(table.counts()).isEqualTo(new TableCounts(null, 2, 410_002, 410_000, 0));
        }

        @Test
        void deadEntriesDoNotMakeTheArrayGrow() {
            WeakTable<Key, Object> table = new WeakTable<>(Kind.WEAK_VALUES, reaper);

            for (int i = 0; i < 5_000; i++) {
                Key key = new Key("key " + i);
                table.put(key, new Object(), When.ALWAYS);
                SimulatedCollector.node(table, key).clear();
            }

            assertThat(table.capacity()).isLessThanOrEqualTo(32);
            assertThat(table.nodes()).isLessThanOrEqualTo(32);
        }

        @Test
        void whatIsPutIsThereWhereTheArrayCannotGrow() throws Exception {
            WeakTable<Key, String> table = table(Kind.WEAK_KEYS);
            Key key = held(new Key("key"));
            table.put(key, "value", When.ALWAYS);
            Runnable tooDeep = () -> {
                throw new StackOverflowError("provoked");
            };
            TableNode node = SimulatedCollector.node(table, key);
            replaceBy(table, new CopiedNode(key, table.queue, node, tooDeep, tooDeep), key, "before");
            int small = table.capacity();
            List<Key> keys = IntStream.range(0, small)
                    .mapToObj(i -> held(new Key("key " + i)))
                    .toList();

            keys.forEach(more -> table.put(more, "more", When.ALWAYS));

            assertThat(table.capacity()).isEqualTo(small);
            assertThat(keys).allSatisfy(more -> assertThat(table.get(more)).isEqualTo("more"));
            CompletableFuture<?> another = CompletableFuture.runAsync(() -> table.put(key, "another", When.ALWAYS));
            assertThat(another).succeedsWithin(Duration.ofSeconds(30));
        }

        @Test
        void growingKeepsEveryEntryAndEveryReservation() {
            WeakTable<Key, Object> table = new WeakTable<>(Kind.WEAK_VALUES, reaper);
            BiFunction<Key, @Nullable Object, Object> growing = (key, old) -> {
                IntStream.range(0, 5_000).forEach(i -> table.put(new Key("key " + i), held(new Object()), When.ALWAYS));
                return held(new Object());
            };

            Object computed = table.compute(new Key("computed"), When.ALWAYS, growing);

            assertThat(table.get(new Key("computed"))).isSameAs(computed);
            assertThat(table.nodes()).isEqualTo(5_001);
            assertThat(table.count()).isEqualTo(5_001);
            assertThat(table.counts().added()).isEqualTo(5_001);
        }
    }

    private WeakTable<Key, String> table(boolean replaceKeys, RemovalListener<Key> listener) {
        return new WeakTable<>(options(Kind.WEAK_KEYS, replaceKeys, listener));
    }

    private TableOptions<Key> options(Kind kind, boolean replaceKeys, RemovalListener<Key> listener) {
        return new TableOptions<>(kind, reaper, null, 0, replaceKeys, new Notifier<>(listener), null);
    }

    private record Notifier<K>(RemovalListener<K> listener) implements RemovalNotifier<K> {

        @Override
        public void replaced(K key, @Nullable Object value) {
            listener.onRemoval(key, RemovalCause.REPLACED);
        }

        @Override
        public void removed(K key, @Nullable Object value) {
            listener.onRemoval(key, RemovalCause.EXPLICIT);
        }

        @Override
        public void collected(@Nullable K key, @Nullable Object value) {
            listener.onRemoval(key, RemovalCause.COLLECTED);
        }
    }

    private <V> WeakTable<Key, V> table(Kind kind) {
        return new WeakTable<>(options(kind, false, this::notifyListeners));
    }

    private WeakTable<Key, Object> withRoomFor(int entries) {
        return new WeakTable<>(new TableOptions<>(Kind.WEAK_VALUES, reaper, null, entries, false, null, null));
    }

    private void notifyListeners(@Nullable Key key, RemovalCause cause) {
        told.add(key + " " + cause);
    }

    private <T> T held(T object) {
        held.add(object);
        return object;
    }

    /** Puts a node that dies when it is looked at for the given number of times in the place of this one. */
    private DyingNode replaceByDying(WeakTable<Key, String> table, Key key, TableNode node, int looks) {
        DyingNode dying = new DyingNode(key, table.queue, node, looks);
        replaceBy(table, dying, key, "before");
        return dying;
    }

    /**
     * Puts a node in the place of that of a key, around whose first copy this is done: what another thread might do.
     */
    private void replaceByCopied(WeakTable<Key, String> table, Key key, Runnable before, Runnable after) {
        TableNode node = SimulatedCollector.node(table, key);
        replaceBy(table, new CopiedNode(key, table.queue, node, before, after), key, "before");
    }

    /** Puts a node in the place of that of a key, behind a further entry whose value this is. */
    private <V> void replaceBy(WeakTable<Key, V> table, TableNode node, Key key, V value) {
        Key before = held(new Key("before", key.hashCode()));
        table.put(before, value, When.ALWAYS);
        ((TableNode.Entry) SimulatedCollector.node(table, before)).next = node;
    }

    private void replaceByDroppedWhenCopied(WeakTable<Key, Object> table, Key key) {
        Object value = new Object();
        table.put(key, value, When.ALWAYS);
        TableNode node = SimulatedCollector.node(table, key);
        replaceBy(table, new DroppedWhenCopied(value, table.queue, node), key, held(new Object()));
    }

    /** Dies at a moment that the collector could choose as well. */
    private static final class DyingNode extends TableNode.Entry {

        static final int WHEN_COPIED = Integer.MAX_VALUE;

        private int looks;

        DyingNode(Object referent, ReferenceQueue<Object> queue, TableNode node, int looks) {
            super(referent, queue, node.hash, node.strong(), null);
            this.looks = looks;
        }

        @Override
        public @Nullable Object get() {
            Object referent = super.get();
            if (--looks == 0) {
                enqueue();
            }
            return referent;
        }

        @Override
        TableNode.@Nullable Entry copy(ReferenceQueue<Object> queue) {
            enqueue();
            return super.copy(queue);
        }
    }

    /** Does something before and after it is copied for the first time. */
    private static final class CopiedNode extends TableNode.Entry {

        private final Runnable before;
        private final Runnable after;
        private boolean copied;

        CopiedNode(Object referent, ReferenceQueue<Object> queue, TableNode node, Runnable before, Runnable after) {
            super(referent, queue, node.hash, node.strong(), null);
            this.before = before;
            this.after = after;
        }

        @Override
        TableNode.@Nullable Entry copy(ReferenceQueue<Object> queue) {
            return copied(() -> super.copy(queue));
        }

        @Override
        @Nullable TableNode copy(ReferenceQueue<Object> queue, @Nullable TableNode next) {
            return copied(() -> super.copy(queue, next));
        }

        private <N extends @Nullable TableNode> N copied(Supplier<N> copying) {
            if (copied) {
                return copying.get();
            }
            copied = true;
            before.run();
            N copy = copying.get();
            after.run();
            return copy;
        }
    }

    /** Its referent is dropped by the last one who holds it while the table is copied, and a collection follows. */
    private static final class DroppedWhenCopied extends TableNode.Entry {

        private @Nullable Object onlyHolder;

        DroppedWhenCopied(Object referent, ReferenceQueue<Object> queue, TableNode node) {
            super(referent, queue, node.hash, node.strong(), null);
            onlyHolder = referent;
        }

        @Override
        @Nullable TableNode copy(ReferenceQueue<Object> queue, @Nullable TableNode next) {
            TableNode copy = super.copy(queue, next);
            if (onlyHolder != null) {
                onlyHolder = null;
                Gc.collect();
                if (copy != null && copy.refersTo(null)) { // the reaper polls it, and does not find it in the table yet
                    Gc.awaitWithoutCollecting(() -> queue.poll() == copy, "the copy is not on the queue");
                }
            }
            return copy;
        }
    }
}

package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.Finalizer.Trigger;
import dev.weakref.internal.reap.Reaper;
import dev.weakref.internal.support.Threads;
import dev.weakref.internal.table.WeakTable;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What only a real collection shows; run on every collector of the JDK. */
@Tag("collects")
@Timeout(300)
class CollectingTests {

    private static final int ROUNDS = 1_000;

    /** For what keeps the processor busy for seconds, on a machine that has others to serve. */
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private static final Function<Runnable, Runnable> RUN = runnable -> runnable::run;

    @Test
    void finalizersOfOneObjectStartNewestFirstAmidCollections() throws Exception {
        assertOrderOfFinalizers(false);
    }

    @Test
    void theyStartNewestFirstEvenWhereSomeOfThemAreSlow() throws Exception {
        assertOrderOfFinalizers(true);
    }

    private static void assertOrderOfFinalizers(boolean slow) throws Exception {
        ConcurrentLinkedQueue<int[]> started = new ConcurrentLinkedQueue<>();
        AtomicBoolean over = new AtomicBoolean();
        Thread collector = Gc.collectUntil(over::get);
        // If a thread gets no processor for so long before its first line, the next action may begin first.
        Duration takeOver = slow ? Duration.ofSeconds(2) : Duration.ofMinutes(1);
        try (FinalizerRegistry registry =
                FinalizerRegistry.builder().takeOver(takeOver).build()) {
            List<Object> bystanders = new ArrayList<>();
            Object[] referents = new Object[ROUNDS];
            for (int number = 0; number < 3; number++) {
                for (int round = 0; round < ROUNDS; round++) {
                    referents[round] = number == 0 ? new Object() : referents[round];
                    register(registry, referents[round], new int[] {round, number}, slow, started);
                    for (int i = 0; i < 3; i++) {
                        Object bystander = new Object();
                        bystanders.add(bystander);
                        registry.finalizer(bystander).atExit(false).run(() -> {});
                    }
                }
            }
            for (int round = 0; round < ROUNDS; round++) {
                referents[round] = null;
                Thread.onSpinWait();
            }
            Gc.awaitTrue(() -> started.size() == 3 * ROUNDS, PATIENCE, "not all finalizers have run");
        } finally {
            over.set(true);
            collector.join();
        }

        int[] lastStarted = new int[ROUNDS];
        Arrays.fill(lastStarted, 3);
        for (int[] start : started) {
            assertThat(start[1]).as("round %s", start[0]).isEqualTo(lastStarted[start[0]] - 1);
            lastStarted[start[0]] = start[1];
        }
    }

    private static void register(
            FinalizerRegistry registry,
            Object referent,
            int[] roundAndNumber,
            boolean slow,
            ConcurrentLinkedQueue<int[]> started) {
        registry.register(referent, roundAndNumber, state -> {
            started.add(state);
            if (slow && state[0] == ROUNDS / 2) {
                new CountDownLatch(1).await(3, TimeUnit.SECONDS); // longer than the take-over time
            }
        });
    }

    /** Eight threads, 25,000 registrations each, and everything that can happen to a finalizer. */
    @Test
    void everyActionRunsExactlyOnceOrIsDetachedAndNeverRuns() throws Exception {
        int threads = 8;
        int each = 25_000;
        AtomicIntegerArray ran = new AtomicIntegerArray(threads * each);
        AtomicIntegerArray detached = new AtomicIntegerArray(threads * each);
        Reaper reaper = new Reaper(Threads.daemons("stress-reaper", null), Duration.ofMillis(100));
        FinalizerRegistry registry = FinalizerRegistry.builder()
                .name("stress")
                .reaper(reaper)
                .captureCheck(CaptureCheck.OFF)
                .exitLimit(PATIENCE)
                .build();
        AtomicBoolean over = new AtomicBoolean();
        Thread collector = Gc.collectUntil(over::get);
        List<Object> survivors = Collections.synchronizedList(new ArrayList<>());
        List<Thread> workers = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int first = t * each;
            Thread worker = new Thread(() -> work(registry, first, each, ran, detached, survivors));
            workers.add(worker);
            worker.start();
        }
        for (Thread worker : workers) {
            worker.join();
        }
        ExitReport report = registry.shutdown();
        over.set(true);
        collector.join();

        assertThat(report.failed() + report.timedOut() + report.skipped()).isZero();
        for (int i = 0; i < ran.length(); i++) {
            if (ran.get(i) + detached.get(i) != 1) {
                assertThat(ran.get(i))
                        .as("runs of %s, detached %s", i, detached.get(i))
                        .isEqualTo(1);
            }
        }
        assertThat(registry.stats().live()).isZero();
        assertThat(registry.stats().registered()).isEqualTo(threads * each);
        assertThat(registry.finalizers()).isEmpty();
        registry.core().log().sweep();
        assertThat(registry.core().log().chunks()).isLessThanOrEqualTo(2);
        Gc.awaitTrue(() -> !reaper.isRunning(), "the reaper has not ended");
        assertThat(survivors).isNotEmpty();
    }

    private static void work(
            FinalizerRegistry registry,
            int first,
            int count,
            AtomicIntegerArray ran,
            AtomicIntegerArray detached,
            List<Object> survivors) {
        Random random = new Random(first);
        List<Finalizer<Void>> open = new ArrayList<>();
        List<Object> held = new ArrayList<>();
        for (int i = first; i < first + count; i++) {
            int number = i;
            Object referent = new Object();
            Finalizer<Void> finalizer = registry.register(referent, number, state -> ran.incrementAndGet(state));
            switch (random.nextInt(5)) {
                case 0 -> finalizer.close();
                case 1 -> {
                    if (finalizer.detach() != null) {
                        detached.incrementAndGet(number);
                    }
                }
                case 2 -> survivors.add(referent);
                case 3 -> {
                    open.add(finalizer);
                    held.add(referent);
                }
                default -> {
                    // dropped: the collector's
                }
            }
            if (open.size() == 50) {
                closeFromTwoSides(open);
                held.clear();
            }
        }
    }

    private static void closeFromTwoSides(List<Finalizer<Void>> open) {
        List<Finalizer<Void>> both = List.copyOf(open);
        open.clear();
        Thread other = new Thread(() -> both.forEach(Finalizer::close));
        other.start();
        for (int i = both.size() - 1; i >= 0; i--) {
            both.get(i).close();
        }
        try {
            other.join();
        } catch (InterruptedException stop) {
            throw new AssertionError(stop);
        }
    }

    @Test
    void aStuckActionDelaysOthersByTheTakeOverTimeAndNoMap() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        LinkedBlockingQueue<String> ran = new LinkedBlockingQueue<>();
        WeakValueMap<String, Object> map = WeakValueMap.create();
        try (FinalizerRegistry registry =
                FinalizerRegistry.builder().takeOver(Duration.ofMillis(50)).build()) {
            drop(registry, map, () -> {
                ran.add("stuck");
                go.await();
            });
            Gc.awaitTrue(() -> ran.contains("stuck"), "the stuck one has not started");
            drop(registry, map, () -> {
                ran.add("other");
            });

            Gc.awaitTrue(() -> ran.contains("other"), "the other has not run");
            Gc.awaitTrue(() -> map.estimatedSize() == 0, "the map is not empty");
            go.countDown();
        }
    }

    private static void drop(
            FinalizerRegistry registry, WeakValueMap<String, Object> map, FinalizerRegistry.Action action) {
        Object referent = new Object();
        registry.register(referent, action);
        map.put("entry", referent);
    }

    @Test
    void aRegistryThatWasDroppedSaysSoAndGoesOnDispatching() {
        AtomicInteger ran = new AtomicInteger();
        Object[] referents = {new Object(), new Object()};
        try (LogLines log = new LogLines()) {
            WeakReference<FinalizerRegistry> dropped = dropRegistry(referents, ran);
            Gc.awaitCleared(dropped);
            Gc.awaitTrue(
                    () -> !log.with("Registry 'dropped' was dropped without being closed: its 2 live")
                            .isEmpty(),
                    "nothing was said");
            referents[1] = null;
            Gc.awaitTrue(() -> ran.get() == 1, "the action has not run");

            assertThat(log.with("Registry 'dropped' was dropped")).hasSize(1);
        }
        Reference.reachabilityFence(referents);
    }

    private static WeakReference<FinalizerRegistry> dropRegistry(Object[] referents, AtomicInteger ran) {
        FinalizerRegistry registry = FinalizerRegistry.create("dropped");
        registry.register(referents[0], () -> {
            throw new AssertionError("the referent lives");
        });
        registry.register(referents[1], ran::incrementAndGet);
        return new WeakReference<>(registry);
    }

    @Test
    void theReferentIsGoneWhenItsActionRunsAndTheRegistryHoldsNothing() {
        List<Object> seen = Collections.synchronizedList(new ArrayList<>());
        try (FinalizerRegistry registry = FinalizerRegistry.create()) {
            registry.finalizer(new Object()).onTrigger((referent, trigger) -> {
                seen.add(String.valueOf(referent));
                seen.add(trigger);
            });

            Gc.awaitTrue(() -> seen.size() == 2, "the action has not run");

            assertThat(seen).containsExactly("null", Trigger.UNREACHABLE);
        }
    }

    @Test
    void aMillionEntriesThatCameAndWentLeaveNothing() {
        WeakValueMap<Integer, Object> values = WeakValueMap.create();
        WeakKeyMap<Object, Integer> keys = WeakKeyMap.identity();
        WeakSet<Object> set = WeakSet.create();
        WeakInterner<Key> interner = WeakInterner.create();
        for (int i = 0; i < 250_000; i++) {
            Key object = new Key("", i);
            values.put(i, object);
            keys.put(object, i);
            set.add(object);
            interner.intern(object);
        }

        for (WeakTable<?, ?> table : List.of(values.table, keys.table, set.table, interner.table)) {
            Gc.awaitTrue(
                    () -> table.nodes() == 0 && table.capacity() <= 16,
                    PATIENCE,
                    "a node is left, or the array is large");
        }
        Gc.awaitWithoutCollecting( // the last ones are counted after they have gone
                () -> values.stats().collected() == 250_000
                        && set.stats().added() == set.stats().collected(),
                "not all that were collected are counted");
        assertThat(values.stats()).isEqualTo(new CollectionStats(null, 0, 250_000, 0, 250_000));
        assertThat(set.stats().added()).isEqualTo(set.stats().collected());
    }

    @Test
    void aMillionObjectsWithEachKindOfReferenceLeaveNothing() {
        AtomicInteger called = new AtomicInteger();
        long log = Callbacks.LOG.appended();
        long shared = SharedReferences.ALL.table.nodes();
        List<Object> kept = new ArrayList<>();
        for (int i = 0; i < 1_000_000; i++) {
            Object holder = holderOfADropped(i % 5, called);
            if (i % 5 >= 2 && i % 7 == 0) {
                kept.add(holder);
            }
        }

        Gc.collect();

        Gc.awaitWithoutCollecting(
                () -> called.get() >= kept.size(), PATIENCE, "not all callbacks of those that are held have run");
        Gc.awaitWithoutCollecting(() -> !Callbacks.LOG.newerThan(log).hasNext(), PATIENCE, "a slot of the log remains");
        Gc.awaitWithoutCollecting(
                () -> SharedReferences.ALL.table.nodes() <= shared,
                PATIENCE,
                "an entry of a shared reference or proxy remains");
        Reference.reachabilityFence(kept);
    }

    private static Object holderOfADropped(int kind, AtomicInteger called) {
        Runnable referent = new Dropped();
        return switch (kind) {
            case 0 -> WeakRef.of(referent);
            case 1 -> WeakProxy.of(referent, Runnable.class);
            case 2 -> WeakRef.of(referent, dead -> called.incrementAndGet());
            case 3 -> WeakProxy.of(referent, Runnable.class, dead -> called.incrementAndGet());
            default -> WeakMethod.of(referent, RUN, dead -> called.incrementAndGet());
        };
    }

    private static final class Dropped implements Runnable {
        @Override
        public void run() {}
    }
}

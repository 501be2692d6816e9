package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.internal.reap.Reapable;
import dev.weakref.internal.reap.Reaper;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds for the callbacks of references, proxies and methods alike. */
@Timeout(60)
class CallbackTests {

    private static final Function<Runnable, Runnable> RUN = runnable -> runnable::run;

    private final BlockingQueue<Object> told = new LinkedBlockingQueue<>();
    private final Runnable referent = new Runnable() {
        @Override
        public void run() {}
    };

    enum Kind {
        REFERENCE,
        SUBCLASS,
        PROXY,
        METHOD
    }

    interface Callback {
        void call(Object dead);
    }

    private static Object make(Kind kind, Runnable referent, Callback callback) {
        return switch (kind) {
            case REFERENCE -> WeakRef.of(referent, callback::call);
            case SUBCLASS -> new WeakRef<>(referent, callback::call) {};
            case PROXY -> WeakProxy.of(referent, Runnable.class, callback::call);
            case METHOD -> WeakMethod.of(referent, RUN, callback::call);
        };
    }

    @AfterEach
    void logFailuresAgain() {
        Callbacks.onFailure(null);
    }

    @ParameterizedTest
    @EnumSource
    void aCallbackRunsOnceWithTheDeadOneHoweverOftenItIsFound(Kind kind) throws Exception {
        Object holder = make(kind, referent, told::add);

        SimulatedCollector.collect(holder);
        Callbacks.LOG.sweep();
        SimulatedCollector.collect(holder);
        Callbacks.LOG.sweep();
        Object last = make(kind, referent, told::add);
        SimulatedCollector.collect(last);

        assertThat(told.take() == holder).isTrue();
        assertThat(told.take() == last).isTrue();
        assertThat(WeakRefs.count(referent)).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void anErrorIsReportedWithItsOwnerAndTheRestRuns(Kind kind) throws Exception {
        Error failure = new OutOfMemoryError("for the test");
        Object older = make(kind, referent, told::add);
        Object failing = make(kind, referent, dead -> {
            throw failure;
        });
        WeakRefs.onCallbackFailure((owner, thrown) -> {
            told.add(owner);
            told.add(thrown);
            throw new AssertionError("the handler fails as well");
        });

        try (LogLines log = new LogLines()) {
            SimulatedCollector.collect(failing);
            SimulatedCollector.collect(older);

            assertThat(told.take() == failing).isTrue();
            assertThat(told.take()).isSameAs(failure);
            assertThat(told.take() == older).isTrue();
            assertThat(log.with("A callback failed: ")).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCallbackMayMakeOthersOfTheSameKindForObjectsThatLive(Kind kind) throws Exception {
        Runnable living = () -> told.add(this);
        List<Object> made = new ArrayList<>();
        Object holder = make(kind, referent, dead -> {
            made.add(make(kind, living, told::add));
            made.add(WeakProxy.of(living, Runnable.class));
            told.add(WeakRefs.count(living));
            SimulatedCollector.collect(made.get(0));
        });

        SimulatedCollector.collect(holder);

        assertThat(told.take()).isEqualTo(2);
        assertThat(told.take() == made.get(0)).isTrue();
        ((Runnable) made.get(1)).run();
        assertThat(told.take()).isSameAs(this);
        Reference.reachabilityFence(holder);
        Reference.reachabilityFence(living);
    }

    @Test
    void aCallbackMayCancelThoseThatWaitBehindIt() throws Exception {
        WeakRef<Runnable> oldest = WeakRef.of(referent, told::add);
        WeakRef<Runnable> older = WeakRef.of(referent, told::add);
        WeakRef<Runnable> newest = WeakRef.of(referent, dead -> {
            older.clear();
            dead.clear();
            told.add("newest");
        });

        for (WeakRef<?> each : List.of(newest, older, oldest)) {
            each.node.clear(); // so that one sweep finds them all
        }
        Callbacks.LOG.sweep();

        assertThat(told.take()).isEqualTo("newest");
        assertThat(told.take()).isSameAs(oldest);
        assertThat(told).isEmpty();
        Reference.reachabilityFence(newest);
    }

    @Test
    void aClearedReferenceIsNotGatheredAndLeavesNothing() {
        WeakRef<Runnable> cleared = WeakRef.of(referent, told::add);

        cleared.clear();

        assertThat(cleared.callback()).isNull();
        assertThat(cleared.node.claim()).isFalse();
        assertThat(cleared.node.isDone()).isTrue();
        assertThat(WeakRefs.count(referent)).isZero();
    }

    @Test
    void whatCouldNotBeHandedOverIsGatheredAgainUnlessItWasCancelled() {
        WeakRef<Runnable> waiting = WeakRef.of(referent, told::add);
        WeakRef<Runnable> cancelled = WeakRef.of(referent, told::add);
        assertThat(waiting.node.claim()).isTrue();
        assertThat(cancelled.node.claim()).isTrue();
        cancelled.clear();

        waiting.node.unclaim();
        cancelled.node.unclaim();

        assertThat(waiting.node.claim()).isTrue();
        assertThat(cancelled.node.claim()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    @Tag("collects")
    void whatDiesBeforeItsReferentNeverCallsBackAndLeavesNothing(Kind kind) {
        long before = Callbacks.LOG.appended();
        drop(kind, 100);
        assertThat(Callbacks.LOG.appended()).isEqualTo(before + 100);

        Gc.awaitTrue(() -> !Callbacks.LOG.newerThan(before).hasNext(), "a slot of a dropped one remains");

        assertThat(told).isEmpty();
        assertThat(WeakRefs.count(referent)).isZero();
    }

    @ParameterizedTest
    @EnumSource
    @Tag("collects")
    void whatOutlivesItsReferentCallsBackThoughDroppedBeforeAPass(Kind kind) throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Reapable busy = holdUpTheReaper(held, go);
        held.await();
        Object[] outlives = {make(kind, new Own(), told::add)};
        WeakReference<Object> dropped = new WeakReference<>(outlives[0]);

        Gc.awaitTrue(() -> isDead(outlives[0]), "the referent is still reachable");
        outlives[0] = null;
        for (int i = 0; i < 3; i++) {
            Gc.collect();
        }
        go.countDown();

        assertThat(told.poll(30, TimeUnit.SECONDS)).isNotNull();
        told.clear();
        Gc.awaitCleared(dropped);
        Reference.reachabilityFence(busy);
    }

    @Test
    @Tag("collects")
    void whatWasTakenOffTheQueueIsHeldUntilTheSweep() {
        WeakRef<?>[] found = {WeakRef.of(referent, told::add)};
        CallbackNode node = found[0].node;

        assertThat(node.retainOwner(found[0])).isTrue();
        found[0] = null;
        for (int i = 0; i < 3; i++) {
            Gc.collect();
        }

        assertThat(node.owner.refersTo(null)).isFalse();
        assertThat(node.claim()).isTrue();
        assertThat(node.retainOwner(told)).as("it waits for its turn already").isFalse();
        assertThat(node.cancel()).isTrue();
    }

    private static boolean isDead(Object holder) {
        if (holder instanceof WeakRef<?> ref) {
            return ref.refersTo(null);
        }
        return holder instanceof WeakMethod<?, ?> method
                ? method.get() == null
                : WeakProxy.describe(holder).contains("dead");
    }

    /** A referent that nobody else holds. */
    private static final class Own implements Runnable {
        @Override
        public void run() {}
    }

    private static Reapable holdUpTheReaper(CountDownLatch held, CountDownLatch go) {
        Reapable busy = new Reapable(Reaper.SHARED) {
            @Override
            public double reap(@Nullable Reference<?> first, boolean resting) {
                held.countDown();
                BackgroundCall.await(go);
                return 0;
            }

            @Override
            public boolean alwaysSweeps() {
                return true;
            }

            @Override
            public String describe() {
                return "what holds up the reaper";
            }

            @Override
            public boolean isEmpty() {
                return go.getCount() == 0;
            }

            @Override
            public boolean keepsAlive() {
                return true;
            }
        };
        busy.requestSweep();
        return busy;
    }

    private void drop(Kind kind, int count) {
        for (int i = 0; i < count; i++) {
            make(kind, referent, told::add);
        }
    }
}

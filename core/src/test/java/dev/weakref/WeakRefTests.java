package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WeakRefTests {

    private final BlockingQueue<Object> called = new LinkedBlockingQueue<>();
    private final Object referent = new Object();

    @AfterEach
    void logFailuresAgain() {
        Callbacks.onFailure(null);
    }

    @Test
    void withoutACallbackThereIsOneForEachReferent() {
        Consumer<WeakRef<Object>> none = null;

        assertThat(WeakRef.of(referent)).isSameAs(WeakRef.of(referent)).isSameAs(WeakRef.of(referent, none));
        assertThat(WeakRef.of(new String("a"))).isNotSameAs(WeakRef.of(new String("a")));
        assertThat(WeakRef.of(referent).callback()).isNull();
    }

    @Test
    void theSharedOneIsNeitherClearedNorEnqueuedSinceOthersHaveIt() {
        WeakRef<Object> shared = WeakRef.of(referent);

        for (int time = 0; time < 2; time++) {
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(shared::clear)
                    .withMessage(shared + " cannot be cleared: it is shared by all that have called"
                            + " WeakRef.of(referent); use a reference with a callback"
                            + " or of a subclass, or drop this one");
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(shared::enqueue)
                    .withMessageStartingWith(shared + " cannot be enqueued: ");
            assertThat(shared.refersTo(referent)).isEqualTo(time == 0);
            SimulatedCollector.collect(shared);
        }
    }

    /** As after the collector has cleared it and a {@code finalize()} has made the object reachable again. */
    @Test
    void aNewOneIsSharedIfTheReferentOutlivesTheOldOne() {
        WeakRef<Object> cleared = WeakRef.of(referent);
        SimulatedCollector.collect(cleared);

        WeakRef<Object> fresh = WeakRef.of(referent);

        assertThat(fresh).isNotSameAs(cleared).isSameAs(WeakRef.of(referent));
        assertThat(fresh.get()).isSameAs(referent);
        assertThat(WeakRefs.count(referent)).isEqualTo(1);
        Reference.reachabilityFence(fresh);
    }

    @Test
    void withACallbackOrOfASubclassItIsAlwaysANewOne() {
        assertThat(WeakRef.of(referent, called::add)).isNotSameAs(WeakRef.of(referent, called::add));
        assertThat(new Counted<>(referent)).isNotSameAs(new Counted<>(referent));
    }

    @Test
    void anyObjectMayBeAReferent() {
        List<Object> referents = List.of(
                new int[0],
                new ArrayList<>(),
                List.of(),
                "text",
                7,
                Optional.of("text"),
                LocalDate.EPOCH,
                Thread.currentThread(),
                String.class,
                (Runnable) () -> {},
                WeakRef.of(referent));

        assertThat(referents).allSatisfy(object -> {
            assertThat(WeakRef.of(object).get()).isSameAs(object);
            assertThat(WeakRef.of(object, called::add).get()).isSameAs(object);
        });
    }

    @Test
    void refusesNull() {
        assertThatNullPointerException().isThrownBy(() -> WeakRef.of(null));
        assertThatNullPointerException().isThrownBy(() -> WeakRef.of(null, called::add));
        assertThatNullPointerException().isThrownBy(() -> new Counted<>(null));
    }

    @Test
    void callsBackOnceWithTheDeadReference() throws Exception {
        WeakRef<Object> ref = WeakRef.of(referent, dead -> {
            called.add(dead);
            called.add(String.valueOf(dead.callback()));
            called.add(String.valueOf(dead.get()));
        });
        assertThat(ref.callback()).isNotNull();

        assertThat(ref.enqueue()).isTrue();

        assertThat(ref.get()).isNull();
        assertThat(ref.callback()).isNull();
        assertThat(called.take()).isSameAs(ref);
        assertThat(called.take()).isEqualTo("null");
        assertThat(called.take()).isEqualTo("null");
        assertThat(ref.enqueue()).isFalse();
    }

    @Test
    void callsBackInAThreadOfTheLibraryWhoeverMadeItDie() throws Exception {
        WeakRef<Object> ref =
                WeakRef.of(referent, dead -> called.add(Thread.currentThread().getName()));

        ref.enqueue();

        assertThat(called.take()).asString().startsWith("weakref-callbacks-");
        assertThat(ref.get()).isNull();
    }

    @Test
    void enqueueSaysThatItIsToCallBackHoweverSoonItDoes() {
        for (int i = 0; i < 2_000; i++) {
            assertThat(WeakRef.of(referent, dead -> {}).enqueue())
                    .as("try %s", i)
                    .isTrue();
        }
    }

    @Test
    void clearCancelsTheCallback() throws Exception {
        WeakRef<Object> cleared = WeakRef.of(referent, called::add);
        WeakRef<Object> other = WeakRef.of(referent, called::add);

        cleared.clear();
        cleared.enqueue();
        other.enqueue();

        assertThat(called.take()).isSameAs(other);
        assertThat(called).isEmpty();
        assertThat(cleared.get()).isNull();
    }

    @Test
    void aCallbackThatThrowsIsReportedAndTheRestRuns() throws Exception {
        Error failure = new AssertionError("for the test");
        WeakRefs.onCallbackFailure((owner, thrown) -> {
            called.add(owner);
            called.add(thrown);
        });
        WeakRef<Object> older = WeakRef.of(referent, called::add);
        WeakRef<Object> failing = WeakRef.of(referent, dead -> {
            throw failure;
        });

        failing.enqueue();
        older.enqueue();

        assertThat(called.take()).isSameAs(failing);
        assertThat(called.take()).isSameAs(failure);
        assertThat(called.take()).isSameAs(older);
    }

    @Test
    void withoutAHandlerAFailureIsALogLine() {
        WeakRefs.onCallbackFailure((owner, thrown) -> called.add(owner));
        WeakRefs.onCallbackFailure(null);
        Consumer<WeakRef<Object>> failing = dead -> {
            throw new IllegalStateException("for the test");
        };
        WeakRef<Object> ref = WeakRef.of(referent, failing);
        String line = "WARNING A callback failed: " + failing.getClass().getName();
        try (LogLines log = new LogLines()) {
            ref.enqueue();

            Gc.awaitWithoutCollecting(() -> !log.with(line).isEmpty(), "nothing was logged");
            assertThat(log.with(line)).hasSize(1);
        }
        assertThat(called).isEmpty();
        assertThat(ref.get()).isNull();
    }

    @Test
    void whileBothLiveTheyAreEqualAsTheirReferentsAre() {
        String one = new String("same");
        String two = new String("same");

        assertThat(WeakRef.of(one)).isEqualTo(WeakRef.of(two)).isEqualTo(WeakRef.of(two, called::add));
        assertThat(WeakRef.of(one)).hasSameHashCodeAs(WeakRef.of(two)).hasSameHashCodeAs(new Counted<>(two));
        assertThat(WeakRef.of(one)).isNotEqualTo(WeakRef.of(new String("other")));
        Reference.reachabilityFence(two);
    }

    @Test
    void onceOneIsDeadTheyAreEqualByIdentity() {
        String one = new String("same");
        String two = new String("same");
        WeakRef<String> dead = new Counted<>(one);
        WeakRef<String> alive = new Counted<>(two);
        dead.clear();

        assertThat(dead).isEqualTo(dead).isNotEqualTo(alive).isNotEqualTo(new Counted<>(one));
        assertThat(alive).isNotEqualTo(dead);
    }

    @Test
    void equalsNothingButReferencesEvenIfTheReferentClaimsTo() {
        Object claims = new Object() {
            @Override
            public boolean equals(Object other) {
                return true;
            }

            @Override
            public int hashCode() {
                return 7;
            }
        };
        WeakRef<Object> ref = WeakRef.of(claims);

        assertThat(ref.equals(claims)).isFalse();
        assertThat(ref.equals(new WeakReference<>(claims))).isFalse();
        try (FinalizerRegistry registry = FinalizerRegistry.create()) {
            Finalizer<Void> finalizer = registry.register(claims, () -> {});
            assertThat(ref.equals(finalizer)).isFalse();
            assertThat(finalizer.equals(ref)).isFalse();
        }
    }

    @Test
    void keepsTheHashThatItWasAskedForWhileTheReferentLived() {
        String value = new String("value");
        WeakRef<String> asked = new Counted<>(value);
        WeakRef<String> unasked = new Counted<>(value);
        int hash = asked.hashCode();

        asked.clear();
        unasked.clear();

        assertThat(asked.hashCode()).isEqualTo(hash).isEqualTo("value".hashCode());
        assertThatIllegalStateException()
                .isThrownBy(unasked::hashCode)
                .withMessage("The referent was collected before its hash was computed; call hashCode() while it lives");
        Reference.reachabilityFence(value);
    }

    @Test
    void aSubclassMayOverrideGetAndIsNotAskedForEquality() {
        String value = new String("value");
        Counted<String> counted = new Counted<>(value);

        assertThat(counted.get()).isEqualTo("value");
        assertThat(counted).isEqualTo(WeakRef.of(value));
        assertThat(WeakRef.of(value)).isEqualTo(counted);
        assertThat(counted.hashCode()).isEqualTo("value".hashCode());
        assertThat(counted.count).isEqualTo(1);
        Reference.reachabilityFence(value);
    }

    @Test
    void showsTheClassOfItsReferentAndNeverItsValue() {
        String secret = new String("secret");
        WeakRef<String> ref = WeakRef.of(secret);

        assertThat(ref).hasToString("WeakRef[java.lang.String]");
        SimulatedCollector.collect(ref);
        assertThat(ref).hasToString("WeakRef[dead]");
        Reference.reachabilityFence(secret);
    }

    @Test
    @Tag("collects")
    void whatWasCollectedCallsBackNewestFirst() throws Exception {
        List<WeakRef<?>> kept = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            keepTwo(kept, i);
        }

        Gc.awaitTrue(() -> called.size() == 200, "not all callbacks have run");

        for (int i = 0; i < 100; i++) {
            int number = i;
            assertThat(called)
                    .filteredOn(entry -> entry.equals("older " + number) || entry.equals("newer " + number))
                    .containsExactly("newer " + number, "older " + number);
        }
    }

    private void keepTwo(List<WeakRef<?>> kept, int number) {
        Object dying = new Object();
        kept.add(WeakRef.of(dying, dead -> called.add("older " + number)));
        kept.add(WeakRef.of(dying, dead -> called.add("newer " + number)));
    }

    /** A reference with data and an override. */
    private static final class Counted<T> extends WeakRef<T> {
        private int count;

        Counted(T referent) {
            super(referent);
        }

        @Override
        public T get() {
            count++;
            return super.get();
        }
    }
}

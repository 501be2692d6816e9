package dev.weakref.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weakref.CaptureCheck;
import dev.weakref.FinalizerRegistry;
import dev.weakref.WeakKeyMap;
import dev.weakref.WeakRef;
import dev.weakref.WeakValueMap;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.SoftReference;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("collects")
@Timeout(120)
class GcTests {

    private static final Duration SHORT = Duration.ofMillis(50);

    private final Object held = new Held();

    /** What tests hold, by the name that messages have. */
    private static final class Held {}

    @Test
    void whatNobodyHoldsIsCleared() {
        Reference<Object> reference = make();

        Gc.awaitCleared(reference);

        assertThat(reference.get()).isNull();
    }

    @Test
    void whatSomebodyHoldsIsNamedAtTheDeadline() {
        assertThatThrownBy(() -> Gc.awaitCleared(new WeakReference<>(held), SHORT))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith(
                        "Still reachable after PT0.05S of collecting: a dev.weakref.test.GcTests$Held\nWhat else")
                .hasMessageEndingWith("For a heap dump here, run with -Dweakref.test.heapdump=<folder>");
    }

    @Test
    void aReferenceThatWasClearedByHandIsCleared() {
        Reference<Object> reference = new WeakReference<>(held);
        reference.clear();

        assertThatCode(() -> Gc.awaitCleared(reference)).doesNotThrowAnyException();
    }

    @Test
    void aReferentThatTheReferenceKeepsToItselfHasNoClass() {
        assertThatThrownBy(() -> Gc.awaitCleared(new PhantomReference<>(held, new ReferenceQueue<>()), SHORT))
                .hasMessageContaining("the referent of a java.lang.ref.PhantomReference");
    }

    @Test
    void aSoftReferenceIsSaidToBeSo() {
        assertThatThrownBy(() -> Gc.awaitCleared(new SoftReference<>(held), SHORT))
                .hasMessageContaining("The reference is soft, and so is cleared only when memory is low");
    }

    @Test
    void whatTheSupplierMakesIsCollected() {
        AtomicInteger made = new AtomicInteger();

        Gc.awaitCollected(() -> new int[made.incrementAndGet()]);

        assertThat(made).hasValue(1);
    }

    @Test
    void aSupplierThatHoldsItsVictimIsNamed() {
        Object victim = held;

        assertThatThrownBy(() -> Gc.awaitCollected(() -> victim, SHORT))
                .hasMessageContaining("$Held\n  The supplier that made it holds it: supplier → arg$1\n");
    }

    @Test
    void aFinalizerThatHoldsItsReferentIsNamed() {
        try (FinalizerRegistry registry =
                FinalizerRegistry.builder().captureCheck(CaptureCheck.OFF).build()) {
            registry.finalizer(held)
                    .name("of the state")
                    .state(new Object[] {held})
                    .run(state -> {});
            registry.finalizer(held).name("of the action").run(held::hashCode);
            registry.finalizer(held).name("of neither").run(() -> {});

            assertThatThrownBy(() -> Gc.awaitCleared(new WeakReference<>(held), SHORT))
                    .hasMessageContaining("$Held"
                            + "\n  Finalizer[2 'of the action', live] holds it: action → arg$1"
                            + "\n  Finalizer[1 'of the state', live] holds it: state[0]"
                            + "\nWhat else");
        }
    }

    @Test
    void aCallbackThatHoldsItsReferentIsNamed() {
        Object captured = held;
        WeakRef<Object> ref = WeakRef.of(held, dead -> captured.hashCode());

        assertThatThrownBy(() -> Gc.awaitCleared(ref, SHORT))
                .hasMessageContaining("$Held\n  The callback of a WeakRef holds it: callback → arg$1\n");
    }

    @Test
    void anEntryWhoseOtherSideHoldsItIsNamed() {
        WeakKeyMap<Object, Object> byKey =
                WeakKeyMap.builder().name("by\nkey").identity().build();
        WeakValueMap<Object, Object> byValue = WeakValueMap.create();
        byKey.put(held, new Object[] {new Object(), held});
        byValue.put(new Side(held), held);
        byValue.put("harmless", held);

        assertThatThrownBy(() -> Gc.awaitCleared(new WeakReference<>(held), SHORT))
                .message()
                .contains("\n  Its entry in a WeakKeyMap 'by?key' holds it: entry[1]\n")
                .contains("\n  Its entry in a WeakValueMap holds it: entry → object\n")
                .hasLineCount(5);
        Reference.reachabilityFence(byKey);
        Reference.reachabilityFence(byValue);
    }

    private record Side(Object object) {}

    @Test
    void waitsUntilAConditionHolds() {
        AtomicInteger asked = new AtomicInteger();

        Gc.awaitTrue(() -> asked.incrementAndGet() == 3, "was not asked");

        assertThat(asked).hasValue(3);
    }

    @Test
    void aConditionThatNeverHoldsFailsWithItsMessage() {
        assertThatThrownBy(() -> Gc.awaitTrue(() -> false, "the map is not empty", SHORT))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("After PT0.05S of collecting: the map is not empty\n");
    }

    @Test
    void anInterruptEndsTheWaitAndIsKept() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> Gc.awaitTrue(() -> false, "never"))
                .isInstanceOf(AssertionError.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void whatSomebodyHoldsStays() {
        assertThatCode(() -> Gc.assertReachable(new WeakReference<>(held))).doesNotThrowAnyException();
    }

    @Test
    void whatNobodyHoldsDoesNotStay() {
        assertThatThrownBy(() -> Gc.assertReachable(make()))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("nothing holds it strongly");
    }

    /** In a method of its own, so that no variable of the test holds it. */
    private static Reference<Object> make() {
        return new WeakReference<>(new Object());
    }
}

package dev.weakref.test;

import static dev.weakref.test.WeakrefAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weakref.Finalizer;
import dev.weakref.Finalizer.Trigger;
import dev.weakref.FinalizerRegistry;
import dev.weakref.LeakLevel;
import dev.weakref.WeakKeyMap;
import dev.weakref.WeakRef;
import dev.weakref.WeakSet;
import dev.weakref.WeakValueMap;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class WeakrefAssertionsTests {

    private static final Duration SHORT = Duration.ofMillis(50);

    private final FinalizerRegistry registry = FinalizerRegistry.create("asserted");
    private final Object held = new Object();

    @AfterEach
    void close() {
        registry.close();
    }

    private static void passes(ThrowingCallable assertion) {
        assertThatCode(assertion).doesNotThrowAnyException();
    }

    private static void fails(ThrowingCallable assertion, String message) {
        assertThatThrownBy(assertion).isInstanceOf(AssertionError.class).hasMessageContaining(message);
    }

    @Nested
    class OfRegistries {

        @Test
        void countsTheLive() {
            passes(() -> assertThat(registry).hasNoLiveFinalizers());
            registry.finalizer(held).name("100%").run(() -> {});

            passes(() -> assertThat(registry).hasLiveFinalizers(1));
            fails(
                    () -> assertThat(registry).hasNoLiveFinalizers(),
                    "Expected 0 live finalizers, but there are 1 in FinalizerRegistry[asserted, 1 live]"
                            + "\n  1 '100%' for a java.lang.Object");
            fails(() -> assertThat(registry).hasLiveFinalizers(2), "Expected 2 live finalizers, but there are 1");
        }

        @Test
        void showsTheLineWhereItIsKnown() {
            registry.setLeakLevel(LeakLevel.PARANOID);
            registry.register(held, () -> {});

            fails(
                    () -> assertThat(registry).hasNoLiveFinalizers(),
                    " for a java.lang.Object, registered at dev.weakref.test.WeakrefAssertionsTests$OfRegistries.shows");
        }

        @Test
        void knowsTheNamesOfTheLive() {
            registry.finalizer(held).name("dead").run(() -> {}).close();
            registry.finalizer(held).name("live").run(() -> {});

            passes(() -> assertThat(registry).hasLiveFinalizerNamed("live"));
            fails(() -> assertThat(registry).hasLiveFinalizerNamed("dead"), "No live finalizer has the name 'dead'");
        }

        @Test
        void knowsWhetherItIsClosed() {
            passes(() -> assertThat(registry).isOpen());
            fails(() -> assertThat(registry).isClosed(), "FinalizerRegistry[asserted, 0 live] is open");

            registry.close();

            passes(() -> assertThat(registry).isClosed());
            fails(() -> assertThat(registry).isOpen(), "FinalizerRegistry[asserted, 0 live] is closed");
        }

        @Test
        @Tag("collects")
        void waitsForTheDead() {
            registry.register(new Object(), () -> {});

            passes(() -> assertThat(registry).eventuallyHasNoLiveFinalizers());
        }

        @Test
        @Tag("collects")
        void doesNotWaitForTheLivingForEver() {
            registry.register(held, () -> {});

            fails(
                    () -> assertThat(registry).eventuallyHasNoLiveFinalizers(SHORT),
                    "There are live finalizers after PT0.05S of collecting in FinalizerRegistry[asserted, 1 live]\n  1 ");
        }
    }

    @Nested
    class OfFinalizers {

        private final Finalizer<Void> finalizer =
                registry.finalizer(held).name("asserted").run(() -> {});

        @Test
        void knowsTheLiving() {
            passes(() -> assertThat(finalizer).isAlive());
            fails(() -> assertThat(finalizer).isDead(), "Expected Finalizer[1 'asserted', live] to be dead");
            fails(() -> assertThat(finalizer).ranBecause(Trigger.EXPLICIT), "to have run because of EXPLICIT");
            fails(() -> assertThat(finalizer).wasDetached(), "to have been detached");
        }

        @Test
        void knowsWhyItRan() {
            finalizer.close();

            passes(() -> assertThat(finalizer).isDead().ranBecause(Trigger.EXPLICIT));
            fails(() -> assertThat(finalizer).isAlive(), "to be alive");
            fails(() -> assertThat(finalizer).ranBecause(Trigger.EXIT), "to have run because of EXIT");
            fails(() -> assertThat(finalizer).wasDetached(), "to have been detached");
        }

        @Test
        void knowsTheDetached() {
            finalizer.detach();

            passes(() -> assertThat(finalizer).isDead().wasDetached());
            fails(() -> assertThat(finalizer).ranBecause(Trigger.EXPLICIT), "to have run because of EXPLICIT");
        }

        @Test
        void knowsWhetherItRunsAtExit() {
            passes(() -> assertThat(finalizer).isAtExit());
            fails(() -> assertThat(finalizer).isNotAtExit(), "to be one that does not run at exit");

            finalizer.setAtExit(false);

            passes(() -> assertThat(finalizer).isNotAtExit());
            fails(() -> assertThat(finalizer).isAtExit(), "to be one that runs at exit");
        }

        @Test
        @Tag("collects")
        void waitsForItsRun() {
            Finalizer<Void> dropped = registry.register(new Object(), () -> {});

            passes(() -> assertThat(dropped).eventuallyRanBecause(Trigger.UNREACHABLE));
            fails(() -> assertThat(dropped).eventuallyRanBecause(Trigger.EXIT), "to have run because of EXIT");
        }

        @Test
        @Tag("collects")
        void doesNotWaitForEver() {
            fails(
                    () -> assertThat(finalizer).eventuallyRanBecause(Trigger.UNREACHABLE, SHORT),
                    "to have run because of UNREACHABLE within PT0.05S of collecting");
        }
    }

    @Nested
    class OfReferences {

        @Test
        void knowsTheCleared() {
            WeakRef<Object> ref = WeakRef.of(held, dead -> {});
            passes(() -> assertThat(ref).isNotCleared());
            fails(() -> assertThat(ref).isCleared(), "it refers to a java.lang.Object");

            ref.clear();

            passes(() -> assertThat(ref).isCleared());
            fails(() -> assertThat(ref).isNotCleared(), "Expected a reference that is not cleared");
        }

        @Test
        @Tag("collects")
        void whatNobodyHoldsIsEventuallyClearedAndDoesNotStay() {
            passes(() -> assertThat(WeakRef.of(new Object())).eventuallyCleared());
            fails(() -> assertThat(new WeakReference<>(new Object())).keepsReferent(), "that is not cleared");
        }

        @Test
        @Tag("collects")
        void whatSomebodyHoldsStaysAndIsNotCleared() {
            passes(() -> assertThat(WeakRef.of(held)).keepsReferent());
            fails(
                    () -> assertThat(WeakRef.of(held)).eventuallyCleared(SHORT),
                    "Still reachable after PT0.05S of collecting: a java.lang.Object");
        }
    }

    @Nested
    @Tag("collects")
    class OfCollections {

        @Test
        void valuesGoAndStay() {
            WeakValueMap<String, Object> map = WeakValueMap.create();
            map.put("held", held);
            map.put("dropped", new Object());

            passes(() -> assertThat(map).eventuallyHasSize(1).containsEntry("held", held));
            passes(() -> assertThat(map).keepsSize(1));
            fails(
                    () -> assertThat(map).eventuallyHasSize(0, SHORT),
                    "After PT0.05S of collecting the size is 1, and should be 0;"
                            + " including dead entries that have not been removed it is 1");
            fails(() -> assertThat(map).keepsSize(2), "Expected size: 2 but was: 1");
        }

        @Test
        void keysGoAndStay() {
            WeakKeyMap<Object, String> map = WeakKeyMap.create();
            map.put(held, "held");
            map.put(new Object(), "dropped");

            passes(() -> assertThat(map).eventuallyHasSize(1).containsOnlyKeys(held));
            fails(() -> assertThat(map).eventuallyHasSize(0, SHORT), "the size is 1, and should be 0");
        }

        @Test
        void elementsGoAndStay() {
            WeakSet<Object> set = WeakSet.create();
            set.add(held);
            set.add(new Object());

            passes(() -> assertThat(set).eventuallyHasSize(1).containsExactly(held));
            passes(() -> assertThat(set).keepsSize(1).filteredOn(held::equals).hasSize(1));
            fails(() -> assertThat(set).eventuallyHasSize(0, SHORT), "the size is 1, and should be 0");
            fails(() -> assertThat(set).keepsSize(2), "Expected size: 2 but was: 1");
        }

        @Test
        void deadEntriesThatAreNotRemovedAreSeen() {
            assertThat(WeakSizes.eventually(0, () -> 0, () -> 1, SHORT))
                    .hasValueSatisfying(message -> assertThat(message).endsWith("it is 1"));
        }
    }

    @Test
    void otherTypesAreStillAssertJs() {
        passes(() -> assertThat(Map.of("key", "value")).containsKey("key"));
        passes(() -> assertThat("text").hasSize(4));
    }

    @Test
    void nullIsAFailureAndNoError() {
        fails(() -> assertThat((FinalizerRegistry) null).hasNoLiveFinalizers(), "not to be null");
        fails(() -> assertThat((Finalizer<?>) null).isAlive(), "not to be null");
        fails(() -> assertThat((Reference<?>) null).isCleared(), "not to be null");
        fails(() -> assertThat((WeakValueMap<?, ?>) null).keepsSize(0), "not to be null");
        fails(() -> assertThat((WeakSet<?>) null).eventuallyHasSize(0), "not to be null");
    }
}

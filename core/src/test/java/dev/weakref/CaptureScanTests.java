package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CaptureScanTests {

    private final FinalizerRegistry registry = FinalizerRegistry.create("test");
    private final Victim referent = new Victim();

    @AfterEach
    void close() {
        registry.close();
    }

    @Nested
    class Sure {

        @Test
        void aLambdaThatCapturesTheReferent() {
            Victim captured = referent;

            refused(() -> captured.close(), "action → arg$1");
        }

        @Test
        void aMethodReferenceBoundToTheReferent() {
            refused(referent::close, "action → arg$1");
        }

        @Test
        void anInnerClassOfTheReferent() {
            refused(referent.new Inner(), "action → this$0");
        }

        @Test
        void anAnonymousClassThatCapturesTheReferent() {
            Victim captured = referent;

            refused(
                    new FinalizerRegistry.Action() {
                        @Override
                        public void run() {
                            captured.close();
                        }
                    },
                    "action → val$captured");
        }

        @Test
        void aFieldOfTheActionItself() {
            refused(new Holding(referent), "action → held");
        }

        @Test
        void aNestedLambda() {
            Victim captured = referent;
            Supplier<Victim> nested = () -> captured;

            refused(nested::get, "action → arg$1 → arg$1");
        }

        @Test
        void aRecordInTheState() {
            assertThatThrownBy(() -> registry.register(referent, new Pair("name", referent), state -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("state → second");
        }

        @Test
        void anArrayInTheState() {
            assertThatThrownBy(() ->
                            registry.register(referent, new Object[][] {{"name"}, {"x", referent}}, state -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("state[1][1]");
        }

        @Test
        void theReferentAsItsOwnState() {
            assertThatThrownBy(() -> registry.register(referent, referent, Victim::close))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("held by its own finalizer: state.");
        }

        @Test
        void aFieldOfASuperclass() {
            refused(new HoldingMore(referent), "action → held");
        }

        @Test
        void isNamedWithItsClassAndWhatToDo() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> registry.register(referent, referent::close))
                    .withMessageContaining(Victim.class.getName())
                    .withMessageContaining("It would never be collected")
                    .withMessageContaining("give the action a state");
            assertThat(registry.stats().registered()).isZero();
        }

        private void refused(FinalizerRegistry.Action action, String path) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> registry.register(referent, action))
                    .withMessageContaining(path);
        }
    }

    static List<Object> statesThatHoldWhatTheyMayLetGo() {
        return List.of(
                new ArrayList<>(List.of("name", Shared.REFERENT)),
                new LinkedList<>(List.of(Shared.REFERENT)),
                List.of("name", Shared.REFERENT),
                Set.of(Shared.REFERENT),
                new HashMap<>(Map.of("key", Shared.REFERENT)),
                Map.of(Shared.REFERENT, "value"),
                new ConcurrentHashMap<>(Map.of("key", List.of(Shared.REFERENT))),
                new Mutable(Shared.REFERENT),
                new Pair("name", new Mutable(Shared.REFERENT)));
    }

    @ParameterizedTest
    @MethodSource("statesThatHoldWhatTheyMayLetGo")
    void warnsOfAPathThatDependsOnData(Object state) {
        try (LogLines log = new LogLines()) {
            Finalizer<Void> finalizer = registry.register(Shared.REFERENT, state, same -> {});

            assertThat(finalizer.isAlive()).isTrue();
            assertThat(log.with("WARNING The referent, a " + Victim.class.getName()))
                    .hasSize(1);
        }
    }

    @Test
    void warnsOnceForEachClassOfAction() {
        try (LogLines log = new LogLines()) {
            for (int i = 0; i < 3; i++) {
                registry.register(referent, List.of(referent), same -> {});
            }

            assertThat(log.with("is held by its own finalizer: state[0]")).hasSize(1);
        }
    }

    @Test
    void looksAtNothingThatDoesNotHoldStrongly() {
        assertAccepted(new WeakReference<>(referent));
        assertAccepted(WeakRef.of(referent));
        assertAccepted(Map.of("name", 1));
        assertAccepted(new byte[1000]);
        assertAccepted(Thread.currentThread());
    }

    @Test
    void runsNoCodeOfCollectionsThatAreNotTheJdks() {
        assertAccepted(new Watched());
    }

    @Test
    void runsNoCodeBehindAWrapperOfTheJdk() {
        assertAccepted(Collections.unmodifiableSet(new Watched()));
        assertAccepted(Collections.synchronizedCollection(new Watched()));
    }

    @Test
    void runsNoComparatorBehindAViewOfTheJdk() {
        AtomicInteger compared = new AtomicInteger();
        TreeMap<String, Object> map = new TreeMap<>((one, other) -> {
            compared.incrementAndGet();
            return one.compareTo(other);
        });
        map.put("a", 1);
        map.put("b", 2);
        SortedMap<String, Object> view = map.headMap("b");
        compared.set(0);

        assertAccepted(view);

        assertThat(compared).hasValue(0);
    }

    @Test
    void findsASurePathToWhatAnUnsureOneHasSeenBefore() {
        Object[] array = {referent};
        List<Object[]> list = List.<Object[]>of(array);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.register(referent, new Pair(list, array), state -> {}))
                .withMessageContaining("state → second[0]");
    }

    @Test
    void copesWithCyclesAndDepth() {
        Object[] cycle = new Object[1];
        cycle[0] = cycle;
        Object deep = "end";
        for (int i = 0; i < 10_000; i++) {
            deep = new Object[] {deep};
        }

        assertAccepted(cycle);
        assertAccepted(deep);
    }

    @Test
    void warnModeWarnsOfWhatIsSure() {
        try (FinalizerRegistry lenient = FinalizerRegistry.builder()
                        .captureCheck(CaptureCheck.WARN)
                        .build();
                LogLines log = new LogLines()) {
            lenient.register(referent, referent::close).detach();

            assertThat(log.with("WARNING The referent")).hasSize(1);
        }
    }

    @Test
    void offModeDoesNotLook() {
        try (FinalizerRegistry blind = FinalizerRegistry.builder()
                        .captureCheck(CaptureCheck.OFF)
                        .build();
                LogLines log = new LogLines()) {
            blind.register(referent, referent::close).detach();

            assertThat(log.with("referent")).isEmpty();
        }
    }

    @Test
    void saysNothingOfWhatAModuleOfTheJdkHides() {
        try (LogLines log = new LogLines()) {
            registry.register(referent, Optional.of(referent), same -> {});
            registry.register(referent, new java.util.logging.LogRecord(Level.INFO, ""), same -> {});

            assertThat(log.with("Unknown whether")).isEmpty();
        }
    }

    @Test
    void refusesAFinalFieldOfTheStateItself() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.register(referent, new Fixed(referent), same -> {}))
                .withMessageContaining("is held by its own finalizer: state → content. It would never be collected;");
    }

    @Test
    void warnsOfAnotherFieldAndSaysWhatToDo() {
        for (Object state : List.of(new Mutable(referent), new Fixed(new Fixed(referent)))) {
            try (LogLines log = new LogLines();
                    FinalizerRegistry own = FinalizerRegistry.create()) {
                own.register(referent, state, same -> {});

                assertThat(log.with("WARNING The referent"))
                        .singleElement()
                        .asString()
                        .contains(" → content. While it is, it is not collected; give the action a state that does not")
                        .doesNotContain("ignore");
            }
        }
    }

    private void assertAccepted(Object state) {
        try (LogLines log = new LogLines()) {
            assertThatCode(() -> registry.register(referent, state, same -> {})).doesNotThrowAnyException();
            assertThat(log.with("WARNING The referent")).isEmpty(); // other threads may warn of something else
        }
    }

    private static final class Shared {
        static final Victim REFERENT = new Victim();
    }

    private static final class Victim {
        void close() {}

        final class Inner implements FinalizerRegistry.Action {
            @Override
            public void run() {
                close();
            }
        }
    }

    private static final class Watched extends TreeSet<Object> {
        private static final long serialVersionUID = 1L;

        @Override
        public Iterator<Object> iterator() {
            throw new AssertionError("looked into");
        }
    }

    private record Pair(Object first, Object second) {}

    private static class Holding implements FinalizerRegistry.Action {
        final Object held;

        Holding(Object held) {
            this.held = held;
        }

        @Override
        public void run() {}
    }

    private static final class HoldingMore extends Holding {
        HoldingMore(Object held) {
            super(held);
        }
    }

    private static final class Fixed {
        final Object content;

        Fixed(Object content) {
            this.content = content;
        }
    }

    private static final class Mutable {
        final AtomicReference<String> other = new AtomicReference<>();
        Object content;

        Mutable(Object content) {
            this.content = content;
        }
    }
}

package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.weakref.WeakRefs.Hold;
import dev.weakref.WeakRefs.Kind;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class WeakRefsTests {

    private static final Function<Runnable, Runnable> RUN = runnable -> runnable::run;

    private final Runnable referent = new Runnable() {
        @Override
        public void run() {}

        @Override
        public boolean equals(Object other) {
            return other instanceof Runnable;
        }

        @Override
        public int hashCode() {
            return 7;
        }
    };

    @Test
    void anObjectThatWasNeverReferencedHasNone() {
        assertThat(WeakRefs.count(referent)).isZero();
        assertThat(WeakRefs.of(referent)).isEmpty();
        assertThatNullPointerException().isThrownBy(() -> WeakRefs.count(null));
    }

    @Test
    void aHoldIsComparedAndWrittenWithoutAskingItsHolder() {
        Runnable dead = WeakProxy.of(referent, Runnable.class, gone -> {});
        Hold hold = new Hold(Kind.PROXY, null, dead);
        SimulatedCollector.collect(dead);

        assertThat(new Hold(Kind.PROXY, null, dead)).isEqualTo(hold).hasSameHashCodeAs(hold);
        assertThat(new Hold(Kind.PROXY, null, WeakProxy.of(referent, Runnable.class)))
                .isNotEqualTo(hold);
        assertThat(new Hold(Kind.REFERENCE, null, dead)).isNotEqualTo(hold);
        assertThat(new Hold(Kind.PROXY, "name", dead)).isNotEqualTo(hold);
        assertThat(hold).hasToString("Hold[PROXY, " + WeakProxy.describe(dead) + "]");
        assertThat(new Hold(Kind.ENTRY, "cache", WeakSet.create()))
                .hasToString("Hold[ENTRY 'cache', dev.weakref.WeakSet]");
    }

    @Test
    void aProxyOfAFinalizerIsListedAsAProxy() {
        try (FinalizerRegistry registry = FinalizerRegistry.create()) {
            Finalizer<?> finalizer = registry.register(referent, () -> {});
            Finalizer<?> proxy = WeakProxy.of(finalizer, Finalizer.class, gone -> {});

            assertThat(WeakRefs.of(finalizer)).containsExactly(new Hold(Kind.PROXY, null, proxy));
        }
    }

    @Test
    void countsAndListsAllThatReferToAnObject() {
        try (FinalizerRegistry registry = FinalizerRegistry.create()) {
            WeakValueMap<String, Runnable> named =
                    WeakValueMap.<String, Runnable>builder().name("named").build();
            named.put("one", referent);
            named.put("two", referent);
            named.put("other", () -> {});
            Finalizer<Void> older = registry.finalizer(referent).name("older").run(() -> {});
            Finalizer<Void> newer = registry.finalizer(referent).name("newer").run(() -> {});
            WeakMethod<Runnable, Runnable> method = WeakMethod.of(referent, RUN);
            Runnable callingProxy = WeakProxy.of(referent, Runnable.class, dead -> {});
            WeakRef<Runnable> ofASubclass = new WeakRef<>(referent) {};
            WeakRef<Runnable> calling = WeakRef.of(referent, dead -> {});
            Runnable proxy = WeakProxy.of(referent, Runnable.class);
            WeakRef<Runnable> shared = WeakRef.of(referent);

            List<Hold> holds = WeakRefs.of(referent);

            assertThat(holds)
                    .extracting(Hold::kind)
                    .containsExactly(
                            Kind.REFERENCE,
                            Kind.PROXY,
                            Kind.REFERENCE,
                            Kind.REFERENCE,
                            Kind.PROXY,
                            Kind.METHOD,
                            Kind.FINALIZER,
                            Kind.FINALIZER,
                            Kind.ENTRY,
                            Kind.ENTRY);
            Object[] expected = {shared, proxy, calling, ofASubclass, callingProxy, method, newer, older, named, named};
            for (int i = 0; i < expected.length; i++) {
                assertThat(holds.get(i).holder() == expected[i])
                        .as("hold %s", i)
                        .isTrue();
            }
            assertThat(holds.get(6).name()).isEqualTo("newer");
            assertThat(holds.get(8).name()).isEqualTo("named");
            assertThat(WeakRefs.count(referent)).isEqualTo(10);

            calling.clear();
            newer.close();
            older.detach();
            named.remove("one");

            assertThat(WeakRefs.count(referent)).isEqualTo(6);
            Reference.reachabilityFence(expected);
        }
    }

    @Test
    void theLibraryLogsWhereItIsTold() {
        List<String> lines = new ArrayList<>();
        WeakRefs.logTo((LineLogger) (level, message, failure) -> noteOwn(lines, level + " " + message));
        try {
            FinalizerRegistry.create("logged").close();
        } finally {
            WeakRefs.logTo(null);
        }

        assertThat(lines)
                .singleElement()
                .asString()
                .startsWith("INFO Exit pass of registry 'logged': 0 run (0 failed), 0 timed out, 0 skipped");
    }

    @Test
    void withoutALoggerOfItsOwnItLogsToThatOfThePlatform() {
        List<String> lines = new ArrayList<>();
        WeakRefs.logTo((LineLogger) (level, message, failure) -> noteOwn(lines, level + " " + message));
        WeakRefs.logTo(null);

        try (LogLines log = new LogLines()) {
            FinalizerRegistry.create("logged").close();

            assertThat(log.with("Exit pass of registry 'logged'")).hasSize(1);
        }
        assertThat(lines).isEmpty();
    }

    @Test
    void aLoggerIsOnlyReplacedByThePlatformsWhileItIsInUse() {
        List<String> former = new ArrayList<>();
        List<String> current = new ArrayList<>();
        System.Logger first = (LineLogger) (level, message, failure) -> noteOwn(former, message);
        System.Logger second = (LineLogger) (level, message, failure) -> noteOwn(current, message);
        try (LogLines log = new LogLines()) {
            WeakRefs.logTo(first);
            WeakRefs.logTo(second);
            WeakRefs.stopLoggingTo(first);
            FinalizerRegistry.create("logged").close();
            WeakRefs.stopLoggingTo(second);
            FinalizerRegistry.create("logged later").close();

            assertThat(current).singleElement().asString().contains("'logged'");
            assertThat(log.with("Exit pass of registry 'logged"))
                    .singleElement()
                    .asString()
                    .contains("later");
        } finally {
            WeakRefs.logTo(null);
        }
        assertThat(former).isEmpty();
    }

    /** Nothing that a registry of another test has to say in another thread. */
    private static void noteOwn(List<String> lines, String line) {
        if (line.contains("registry 'logged")) {
            lines.add(line);
        }
    }

    @Test
    void looksByIdentity() {
        Runnable equal = new WeakRefsTests().referent;
        assertThat(equal).isEqualTo(referent);

        WeakRef.of(equal);

        assertThat(WeakRefs.count(referent)).isZero();
    }
}

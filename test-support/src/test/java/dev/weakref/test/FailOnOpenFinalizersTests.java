package dev.weakref.test;

import static dev.weakref.test.Runs.failed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.instanceOf;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import dev.weakref.Finalizer;
import dev.weakref.FinalizerRegistry;
import dev.weakref.LeakLevel;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.opentest4j.TestAbortedException;

/** Each nested class without {@code @Nested} is a test class that one of these tests runs. */
class FailOnOpenFinalizersTests {

    private static final Object REFERENT = new Object();

    private static FinalizerRegistry registry;

    @BeforeEach
    void openRegistry() {
        registry = FinalizerRegistry.create("shared");
    }

    @AfterEach
    void closeRegistry() {
        registry.close();
    }

    private static Finalizer<Void> register(String name) {
        return registry.finalizer(REFERENT).name(name).run(() -> {});
    }

    // What is open.

    @FailOnOpenFinalizers(await = "0ms")
    static class Leaking {
        @Test
        void leaks() {
            register("left open");
        }

        @Test
        void closes() {
            register("closed").close();
            register("detached").detach();
        }
    }

    @Test
    void aTestThatLeavesAFinalizerOpenFailsAndNamesTheLine() {
        EngineExecutionResults results = Runs.of(Leaking.class);

        results.testEvents()
                .failed()
                .assertThatEvents()
                .haveExactly(
                        1,
                        event(finishedWithFailure(message(text -> text.replaceAll("\\d+", "1")
                                .equals("A finalizer is still open:"
                                        + "\nfinalizer 1 'left open' for a java.lang.Object"
                                        + " in FinalizerRegistry[shared, 1 live], registered"
                                        + "\n\tat dev.weakref.test.FailOnOpenFinalizersTests"
                                        + ".register(FailOnOpenFinalizersTests.java:1)"
                                        + "\n\tat dev.weakref.test.FailOnOpenFinalizersTests$Leaking"
                                        + ".leaks(FailOnOpenFinalizersTests.java:1)"
                                        + "\nCall or detach them, close their registry,"
                                        + " or allow their names in @FailOnOpenFinalizers")))));
    }

    @Test
    void testsThatCallOrDetachThemPass() {
        EngineExecutionResults results = Runs.of(Leaking.class);

        results.testEvents().assertStatistics(count -> count.succeeded(1).failed(1));
        results.containerEvents().assertStatistics(count -> count.failed(0));
    }

    @FailOnOpenFinalizers(await = "0ms")
    static class Requiring {
        @Test
        void leaksWhatMustBeClosed() {
            registry.finalizer(REFERENT).name("required").mustBeClosed().run(() -> {});
        }

        @Test
        void leaksWhatNeedNotBeClosed() {
            register("not required");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void openIsOpenWhateverTheRegistryReportsAtExit(boolean reported) {
        try (FinalizerRegistry choosing =
                FinalizerRegistry.builder().reportOpenAtExit(reported).build()) {
            registry.close();
            registry = choosing;

            Runs.of(Requiring.class)
                    .testEvents()
                    .failed()
                    .assertThatEvents()
                    .haveExactly(1, failed("leaksWhatMustBeClosed", "'required'"))
                    .haveExactly(1, failed("leaksWhatNeedNotBeClosed", "'not required'"));
        }
    }

    @FailOnOpenFinalizers(await = "0ms")
    static class Dropping {
        private static FinalizerRegistry opened;

        @Test
        void drops() {
            opened.finalizer(new Object()).name("dropped").run(() -> {});
        }
    }

    @Test
    void whatTheCollectorWouldHaveRunIsOpenAllTheSame() {
        // in which nothing is run by a collection that comes before the test has ended
        try (FinalizerRegistry busy =
                FinalizerRegistry.builder().executor(task -> {}).build()) {
            Dropping.opened = busy;

            Runs.of(Dropping.class)
                    .testEvents()
                    .failed()
                    .assertThatEvents()
                    .haveExactly(1, failed("drops", "'dropped'"));
        }
    }

    @FailOnOpenFinalizers(await = "0ms")
    static class Waiting {
        private static FinalizerRegistry opened;

        @Test
        void dropsWhatThenWaitsForItsRun() {
            Finalizer<Void> finalizer =
                    opened.finalizer(new Object()).name("waiting").run(() -> {});
            Gc.awaitTrue(() -> finalizer.peek() == null, "it is not dead");
        }
    }

    @Test
    @Tag("collects")
    void whatHasNotRunYetIsOpenThoughItsObjectIsGone() {
        try (FinalizerRegistry busy =
                FinalizerRegistry.builder().executor(task -> {}).build()) {
            Waiting.opened = busy;

            Runs.of(Waiting.class)
                    .testEvents()
                    .failed()
                    .assertThatEvents()
                    .haveExactly(1, failed("drops", "'waiting' for an object that has been collected in "));
        }
    }

    @FailOnOpenFinalizers(await = "0ms")
    static class Opening {
        private static FinalizerRegistry opened;

        @Test
        void opens() {
            opened = FinalizerRegistry.create("opened by the test");
            opened.register(REFERENT, () -> {});
        }

        @Test
        void closesTheRegistry() {
            FinalizerRegistry mine = FinalizerRegistry.create();
            mine.register(REFERENT, () -> {});
            mine.close();
        }
    }

    @Test
    void registriesThatTheTestOpenedCountUntilTheyAreClosed() {
        EngineExecutionResults results = Runs.of(Opening.class);
        Opening.opened.close();

        results.testEvents().assertStatistics(count -> count.succeeded(1).failed(1));
        results.testEvents()
                .failed()
                .assertThatEvents()
                .haveExactly(1, failed("opens", "FinalizerRegistry[opened by the test, 1 live]"));
    }

    @FailOnOpenFinalizers(await = "0ms")
    static class Many {
        @Test
        void leaksMany() {
            for (int i = 1; i <= 12; i++) {
                register("number " + i + ".");
            }
        }
    }

    @Test
    void ofManyTheNewestTenAreShown() {
        Runs.of(Many.class)
                .testEvents()
                .failed()
                .assertThatEvents()
                .haveExactly(
                        1,
                        event(finishedWithFailure(message(text -> text.startsWith("12 finalizers are still open:\n")
                                && text.contains("'number 12.'")
                                && text.contains("'number 3.'")
                                && !text.contains("'number 2.'")
                                && text.contains("\nand 2 more\n")))));
    }

    @FailOnOpenFinalizers(await = "1m")
    static class ClosingLate {

        /** Closes once the thread of the tests waits. */
        @Test
        void isClosedByAnotherThreadWhileTheExtensionWaits() {
            Finalizer<Void> finalizer = register("closed late");
            Thread tests = Thread.currentThread();
            new Thread(() -> {
                        while (tests.getState() != Thread.State.TIMED_WAITING && finalizer.isAlive()) {
                            Thread.onSpinWait();
                        }
                        finalizer.close();
                    })
                    .start();
        }
    }

    @Test
    void otherThreadsHaveTimeToCloseWhatIsOpen() {
        Runs.of(ClosingLate.class).testEvents().assertStatistics(count -> count.succeeded(1));
    }

    // Whose it is.

    @FailOnOpenFinalizers(await = "0ms")
    static class OlderOnes {
        @Test
        void leavesThemAlone() {}
    }

    @Test
    void whatWasOpenBeforeBelongsToNobody() {
        register("older");

        EngineExecutionResults results = Runs.of(OlderOnes.class);

        results.allEvents().assertStatistics(count -> count.failed(0));
    }

    @FailOnOpenFinalizers(await = "0ms")
    static class Constructing {
        private final Finalizer<Void> finalizer = register("of the instance");

        @Test
        void leaks() {}

        @Test
        void closes() {
            finalizer.close();
        }
    }

    @Test
    void whatAConstructorRegistersBelongsToItsTest() {
        EngineExecutionResults results = Runs.of(Constructing.class);

        results.containerEvents().assertStatistics(count -> count.failed(0));
        results.testEvents().assertStatistics(count -> count.succeeded(1).failed(1));
    }

    @FailOnOpenFinalizers(await = "0ms")
    @TestInstance(Lifecycle.PER_CLASS)
    static class ConstructingOnce {
        private final Finalizer<Void> finalizer = register("of the only instance");

        @Test
        void uses() {
            assertThat(finalizer.isAlive()).isTrue();
        }

        @Test
        void leaks() {
            register("of a test");
        }
    }

    @Test
    void whatTheOnlyInstanceRegistersBelongsToTheClass() {
        EngineExecutionResults results = Runs.of(ConstructingOnce.class);

        results.testEvents().assertStatistics(count -> count.succeeded(1));
        results.testEvents()
                .failed()
                .assertThatEvents()
                .haveExactly(1, failed("leaks", "A finalizer is", "'of a test'"));
        results.containerEvents()
                .failed()
                .assertThatEvents()
                .haveExactly(1, failed("ConstructingOnce", "A finalizer is", "'of the only instance'"));
    }

    @FailOnOpenFinalizers(await = "0ms")
    static class BeforeAllLeaks {
        @BeforeAll
        static void open() {
            register("of the class");
        }

        @Test
        void leaks() {
            register("of the test");
        }

        @Test
        @FailOnOpenFinalizers(await = "0ms", allow = "*")
        void leaksAndMay() {
            register("of the test, allowed");
        }
    }

    @Test
    void whatBeforeAllRegistersBelongsToTheClassAndNothingElseDoes() {
        EngineExecutionResults results = Runs.of(BeforeAllLeaks.class);

        results.testEvents()
                .failed()
                .assertThatEvents()
                .hasSize(1)
                .haveExactly(1, failed("leaks", "A finalizer is still open:\n", "'of the test'"));
        results.containerEvents()
                .failed()
                .assertThatEvents()
                .hasSize(1)
                .haveExactly(
                        1,
                        failed(
                                "BeforeAllLeaks",
                                "A finalizer is still open, registered by the class outside of its tests:\n",
                                "'of the class'"));
    }

    @FailOnOpenFinalizers(await = "0ms")
    static class AfterAllCloses {
        private static Finalizer<Void> finalizer;

        @BeforeAll
        static void open() {
            finalizer = register("of the class");
        }

        @Test
        void uses() {
            assertThat(finalizer.isAlive()).isTrue();
        }

        @AfterAll
        static void close() {
            finalizer.close();
        }
    }

    @Test
    void whatAfterAllClosesIsNotOpen() {
        Runs.of(AfterAllCloses.class)
                .allEvents()
                .assertStatistics(count -> count.failed(0).succeeded(3));
    }

    @FailOnOpenFinalizers(await = "0ms")
    static class ClosedByJUnit {
        @AutoClose
        private final FinalizerRegistry mine = FinalizerRegistry.create();

        @Test
        void registers() {
            mine.register(REFERENT, () -> {});
        }
    }

    @Test
    void whatJUnitClosesAfterTheTestIsNotOpen() {
        Runs.of(ClosedByJUnit.class).allEvents().assertStatistics(count -> count.failed(0));
    }

    @FailOnOpenFinalizers(await = "0ms")
    static class Outer {
        @Nested
        class Inner {
            @BeforeAll
            static void open() {
                register("of the inner class");
            }

            @Test
            void leaks() {
                register("of the inner test");
            }
        }
    }

    @Test
    void nestedClassesAreHeldToTheAnnotationOfTheOuterOne() {
        EngineExecutionResults results = Runs.of(Outer.class);

        results.testEvents().failed().assertThatEvents().haveExactly(1, failed("leaks", "'of the inner test'"));
        results.containerEvents()
                .failed()
                .assertThatEvents()
                .hasSize(1)
                .haveExactly(1, failed("nested-class:Inner", "A finalizer is", "'of the inner class'"));
    }

    static class Partly {
        @Test
        void notAnnotated() {
            register("nobody asks");
        }

        @Test
        @FailOnOpenFinalizers(await = "0ms")
        void annotated() {
            register("of the test");
        }
    }

    @Test
    void onAMethodItHoldsForThatTest() {
        EngineExecutionResults results = Runs.of(Partly.class);

        results.testEvents().assertStatistics(count -> count.succeeded(1).failed(1));
        results.testEvents().failed().assertThatEvents().haveExactly(1, failed("annotated", "'of the test'"));
    }

    @FailOnOpenFinalizers(await = "0ms")
    static class Parameterized {
        @ParameterizedTest
        @ValueSource(booleans = {true, false, true})
        void mayLeak(boolean leak) {
            Finalizer<Void> finalizer = register("of the invocation");
            if (!leak) {
                finalizer.close();
            }
        }
    }

    @Test
    void eachInvocationOfAParameterizedTestIsATest() {
        EngineExecutionResults results = Runs.of(Parameterized.class);

        results.testEvents().assertStatistics(count -> count.succeeded(1).failed(2));
        results.testEvents()
                .failed()
                .assertThatEvents()
                .haveExactly(1, failed("#1", "A finalizer is"))
                .haveExactly(1, failed("#3", "A finalizer is"));
        results.containerEvents().assertStatistics(count -> count.failed(0));
    }

    @FailOnOpenFinalizers(await = "0ms")
    static class Dynamic {
        @TestFactory
        Stream<DynamicTest> together() {
            Finalizer<Void> finalizer = register("of both");
            return Stream.of(
                    DynamicTest.dynamicTest(
                            "uses", () -> assertThat(finalizer.isAlive()).isTrue()),
                    DynamicTest.dynamicTest("closes", finalizer::close));
        }
    }

    @Test
    void dynamicTestsOfOneFactoryAreOneTest() {
        Runs.of(Dynamic.class).allEvents().assertStatistics(count -> count.failed(0));
    }

    // What the test's own result becomes.

    @FailOnOpenFinalizers(await = "0ms")
    static class Failing {
        @Test
        void failsAndLeaks() {
            register("of a failing test");
            throw new IllegalStateException("the test's own");
        }

        @Test
        void isAbortedAndLeaks() {
            register("of an aborted test");
            throw new TestAbortedException();
        }
    }

    @Test
    void aLeakDoesNotHideTheFailureOfTheTest() {
        Runs.assertOwnFailureIsKept(Failing.class, "the test's own", "'of a failing test'");
    }

    @Test
    void aTestThatIsAbortedFailsForItsLeak() {
        Runs.of(Failing.class)
                .testEvents()
                .failed()
                .assertThatEvents()
                .haveExactly(1, failed("isAbortedAndLeaks", "'of an aborted test'"));
    }

    // What the annotation says.

    @FailOnOpenFinalizers(
            await = "0ms",
            allow = {"cache (of) *", "exact"})
    static class Allowing {
        @Test
        void allowed() {
            register("cache (of) pictures\nand more");
            register("cache (of) ");
            register("exact");
        }

        @Test
        void notAllowed() {
            register("my cache (of) pictures");
            register("inexact");
        }

        @Test
        @FailOnOpenFinalizers(await = "0ms", allow = "*exact*")
        void theMethodsOwnListStandsInPlaceOfTheClasss() {
            register("inexact, but allowed");
            register("cache (of) pictures");
        }
    }

    @Test
    void namesThatAreAllowedMayStayOpen() {
        EngineExecutionResults results = Runs.of(Allowing.class);

        results.containerEvents().assertStatistics(count -> count.failed(0));
        results.testEvents().assertStatistics(count -> count.succeeded(1).failed(2));
        results.testEvents()
                .failed()
                .assertThatEvents()
                .haveExactly(1, failed("notAllowed", "2 finalizers are", "'my cache (of) pictures'", "'inexact'"))
                .haveExactly(1, failed("theMethodsOwnList", "A finalizer is", "'cache (of) pictures'"));
    }

    @FailOnOpenFinalizers(await = "soon")
    static class BadWait {
        @Test
        void doesNotRun() {}
    }

    static class BadWaitOfMethods {
        @Test
        @FailOnOpenFinalizers(await = "500 ms")
        void space() {}

        @Test
        @FailOnOpenFinalizers(await = "-1s")
        void negative() {}

        @Test
        @FailOnOpenFinalizers(await = "")
        void empty() {}

        @Test
        @FailOnOpenFinalizers(await = "1h")
        void unit() {}

        @Test
        @FailOnOpenFinalizers(await = "1000000000ms")
        void tooLong() {}

        @Test
        @FailOnOpenFinalizers(await = "999999999m")
        void longest() {}
    }

    @Test
    void anAwaitThatIsNoTimeIsRefused() {
        Runs.of(BadWait.class)
                .containerEvents()
                .failed()
                .assertThatEvents()
                .hasSize(1)
                .haveExactly(
                        1,
                        event(
                                finishedWithFailure(
                                        instanceOf(ExtensionConfigurationException.class),
                                        message(
                                                "@FailOnOpenFinalizers(await = \"soon\"): give a whole number of up to nine digits"
                                                        + " and one of the units ms, s and m, without a space, as in \"500ms\""))));
    }

    @Test
    void anAwaitIsAWholeNumberAndAUnit() {
        EngineExecutionResults results = Runs.of(BadWaitOfMethods.class);

        results.testEvents().assertStatistics(count -> count.succeeded(1).failed(5));
        results.testEvents()
                .failed()
                .assertThatEvents()
                .are(event(finishedWithFailure(instanceOf(ExtensionConfigurationException.class))));
    }

    static class Inheriting extends Leaking {}

    @FailOnOpenFinalizers(await = "0ms")
    @Retention(RetentionPolicy.RUNTIME)
    @interface Strict {}

    @Strict
    static class Composed {
        @Test
        void leaks() {
            register("of a composed annotation");
        }
    }

    @Test
    void isInheritedAndCanStandOnAnAnnotation() {
        Runs.of(Inheriting.class).testEvents().assertStatistics(count -> count.failed(1));
        Runs.of(Composed.class).testEvents().assertStatistics(count -> count.failed(1));
    }

    // The lines.

    @FailOnOpenFinalizers(await = "0ms", allow = "*")
    static class Levels {
        private static final List<LeakLevel> seen = new ArrayList<>();

        @Test
        void sees() {
            seen.add(registry.leakLevel());
            try (FinalizerRegistry fresh = FinalizerRegistry.create()) {
                seen.add(fresh.leakLevel());
            }
        }

        @Test
        @FailOnOpenFinalizers(await = "0ms")
        void seesWithAnAnnotationOfItsOwn() {
            sees();
        }
    }

    @Test
    void registriesAreParanoidWhileTestsRunAndThenWhatTheyWere() {
        registry.setLeakLevel(LeakLevel.ADVANCED);
        Levels.seen.clear();

        Runs.of(Levels.class);

        assertThat(Levels.seen).hasSize(4).containsOnly(LeakLevel.PARANOID);
        assertThat(registry.leakLevel()).isEqualTo(LeakLevel.ADVANCED);
        assertThat(System.getProperty("weakref.leak-level")).isNull();
    }

    @Test
    void aDefaultLevelThatWasSetBeforeIsBackAfterwards() {
        System.setProperty("weakref.leak-level", "disabled");
        try {
            Runs.of(Levels.class);

            assertThat(System.getProperty("weakref.leak-level")).isEqualTo("disabled");
        } finally {
            System.clearProperty("weakref.leak-level");
        }
    }

    @FailOnOpenFinalizers(await = "0ms")
    static class Blind {
        @Test
        void leaks() {
            registry.setLeakLevel(LeakLevel.SIMPLE);
            register("without a line");
        }
    }

    @Test
    void whereATestChoseALevelThatKnowsNoLinesTheActionIsNamed() {
        Runs.of(Blind.class)
                .testEvents()
                .failed()
                .assertThatEvents()
                .haveExactly(
                        1,
                        failed(
                                "leaks",
                                "by action dev.weakref.test.FailOnOpenFinalizersTests (lambda)",
                                "the leak level of its registry was set to SIMPLE, so its line is not known"));
    }

    // Side by side.

    /** Where two tests meet that run at the same time. */
    private static final class Meeting {
        private static volatile CyclicBarrier barrier;
        private static volatile long seconds;
        private static final AtomicInteger met = new AtomicInteger();

        static void begin(long secondsToWait) {
            barrier = new CyclicBarrier(2);
            seconds = secondsToWait;
            met.set(0);
        }

        static void attend() throws Exception {
            try {
                barrier.await(seconds, TimeUnit.SECONDS);
                met.incrementAndGet();
            } catch (TimeoutException | BrokenBarrierException alone) {
                // nobody came
            }
        }
    }

    @FailOnOpenFinalizers(await = "0ms")
    static class Alone {
        @Test
        void closes() throws Exception {
            Finalizer<Void> finalizer = register("closed");
            Meeting.attend();
            finalizer.close();
        }
    }

    static class AloneByMethod {
        @Test
        @FailOnOpenFinalizers(await = "0ms")
        void closes() throws Exception {
            Meeting.attend();
        }
    }

    static class Noisy {
        @Test
        void leaks() throws Exception {
            register("of a test that runs beside");
            Meeting.attend();
        }
    }

    @Test
    void whereTestsRunInParallelTheseRunAlone() {
        for (Class<?> alone : List.of(Alone.class, AloneByMethod.class)) {
            Meeting.begin(1);

            EngineExecutionResults results = Runs.inParallel(alone, Noisy.class);

            assertThat(Meeting.met).hasValue(0);
            results.testEvents().assertStatistics(count -> count.succeeded(2));
        }
    }

    @Test
    void otherTestsDoMeetInParallel() {
        Meeting.begin(60);

        Runs.inParallel(Noisy.class, NoisyToo.class);

        assertThat(Meeting.met).hasValue(2);
    }

    static class NoisyToo extends Noisy {}
}

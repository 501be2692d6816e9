package dev.weakref.test;

import static dev.weakref.test.Runs.failed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.testkit.engine.EngineExecutionResults;

/** Each nested class is a test class that one of these tests runs. */
@Tag("collects")
@Timeout(120)
class ReachabilityExtensionTests {

    private static final Duration SHORT = Duration.ofMillis(50);
    private static final List<Object> HELD = new ArrayList<>();

    @AfterEach
    void letGo() {
        HELD.clear();
    }

    private static Object hold() {
        Object object = new Object();
        HELD.add(object);
        return object;
    }

    @ExtendWith(ReachabilityExtension.class)
    static class LettingGo {
        @Test
        void letsGo(ReachabilityWatcher watcher) {
            Object variable = new Object();
            watcher.expectUnreachable(variable, "a variable holds it no longer than the test");
        }

        @Test
        void expectsNothing(ReachabilityWatcher watcher) {}
    }

    @Test
    void whatATestLetsGoPasses() {
        Runs.of(LettingGo.class).testEvents().assertStatistics(count -> count.succeeded(2));
    }

    @ExtendWith(ReachabilityExtension.class)
    static class Holding {
        @Test
        void holds(ReachabilityWatcher watcher) {
            watcher.within(SHORT).expectUnreachable(hold(), "it was closed");
            watcher.expectUnreachable(new Object(), "nobody ever held it");
            watcher.expectUnreachable(hold(), "it was evicted");
        }
    }

    @Test
    void whatATestHoldsFailsWithTheReasonsWhyItShouldNot() {
        Runs.of(Holding.class)
                .testEvents()
                .failed()
                .assertThatEvents()
                .haveExactly(
                        1,
                        failed(
                                "holds",
                                "Still reachable after PT0.05S of collecting: \"it was closed\": a java.lang.Object\n"
                                        + "\"it was evicted\": a java.lang.Object\nWhat else may hold it"));
    }

    @ExtendWith(ReachabilityExtension.class)
    static class Everywhere {
        private static Object ofTheClass = new Object();

        Everywhere(ReachabilityWatcher watcher) {
            watcher.within(SHORT).expectUnreachable(hold(), "of the constructor");
        }

        @BeforeAll
        static void all(ReachabilityWatcher watcher) {
            watcher.within(SHORT).expectUnreachable(ofTheClass, "of the class, let go at its end");
            watcher.expectUnreachable(hold(), "of the class");
        }

        @BeforeEach
        void each(ReachabilityWatcher watcher) {
            watcher.expectUnreachable(hold(), "of the set-up");
        }

        @Test
        void holds(ReachabilityWatcher watcher) {
            watcher.expectUnreachable(hold(), "of the test");
        }

        @AfterAll
        static void letGo() {
            ofTheClass = null;
        }
    }

    @Test
    void aTestHasOneWatcherAndItsClassAnother() {
        EngineExecutionResults results = Runs.of(Everywhere.class);

        results.testEvents()
                .failed()
                .assertThatEvents()
                .hasSize(1)
                .haveExactly(1, failed("holds", "\"of the constructor\"", "\n\"of the set-up\"", "\n\"of the test\""));
        results.containerEvents()
                .failed()
                .assertThatEvents()
                .hasSize(1)
                .haveExactly(1, failed("Everywhere", "collecting: \"of the class\": a java.lang.Object\nWhat else"));
    }

    @ExtendWith(ReachabilityExtension.class)
    static class ClosedByJUnit {
        @AutoClose("clear")
        private final List<Object> field = new ArrayList<>();

        @Test
        void holdsUntilTheFieldIsClosed(ReachabilityWatcher watcher) {
            field.add(new Object());
            watcher.expectUnreachable(field.get(0), "JUnit clears the list");
        }
    }

    @Test
    void whatJUnitClosesAfterTheTestHoldsNothing() {
        Runs.of(ClosedByJUnit.class).testEvents().assertStatistics(count -> count.succeeded(1));
    }

    @ExtendWith(ReachabilityExtension.class)
    static class Failing {
        @Test
        void failsAndHolds(ReachabilityWatcher watcher) {
            watcher.within(SHORT).expectUnreachable(hold(), "it was closed");
            throw new IllegalStateException("the test's own");
        }
    }

    @Test
    void itDoesNotHideTheFailureOfTheTest() {
        Runs.assertOwnFailureIsKept(Failing.class, "the test's own", "\"it was closed\"");
    }

    @ExtendWith(ReachabilityExtension.class)
    static class SideBySide {
        @Test
        void holds(ReachabilityWatcher watcher) {
            watcher.within(SHORT).expectUnreachable(hold(), "mine");
        }

        @Test
        void letsGo(ReachabilityWatcher watcher) {
            watcher.expectUnreachable(new Object(), "mine too");
        }
    }

    @Test
    void eachOfManyTestsInParallelHasItsOwn() {
        EngineExecutionResults results = Runs.inParallel(SideBySide.class);

        results.testEvents().assertStatistics(count -> count.succeeded(1).failed(1));
        results.testEvents().failed().assertThatEvents().haveExactly(1, failed("holds", "\"mine\""));
    }
}

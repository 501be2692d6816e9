package dev.weakref.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.assertj.core.api.Condition;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.EventConditions;
import org.junit.platform.testkit.engine.TestExecutionResultConditions;

/** Runs tests from within a test. JUnit must have nothing to complain about. */
final class Runs {

    private Runs() {}

    static EngineExecutionResults of(Class<?>... classes) {
        return execute(kit(classes));
    }

    /** With four threads, and methods and classes side by side. */
    static EngineExecutionResults inParallel(Class<?>... classes) {
        return execute(kit(classes)
                .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
                .configurationParameter("junit.jupiter.execution.parallel.mode.default", "concurrent")
                .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
                .configurationParameter("junit.jupiter.execution.parallel.config.fixed.parallelism", "4"));
    }

    /** An event for a test or class with this in its id that failed with an assertion whose message has all parts. */
    static Condition<Event> failed(String id, String... parts) {
        return EventConditions.event(
                EventConditions.uniqueIdSubstring(id),
                EventConditions.finishedWithFailure(
                        TestExecutionResultConditions.instanceOf(AssertionError.class),
                        TestExecutionResultConditions.message(
                                message -> Arrays.stream(parts).allMatch(message::contains))));
    }

    /**
     * Runs them; one fails for a reason of its own, and an assertion whose message has this part is noted beside it.
     */
    static void assertOwnFailureIsKept(Class<?> tests, String reason, String beside) {
        of(tests)
                .testEvents()
                .failed()
                .assertThatEvents()
                .haveExactly(
                        1,
                        EventConditions.event(EventConditions.finishedWithFailure(
                                TestExecutionResultConditions.instanceOf(IllegalStateException.class),
                                TestExecutionResultConditions.message(reason),
                                TestExecutionResultConditions.suppressed(
                                        0,
                                        TestExecutionResultConditions.instanceOf(AssertionError.class),
                                        TestExecutionResultConditions.message(text -> text.contains(beside))))));
    }

    private static EngineExecutionResults execute(EngineTestKit.Builder kit) {
        Complaints complaints = new Complaints();
        Logger junit = Logger.getLogger("org.junit");
        junit.addHandler(complaints);
        try {
            EngineExecutionResults results = kit.execute();
            assertThat(complaints.messages).isEmpty();
            return results;
        } finally {
            junit.removeHandler(complaints);
        }
    }

    private static EngineTestKit.Builder kit(Class<?>... classes) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(List.of(classes).stream()
                        .map(DiscoverySelectors::selectClass)
                        .toArray(DiscoverySelector[]::new));
    }

    private static final class Complaints extends Handler {

        private final Queue<String> messages = new ConcurrentLinkedQueue<>();

        @Override
        public void publish(LogRecord line) {
            if (line.getLevel().intValue() >= Level.WARNING.intValue()) {
                messages.add(line.getMessage());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}

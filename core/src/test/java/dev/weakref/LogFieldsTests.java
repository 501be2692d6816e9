package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.weakref.internal.reap.Reaper;
import dev.weakref.internal.support.LogFields;
import dev.weakref.internal.support.Logging;
import dev.weakref.internal.support.Threads;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a line is about arrives at a logger that takes it. */
@Timeout(120)
class LogFieldsTests {

    private final Reaper reaper = SimulatedCollector.idleReaper();
    private final CountDownLatch release = new CountDownLatch(1);
    private final FieldLines log = new FieldLines();

    @AfterEach
    void logToThePlatform() {
        release.countDown();
        log.close();
    }

    @Test
    void aFailureNamesItsFinalizer() throws InterruptedException {
        FinalizerRegistry registry = builder().build();
        registry.finalizer(this).name("lease\n").run(() -> {
            throw new IOException("for the test");
        });
        registry.close();

        assertThat(log.next("failed (").fields())
                .containsExactly(
                        entry("weakref.registry", "fields"),
                        entry("weakref.finalizer.id", 1L),
                        entry("weakref.finalizer.name", "lease\\u000a"),
                        entry("weakref.finalizer.action", "dev.weakref.LogFieldsTests (lambda)"),
                        entry("weakref.trigger", "EXIT"),
                        entry("weakref.outcome", "FAILURE"));
    }

    @Test
    void anExitPassSaysHowManyHaveRun() throws InterruptedException {
        FinalizerRegistry registry = builder().build();
        registry.register(this, () -> {});
        registry.register(this, () -> {
            throw new IOException("for the test");
        });
        registry.close();

        assertThat(log.next("Exit pass of registry 'fields': ").fields())
                .contains(
                        entry("weakref.registry", "fields"),
                        entry("weakref.exit.run", 2),
                        entry("weakref.exit.failed", 1),
                        entry("weakref.exit.timedOut", 0),
                        entry("weakref.exit.skipped", 0))
                .hasEntrySatisfying(
                        "weakref.exit.took", millis -> assertThat(millis).isInstanceOf(Long.class))
                .hasSize(6);
    }

    @Test
    void aLeakSaysItsKindAndWhereItWasCreated() throws InterruptedException {
        FinalizerRegistry registry =
                builder().leakLevel(LeakLevel.PARANOID).reportOpenAtExit(true).build();
        registry.finalizer(this).name("lease").mustBeClosed().run(() -> {});
        registry.close();

        assertThat(log.next("LEAK: ").fields())
                .contains(
                        entry("weakref.registry", "fields"),
                        entry("weakref.finalizer.name", "lease"),
                        entry("weakref.leak", "NOT_CLOSED"))
                .hasEntrySatisfying(
                        "weakref.finalizer.createdBy",
                        line -> assertThat((String) line).startsWith("dev.weakref.LogFieldsTests.aLeakSays"));
    }

    /** The watchdog finds it, whose lines are written by another thread. */
    @Test
    void anActionThatIsStillRunningNamesItsFinalizerAndTheDelay() throws InterruptedException {
        try (FinalizerRegistry registry =
                builder().takeOver(Duration.ofMillis(20)).maxWorkers(1).build()) {
            Finalizer<Void> stuck =
                    registry.finalizer(this).name("stuck").state(release).run(BackgroundCall::await);
            ((FinalizerNode<?>) stuck).enqueue();
            reaper.pass();

            FieldLines.Line still = log.next("is still running");
            assertThat(still.level()).isEqualTo(Level.WARNING);
            assertThat(still.fields())
                    .contains(
                            entry("weakref.registry", "fields"),
                            entry("weakref.finalizer.name", "stuck"),
                            entry("weakref.delay", FinalizerDelay.Kind.STILL_RUNNING.name()));
            assertThat(log.next("are stuck").fields())
                    .containsExactly(
                            entry("weakref.registry", "fields"),
                            entry("weakref.delay", FinalizerDelay.Kind.ALL_WORKERS_STUCK.name()));
            release.countDown();
            assertThat(log.next("finished after ").fields())
                    .contains(
                            entry("weakref.finalizer.name", "stuck"),
                            entry("weakref.delay", FinalizerDelay.Kind.FINISHED_AFTER_ALL.name()));
        }
    }

    @Test
    void anExplicitCallThatIsStillRunningNamesItsFinalizer() throws InterruptedException {
        try (FinalizerRegistry registry =
                builder().takeOver(Duration.ofMillis(20)).build()) {
            Finalizer<Void> called =
                    registry.finalizer(this).name("called").state(release).run(BackgroundCall::await);
            registry.callLater(called.id());

            assertThat(log.next("is still running").fields()).contains(entry("weakref.finalizer.name", "called"));
            release.countDown();
        }
    }

    @Test
    void anActionThatHasTimedOutNamesItsFinalizer() throws InterruptedException {
        FinalizerRegistry registry =
                builder().actionLimit(Duration.ofMillis(20)).build();
        registry.finalizer(this).name("hanging").run(() -> new CountDownLatch(1).await());
        registry.close();

        assertThat(log.next("has timed out").fields())
                .contains(
                        entry("weakref.registry", "fields"),
                        entry("weakref.finalizer.name", "hanging"),
                        entry("weakref.trigger", "EXIT"),
                        entry("weakref.outcome", "TIMEOUT"));
        assertThat(log.next("finished after it had timed out").fields())
                .contains(
                        entry("weakref.finalizer.name", "hanging"),
                        entry("weakref.delay", FinalizerDelay.Kind.FINISHED_AFTER_ALL.name()));
    }

    @Test
    void aLineWithoutItsFieldsIsBetterThanNone() throws Exception {
        Supplier<LogFields> failing = () -> {
            throw new OutOfMemoryError("for the test");
        };

        Logging.log(Level.WARNING, () -> "said", null, failing);
        Logging.failure("failed", new IllegalStateException("for the test"), failing);
        Thread important = Threads.thatMayNotBlock("weakref-tested")
                .newThread(() -> Logging.log(Level.WARNING, () -> "queued", null, failing));
        important.start();

        assertThat(log.next("said").fields()).isEmpty();
        assertThat(log.next("failed").fields()).isEmpty();
        assertThat(log.next("queued").fields()).isEmpty();
    }

    @Test
    void nothingIsMadeForALoggerThatTakesNoFields() {
        AtomicBoolean made = new AtomicBoolean();
        WeakRefs.logTo((LineLogger) (level, message, failure) -> {});

        Logging.log(Level.WARNING, () -> "said", null, () -> {
            made.set(true);
            return new LogFields();
        });

        assertThat(made).isFalse();
    }

    /** As {@code a} and {@code a.b} would, in a log that shows them nested. */
    @Test
    void noKeyIsTheBeginningOfAnotherOne() {
        for (LogFields.Key key : LogFields.Key.values()) {
            for (LogFields.Key other : LogFields.Key.values()) {
                assertThat(other.toString()).doesNotStartWith(key + ".");
            }
        }
    }

    @Test
    void aLoggerThatWasChosenBeforeGetsNoFieldsAnyMore() {
        log.close();
        log.lines.clear();

        Logging.log(Level.WARNING, () -> "said", null, LogFields::new);

        assertThat(log.lines).isEmpty();
    }

    private FinalizerRegistry.Builder builder() {
        return FinalizerRegistry.builder().name("fields").reaper(reaper);
    }
}

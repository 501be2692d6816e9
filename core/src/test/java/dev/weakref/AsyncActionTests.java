package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.Finalizer.Outcome;
import dev.weakref.Finalizer.Trigger;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Actions that return a stage, which goes on after they have returned. */
@Timeout(60)
class AsyncActionTests {

    private final BlockingQueue<Object> reported = new LinkedBlockingQueue<>();
    private final FinalizerRegistry registry = FinalizerRegistry.builder()
            .actionLimit(Duration.ofSeconds(30))
            .onFailure((finalizer, failure) -> reported.add(failure))
            .build();
    private final CompletableFuture<String> stage = new CompletableFuture<>();
    private final Object referent = new Object();

    @Test
    void callReturnsTheStageAndDoesNotWait() throws Exception {
        Finalizer<CompletionStage<String>> finalizer =
                registry.finalizer(referent).call(this::stage);

        assertThat(finalizer.call()).isSameAs(stage);

        assertThat(stage).isNotDone();
        assertThat(finalizer.isAlive()).isFalse();
        assertThat(registry.stats().ran(Trigger.EXPLICIT, Outcome.SUCCESS)).isEqualTo(1);
    }

    @Test
    void failureOfAStageThatNobodyWaitsForIsReportedWhenItComes() throws Exception {
        Exception failure = new Exception("late");
        registry.finalizer(referent).call(this::stage).call();
        CompletableFuture<String> other = new CompletableFuture<>();
        ((FinalizerNode<?>) registry.finalizer(referent).call(() -> {
                    reported.add("started");
                    return other.thenApply(value -> value);
                }))
                .enqueue();
        assertThat(reported.take()).isEqualTo("started");
        assertThat(reported).isEmpty();

        stage.completeExceptionally(failure);
        assertThat(reported.take()).isSameAs(failure);
        other.completeExceptionally(new CompletionException(failure));

        assertThat(reported.take()).isSameAs(failure);
    }

    @Test
    void exitPassWaitsForTheStage() throws Exception {
        registry.finalizer(referent).call(this::stage);
        BackgroundCall<ExitReport> closing = BackgroundCall.call(registry::shutdown);
        closing.awaitWaiting();
        assertThat(closing.hasEnded()).isFalse();

        stage.complete("done");

        ExitReport report = closing.result();
        assertThat(report.run()).isEqualTo(1);
        assertThat(report.failed() + report.timedOut() + report.skipped()).isZero();
    }

    @Test
    void exitPassReportsTheFailureOfTheStage() throws Exception {
        Error failure = new AssertionError("at exit");
        stage.completeExceptionally(failure);
        registry.finalizer(referent).call(this::stage);

        ExitReport report = registry.shutdown();

        assertThat(report.failed()).isEqualTo(1);
        assertThat(reported.take()).isSameAs(failure);
        assertThat(registry.stats().ran(Trigger.EXIT, Outcome.FAILURE)).isEqualTo(1);
    }

    @Test
    void exitPassCancelsAStageThatPassesTheLimitAndGoesOn() {
        registry.finalizer(referent).name("older").run(() -> reported.add("older"));
        registry.finalizer(referent).name("hangs").limit(Duration.ofMillis(30)).call(this::stage);

        ExitReport report = registry.shutdown();

        assertThat(report.timedOut()).isEqualTo(1);
        assertThat(report.run()).isEqualTo(1);
        assertThat(reported).containsExactly("older");
        Gc.awaitWithoutCollecting(stage::isCancelled, "the stage was not cancelled");
    }

    @Test
    void aStageThatCannotBeCancelledIsLeftBehindLikeAnyOther() {
        registry.finalizer(referent).limit(Duration.ofMillis(30)).call(() -> stage.minimalCompletionStage());

        ExitReport report = registry.shutdown();

        assertThat(report.timedOut()).isEqualTo(1);
        assertThat(registry.isClosed()).isTrue();
    }

    @Test
    void aFailureThatIsNoExceptionIsReportedAllTheSame() throws Exception {
        stage.completeExceptionally(new Throwable("strange"));
        registry.finalizer(referent).call(this::stage);

        registry.shutdown();

        assertThat((Throwable) reported.take()).hasRootCauseMessage("strange");
    }

    private CompletionStage<String> stage() {
        return stage;
    }
}

package dev.weakref;

import dev.weakref.internal.support.Logging;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Waits for, or observes, the stage that an action has returned. */
final class CompletionStages {

    private CompletionStages() {}

    /** Waits for it, and throws what it failed with. Cancels it if the waiting thread is interrupted. */
    static void await(CompletionStage<?> stage) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        stage.whenComplete((value, failure) -> {
            if (failure == null) {
                done.complete(null);
            } else {
                done.completeExceptionally(failure);
            }
        });
        try {
            done.get();
        } catch (InterruptedException stop) {
            cancel(stage);
            throw stop;
        } catch (ExecutionException failed) {
            Throwable cause = cause(failed);
            if (cause instanceof Error error) {
                throw error;
            }
            throw cause instanceof Exception exception ? exception : failed;
        }
    }

    private static void cancel(CompletionStage<?> stage) {
        try {
            if (stage instanceof Future<?> future) {
                future.cancel(true);
            }
        } catch (RuntimeException cannotBeCancelled) {
            Logging.failure("A stage that has passed its limit could not be cancelled", cannotBeCancelled);
        }
    }

    /** Reports the failure, if there will be one. */
    static void onFailure(CompletionStage<?> stage, Consumer<Throwable> report) {
        stage.whenComplete((value, failure) -> {
            if (failure != null) {
                report.accept(cause(failure));
            }
        });
    }

    /** The failure without what stages and futures wrap it in. */
    private static Throwable cause(Throwable failure) {
        Throwable inner = failure;
        while ((inner instanceof CompletionException || inner instanceof ExecutionException)
                && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner;
    }
}

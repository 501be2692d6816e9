package dev.weakref;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Something that delays the other actions of a registry, told to a {@link FinalizerListener} and counted in
 * {@link RegistryStats#delays()}.
 *
 * @param kind what happened
 * @param registry the name of the registry
 * @param finalizer whose action it is; {@code null} if all workers are stuck
 * @param took for how long the action has run, as far as that was seen; zero if all workers are stuck
 * @since 0.1
 */
public record FinalizerDelay(
        Kind kind, String registry, @Nullable FinalizerInfo finalizer, Duration took) {

    /** What happened. */
    public enum Kind {
        /**
         * An action has run for longer than the take-over time, and the next one starts alongside it. A listener is
         * told once for each run, and only of runs in the registry's own workers: not of explicit calls, of the exit
         * pass, or of runs in an {@linkplain FinalizerRegistry.Builder#executor executor} of the user's.
         */
        STILL_RUNNING,

        /** An action has ended that was {@link #STILL_RUNNING} or had timed out. */
        FINISHED_AFTER_ALL,

        /** As many actions are still running as there may be workers: no other one starts until one of them ends. */
        ALL_WORKERS_STUCK
    }

    @Override
    public String toString() {
        return "FinalizerDelay[kind=" + kind + ", registry=" + registry + ", finalizer=" + finalizer + ", took=" + took
                + "]";
    }
}

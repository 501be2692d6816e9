package dev.weakref;

import java.time.Instant;

/**
 * A resource that was not closed in time, told to a {@link LeakListener} and kept for a while in
 * {@link FinalizerRegistry#leaks()}.
 *
 * @param kind what has happened
 * @param registry the name of the registry
 * @param finalizer the finalizer, with the stack of its creation if the {@link LeakLevel} recorded one
 * @param foundAt when it was found
 * @since 0.1
 */
public record Leak(Kind kind, String registry, FinalizerInfo finalizer, Instant foundAt) {

    /** What has happened. */
    public enum Kind {
        /**
         * A finalizer that must be closed ran because its referent was collected; or it was still live when its
         * registry closed, if that {@linkplain FinalizerRegistry.Builder#reportOpenAtExit reports} this.
         */
        NOT_CLOSED,
        /** A finalizer has been live for longer than its limit, or that of its registry. */
        OVERDUE,
        /** An overdue finalizer was called or detached after all. */
        RESOLVED
    }

    @Override
    public String toString() {
        return "Leak[kind=" + kind + ", registry=" + registry + ", finalizer=" + finalizer + ", foundAt=" + foundAt
                + "]";
    }
}

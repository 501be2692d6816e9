package dev.weakref;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One run of a finalizer, told to a {@link FinalizerListener} when it has ended or timed out.
 *
 * @param finalizer what ran; its {@code referentType} is {@code null} if the referent was collected
 * @param trigger why it ran
 * @param outcome how it ended
 * @param took how long it ran
 * @param failure what the action threw; {@code null} unless the outcome is {@code FAILURE}
 * @since 0.1
 */
public record FinalizerRun(
        FinalizerInfo finalizer,
        Finalizer.Trigger trigger,
        Finalizer.Outcome outcome,
        Duration took,
        @Nullable Throwable failure) {

    @Override
    public String toString() {
        return "FinalizerRun[finalizer=" + finalizer + ", trigger=" + trigger + ", outcome=" + outcome + ", took="
                + took + ", failure=" + failure + "]";
    }
}

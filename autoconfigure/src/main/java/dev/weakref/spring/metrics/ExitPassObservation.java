package dev.weakref.spring.metrics;

import dev.weakref.ExitReport;
import dev.weakref.spring.lifecycle.ExitPassObserver;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Observes each exit pass: {@code weakref.exit.pass}, with the low-cardinality keys {@code registry} and
 * {@code outcome}, and the numbers of the report as keys of high cardinality: {@code run}, {@code failed},
 * {@code timedOut} and {@code skipped}.
 *
 * <p>The outcome is {@code COMPLETE} if nothing is left, even if some actions have failed, and {@code INCOMPLETE} if
 * the pass has left something behind or has failed itself. The parent is what the thread that closes the context
 * observes then, if it does.
 *
 * @since 0.1
 */
public final class ExitPassObservation implements ExitPassObserver {

    private final ObservationRegistry observations;
    private volatile @Nullable Observation parent;

    /** With the handlers of this registry. */
    public ExitPassObservation(ObservationRegistry observations) {
        this.observations = observations;
    }

    @Override
    public void onClose() {
        parent = observations.getCurrentObservation();
    }

    @Override
    public End onBegin(String registry) {
        Observation observation = Observation.createNotStarted("weakref.exit.pass", observations)
                .contextualName("weakref exit pass")
                .parentObservation(parent)
                .lowCardinalityKeyValue("registry", registry)
                .start();
        return (report, failure) -> end(observation, report, failure);
    }

    private static void end(Observation observation, @Nullable ExitReport report, @Nullable Throwable failure) {
        observation.lowCardinalityKeyValue("outcome", isComplete(report) ? "COMPLETE" : "INCOMPLETE");
        if (report != null) {
            observation
                    .highCardinalityKeyValue("run", Integer.toString(report.run()))
                    .highCardinalityKeyValue("failed", Integer.toString(report.failed()))
                    .highCardinalityKeyValue("timedOut", Integer.toString(report.timedOut()))
                    .highCardinalityKeyValue("skipped", Integer.toString(report.skipped()));
        }
        if (failure != null) {
            observation.error(failure);
        }
        observation.stop();
    }

    private static boolean isComplete(@Nullable ExitReport report) {
        return report != null
                && report.timedOut() == 0
                && report.skipped() == 0
                && report.leftovers().isEmpty();
    }
}

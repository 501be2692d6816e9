package dev.weakref;

/**
 * A finalizer that an exit pass could not bring to an end. {@link #toString()} is the sentence in the log.
 *
 * @param id its number in the order of creation in its registry
 * @param name the name as in {@link FinalizerInfo#name()}
 * @param action the action as in {@link FinalizerInfo#action()}
 * @param reason why it is left
 * @since 0.1
 */
public record Leftover(long id, String name, String action, Reason reason) {

    static Leftover of(FinalizerInfo finalizer, Reason reason) {
        return new Leftover(finalizer.id(), finalizer.name(), finalizer.action(), reason);
    }

    /** One sentence without a full stop. */
    @Override
    public String toString() {
        return "Finalizer " + id + " '" + name + "' " + reason.text;
    }

    /** Why a finalizer is left after an exit pass. */
    public enum Reason {
        /** The pass waited for its action, which passed its own limit. Counted in {@link ExitReport#timedOut()}. */
        TIMED_OUT("has passed its limit"),
        /** The pass had begun its action, which was cut off. Counted in {@link ExitReport#timedOut()}. */
        CUT_OFF("was still running at the exit limit"),
        /** Its turn did not come within the exit limit. Counted in {@link ExitReport#skipped()}. */
        SKIPPED("was skipped: the exit limit has passed"),
        /**
         * Its action could not begin, because memory or stack was exhausted. Counted in {@link ExitReport#skipped()}.
         */
        NOT_RUN("could not be run"),
        /** Its action began before the pass, which waited for it until the exit limit. Not counted. */
        STILL_RUNNING("is still running"),
        /** Its action waits for the end of the registry or of the JVM, so the pass did not wait for it. Not counted. */
        WAITS_FOR_EXIT("is still running; its action waits for the end of the registry or of the JVM"),
        /** Its action timed out before the pass, which did not wait for it any more. Not counted. */
        TIMED_OUT_BEFORE("had timed out before the exit pass, and is still running"),
        /** Its action has ended; the failure handler or a listener that was told of that has not. */
        LISTENER_RUNNING("has ended, but a listener or its failure handler is still running");

        private final String text;

        Reason(String text) {
            this.text = text;
        }
    }
}

package dev.weakref;

import dev.weakref.internal.support.JfrGate;
import org.jspecify.annotations.Nullable;

/**
 * Writes events for the JDK's flight recorder, if the runtime has it; see {@link JfrEvents}. If no recording asks for
 * an event, this costs the read of a flag. Never throws: an event that cannot be written is left out.
 */
final class Jfr {

    private Jfr() {}

    /** Whether a recording asks for registrations. */
    static boolean recordsRegistrations() {
        try {
            return JfrGate.isOpen() && JfrEvents.recordsRegistrations();
        } catch (Throwable leftOut) {
            return false;
        }
    }

    static void registered(FinalizerState finalizer, String registry) {
        try {
            JfrEvents.registered(finalizer.info(), registry);
        } catch (Throwable leftOut) {
            // The recording lacks an event, and nothing else; so below.
        }
    }

    /** Begins the event of a run; {@code null} if no recording asks for it. */
    static @Nullable Object runBegins() {
        if (JfrGate.isOpen()) {
            try {
                return JfrEvents.runBegins();
            } catch (Throwable leftOut) {
                return null;
            }
        }
        return null;
    }

    /** Notes the end of a run, before anything else takes time: {@code begun} is what {@link #runBegins} returned. */
    static void runStops(@Nullable Object begun) {
        if (begun != null) {
            try {
                JfrEvents.runStops(begun);
            } catch (Throwable leftOut) {
                // as above
            }
        }
    }

    /** Writes the event of a run that {@linkplain #runStops has stopped}. */
    static void runEnded(@Nullable Object begun, FinalizerRun run, String registry) {
        if (begun != null) {
            try {
                JfrEvents.runEnded(begun, run, registry);
            } catch (Throwable leftOut) {
                // as above
            }
        }
    }

    static void leak(Leak leak) {
        if (JfrGate.isOpen()) {
            try {
                JfrEvents.leak(leak);
            } catch (Throwable leftOut) {
                // as above
            }
        }
    }
}

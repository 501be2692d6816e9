package dev.weakref;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes events for the JDK's flight recorder, where the runtime has it; see {@link FlightEvents}. Where no recording
 * asks for an event, this costs a look at a flag. It never throws: an event that cannot be written is left out.
 */
final class Flight {

    private static final boolean RECORDER = isThere();

    /** Whether events are written: not those of what {@link Bootstrap} does. */
    private static volatile boolean started;

    private Flight() {}

    /** From now on events are written. */
    static void start() {
        started = true;
    }

    /** Whether this class's loader knows the recorder and, in a named module, whether that reads it. */
    private static boolean isThere() {
        try {
            Class<?> event = Class.forName("jdk.jfr.Event", false, Flight.class.getClassLoader());
            return Flight.class.getModule().canRead(event.getModule());
        } catch (ClassNotFoundException | LinkageError missing) {
            return false;
        }
    }

    /** Initialises {@link FlightEvents}, if there is a recorder. */
    static void load() throws ClassNotFoundException {
        if (RECORDER) {
            ClassLoader loader = Flight.class.getClassLoader();
            for (Class<?> each :
                    Class.forName("dev.weakref.FlightEvents", true, loader).getNestMembers()) {
                Class.forName(each.getName(), true, loader);
            }
        }
    }

    /** Whether a recording asks for registrations. */
    static boolean recordsRegistrations() {
        try {
            return RECORDER && started && FlightEvents.recordsRegistrations();
        } catch (Throwable leftOut) {
            return false;
        }
    }

    static void registered(FinalizerInfo finalizer, String registry) {
        try {
            FlightEvents.registered(finalizer, registry);
        } catch (Throwable leftOut) {
            // The recording lacks an event, and nothing else; so below.
        }
    }

    /** The beginning of a run, or {@code null} if nobody records it. */
    static @Nullable Object runBegins() {
        if (RECORDER && started) {
            try {
                return FlightEvents.runBegins();
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
                FlightEvents.runStops(begun);
            } catch (Throwable leftOut) {
                // as above
            }
        }
    }

    /** Writes the event of a run that {@linkplain #runStops has stopped}. */
    static void runEnded(@Nullable Object begun, FinalizerRun run, String registry) {
        if (begun != null) {
            try {
                FlightEvents.runEnded(begun, run, registry);
            } catch (Throwable leftOut) {
                // as above
            }
        }
    }

    static void leak(Leak leak) {
        if (RECORDER && started) {
            try {
                FlightEvents.leak(leak);
            } catch (Throwable leftOut) {
                // as above
            }
        }
    }

    static @Nullable Object reapBegins() {
        if (RECORDER && started) {
            try {
                return FlightEvents.reapBegins();
            } catch (Throwable leftOut) {
                return null;
            }
        }
        return null;
    }

    static void reapEnded(@Nullable Object begun, Supplier<String> what) {
        if (begun != null) {
            try {
                FlightEvents.reapEnded(begun, what);
            } catch (Throwable leftOut) {
                // as above
            }
        }
    }
}

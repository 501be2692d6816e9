package dev.weakref;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes events for the JDK's flight recorder, where the runtime has it; see {@link JfrEvents}. Where no recording
 * asks for an event, this costs a look at a flag. It never throws: an event that cannot be written is left out.
 */
final class Jfr {

    private static final boolean RECORDER = isThere();

    /** Whether events are written: not those of what {@link Bootstrap} does. */
    private static volatile boolean started;

    private Jfr() {}

    /** From now on events are written. */
    static void start() {
        started = true;
    }

    /** Whether this class's loader knows the recorder and, in a named module, whether that reads it. */
    private static boolean isThere() {
        try {
            Class<?> event = Class.forName("jdk.jfr.Event", false, Jfr.class.getClassLoader());
            return Jfr.class.getModule().canRead(event.getModule());
        } catch (ClassNotFoundException | LinkageError missing) {
            return false;
        }
    }

    /** Initialises {@link JfrEvents}, if there is a recorder. */
    static void load() throws ClassNotFoundException {
        if (RECORDER) {
            ClassLoader loader = Jfr.class.getClassLoader();
            for (Class<?> each :
                    Class.forName("dev.weakref.JfrEvents", true, loader).getNestMembers()) {
                Class.forName(each.getName(), true, loader);
            }
        }
    }

    /** Whether a recording asks for registrations. */
    static boolean recordsRegistrations() {
        try {
            return RECORDER && started && JfrEvents.recordsRegistrations();
        } catch (Throwable leftOut) {
            return false;
        }
    }

    static void registered(FinalizerInfo finalizer, String registry) {
        try {
            JfrEvents.registered(finalizer, registry);
        } catch (Throwable leftOut) {
            // The recording lacks an event, and nothing else; so below.
        }
    }

    /** The beginning of a run, or {@code null} if nobody records it. */
    static @Nullable Object runBegins() {
        if (RECORDER && started) {
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
        if (RECORDER && started) {
            try {
                JfrEvents.leak(leak);
            } catch (Throwable leftOut) {
                // as above
            }
        }
    }

    static @Nullable Object reapBegins() {
        if (RECORDER && started) {
            try {
                return JfrEvents.reapBegins();
            } catch (Throwable leftOut) {
                return null;
            }
        }
        return null;
    }

    static void reapEnded(@Nullable Object begun, Supplier<String> what) {
        if (begun != null) {
            try {
                JfrEvents.reapEnded(begun, what);
            } catch (Throwable leftOut) {
                // as above
            }
        }
    }
}

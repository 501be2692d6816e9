package dev.weakref;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes events for the JDK's flight recorder, where the runtime has it; see {@link FlightEvents}. Where no recording
 * asks for an event, this costs a look at a flag. It never throws: an event that cannot be written is left out.
 */
final class Flight {

    private static final boolean RECORDER = isThere();

    private Flight() {}

    /** Whether this class's loader knows the recorder and, in a named module, whether that reads it. */
    private static boolean isThere() {
        try {
            Class<?> event = Class.forName("jdk.jfr.Event", false, Flight.class.getClassLoader());
            return Flight.class.getModule().canRead(event.getModule());
        } catch (ClassNotFoundException | LinkageError missing) {
            return false;
        }
    }

    static void registered(FinalizerNode<?> node, String registry) {
        if (RECORDER) {
            write(() -> FlightEvents.registered(node, registry));
        }
    }

    /** The beginning of a run, or {@code null} if nobody records it. */
    static @Nullable Object runBegins() {
        return RECORDER ? begin(FlightEvents::runBegins) : null;
    }

    /** The end of a run: {@code begun} is what {@link #runBegins} returned. */
    static void runEnded(@Nullable Object begun, FinalizerRun run, String registry) {
        if (begun != null) {
            write(() -> FlightEvents.runEnded(begun, run, registry));
        }
    }

    static void leak(Leak leak) {
        if (RECORDER) {
            write(() -> FlightEvents.leak(leak));
        }
    }

    static @Nullable Object reapBegins() {
        return RECORDER ? begin(FlightEvents::reapBegins) : null;
    }

    static void reapEnded(@Nullable Object begun, Reapable reapable) {
        if (begun != null) {
            write(() -> FlightEvents.reapEnded(begun, reapable));
        }
    }

    private static @Nullable Object begin(Supplier<@Nullable Object> event) {
        try {
            return event.get();
        } catch (Throwable leftOut) {
            return null;
        }
    }

    private static void write(Runnable event) {
        try {
            event.run();
        } catch (Throwable leftOut) {
            // The recording lacks an event, and nothing else.
        }
    }
}

package dev.weakref;

import org.jspecify.annotations.Nullable;

/**
 * Writes events for the JDK's flight recorder, where the runtime has it; see {@link FlightEvents}. Where no recording
 * asks for an event, this costs a look at a flag.
 */
final class Flight {

    private static final boolean RECORDER =
            ModuleLayer.boot().findModule("jdk.jfr").isPresent() && isReadable();

    private Flight() {}

    /** In a named module the recorder has to be among the modules that this one reads. */
    private static boolean isReadable() {
        Module mine = Flight.class.getModule();
        return !mine.isNamed()
                || mine.canRead(ModuleLayer.boot().findModule("jdk.jfr").orElseThrow());
    }

    static void registered(FinalizerNode<?> node, String registry) {
        if (RECORDER) {
            FlightEvents.registered(node, registry);
        }
    }

    /** The beginning of a run, or {@code null} if nobody records it. */
    static @Nullable Object runBegins() {
        return RECORDER ? FlightEvents.runBegins() : null;
    }

    /** The end of a run: {@code begun} is what {@link #runBegins} returned. */
    static void runEnded(@Nullable Object begun, FinalizerRun run, String registry) {
        if (begun != null) {
            FlightEvents.runEnded(begun, run, registry);
        }
    }

    static void leak(Leak leak) {
        if (RECORDER) {
            FlightEvents.leak(leak);
        }
    }

    static @Nullable Object reapBegins() {
        return RECORDER ? FlightEvents.reapBegins() : null;
    }

    static void reapEnded(@Nullable Object begun, Reapable reapable) {
        if (begun != null) {
            FlightEvents.reapEnded(begun, reapable);
        }
    }
}

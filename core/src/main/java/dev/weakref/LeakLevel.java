package dev.weakref;

import dev.weakref.internal.support.Logging;
import dev.weakref.internal.support.Names;
import java.lang.System.Logger.Level;
import java.util.Locale;

/**
 * How much detail a registry records for leak reports. Leaks are counted at every level.
 *
 * <p>A registry begins with the level of its builder, else with that of the system property {@code weakref.leak-level},
 * else with {@link #SIMPLE}.
 *
 * @since 0.1
 */
public enum LeakLevel {
    /** Leaks are not reported. */
    DISABLED,
    /** Reports name the finalizer, or else the class of its action. */
    SIMPLE,
    /** The same, with the stack of its creation for some finalizers, chosen at random. */
    ADVANCED,
    /**
     * The same, with the stack of its creation for every finalizer; for tests, since it costs some microseconds each.
     */
    PARANOID;

    static LeakLevel byDefault() {
        String chosen = System.getProperty("weakref.leak-level");
        if (chosen == null) {
            return SIMPLE;
        }
        try {
            return valueOf(chosen.trim().toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException unknown) {
            Logging.log(
                    Level.WARNING,
                    () -> "The system property weakref.leak-level is '" + Names.escape(chosen)
                            + "'; use disabled, simple, advanced or paranoid. It is " + SIMPLE + " now");
            return SIMPLE;
        }
    }
}

package dev.weakref;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The library's lines in the log, all under one logger. Logging never stops the library. */
final class Messages {

    private static final Logger PLATFORM = System.getLogger("dev.weakref");

    private static volatile Logger logger = PLATFORM;

    private Messages() {}

    /** The logger from now on; {@code null} for the platform's. */
    static void logTo(@Nullable Logger chosen) {
        logger = chosen != null ? chosen : PLATFORM;
    }

    static void log(Level level, Supplier<String> message) {
        log(level, message, null);
    }

    /** Whether lines for debugging are wanted, so that none need be prepared where they are not. */
    static boolean isDebugging() {
        try {
            return logger.isLoggable(Level.DEBUG);
        } catch (Throwable nowhereToReport) {
            return false;
        }
    }

    static void failure(String message, Throwable failure) {
        log(Level.WARNING, () -> message, failure);
    }

    static void log(Level level, Supplier<String> message, @Nullable Throwable failure) {
        try {
            Logger current = logger;
            if (current.isLoggable(level)) {
                current.log(level, message.get(), failure);
            }
        } catch (Throwable nowhereToReport) {
            // A logger that fails, or memory that is short: the work that was to be reported has still to go on.
        }
    }

    /** A stack as lines of a message. */
    static String stack(StackTraceElement[] stack) {
        return stack(Arrays.asList(stack));
    }

    static String stack(List<?> frames) {
        StringBuilder lines = new StringBuilder();
        for (Object frame : frames) {
            lines.append(System.lineSeparator()).append("\tat ").append(frame);
        }
        return lines.toString();
    }
}

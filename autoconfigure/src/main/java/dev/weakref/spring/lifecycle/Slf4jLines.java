package dev.weakref.spring.lifecycle;

import java.lang.System.Logger.Level;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventAware;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Writes lines with what they are about as key-value pairs, which Boot's structured logging shows as fields. The only
 * class that names types of SLF4J, which need not be there.
 */
final class Slf4jLines {

    private Slf4jLines() {}

    /**
     * Whether the backend takes the fields itself, as Logback does. For all others SLF4J would write them into the text
     * of the line.
     */
    static boolean takesFields() {
        return LoggerFactory.getLogger(CommonsSystemLogger.NAME) instanceof LoggingEventAware;
    }

    /** Makes a line that is not written, so that what a line needs is loaded. */
    static void rehearse() {
        LoggingEventBuilder unused = LoggerFactory.getLogger(CommonsSystemLogger.NAME)
                .makeLoggingEventBuilder(levelOf(Level.WARNING))
                .addKeyValue("", "");
    }

    static void log(Level level, String message, @Nullable Throwable failure, Map<String, Object> fields) {
        LoggingEventBuilder line = LoggerFactory.getLogger(CommonsSystemLogger.NAME)
                .atLevel(levelOf(level))
                .setMessage(message);
        for (Map.Entry<String, Object> field : fields.entrySet()) {
            line = line.addKeyValue(field.getKey(), field.getValue());
        }
        if (failure != null) {
            line = line.setCause(failure);
        }
        line.log();
    }

    /** Without a switch, which would be one more class to load. */
    private static org.slf4j.event.Level levelOf(Level level) {
        return level == Level.WARNING
                ? org.slf4j.event.Level.WARN
                : level == Level.ALL ? org.slf4j.event.Level.TRACE : org.slf4j.event.Level.valueOf(level.name());
    }
}

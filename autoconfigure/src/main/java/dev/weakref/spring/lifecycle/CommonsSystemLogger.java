package dev.weakref.spring.lifecycle;

import dev.weakref.WeakRefs;
import java.text.MessageFormat;
import java.util.Map;
import java.util.ResourceBundle;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/**
 * Has the library log where the application does, for as long as one of its contexts is open, and then where the
 * platform does. Without it the lines of the exit pass are lost on {@code SIGTERM}: the JDK ends its own logging in
 * another shutdown hook.
 *
 * <p>The library has one log. Where a server shares the library among applications that bring this class themselves,
 * its log is left as it is: it would take the lines of all of them to one of them, and would hold that one's class
 * loader.
 *
 * <p>If the application's log is one of SLF4J 2, what a line is about goes with it as key-value pairs.
 *
 * <p>There is one for all contexts, so that the library holds no context's own, and a logger that the user has chosen
 * meanwhile stays when a context closes.
 */
final class CommonsSystemLogger implements WeakRefs.FieldLogger {

    static final String NAME = "dev.weakref";

    private static final boolean SLF4J = ClassUtils.isPresent(
            "org.slf4j.spi.LoggingEventAware", CommonsSystemLogger.class.getClassLoader()); // version 2 has it

    private static final CommonsSystemLogger SHARED = new CommonsSystemLogger();

    private final System.Logger platform = System.getLogger(NAME);
    private int contexts;
    private volatile @Nullable Log log;

    private CommonsSystemLogger() {}

    /** A context is there. What is begun here ends with {@link #contextIsClosed}. */
    static void contextIsOpen() {
        Log log = LogFactory.getLog(NAME);
        if (WeakRefs.class.getClassLoader() != CommonsSystemLogger.class.getClassLoader()) {
            log.debug("The library is loaded by another class loader than the starter, so that several applications may"
                    + " share it: its lines are in the log of the platform, and not in this one");
            return;
        }
        SHARED.begin(log);
    }

    /** The exit pass of a context is over. */
    static void contextIsClosed() {
        SHARED.end();
    }

    /** Loads what logging needs, as each of the lines may be one of the exit pass. */
    static void rehearse() {
        Log log = LogFactory.getLog(NAME);
        isLoggable(Level.DEBUG, log);
        if (takesFields(log)) {
            Slf4jLines.rehearse();
        }
    }

    /** Whether lines go to SLF4J, and not past it to Log4j or to the platform, and its backend takes fields. */
    private static boolean takesFields(Log log) {
        return SLF4J && log.getClass().getName().contains("Slf4j") && Slf4jLines.takesFields();
    }

    private synchronized void begin(Log log) {
        contexts++;
        this.log = log;
        WeakRefs.logTo(this);
    }

    /** With the last context the library has the platform's logger itself, of which it notices if it has ended. */
    private synchronized void end() {
        contexts--;
        if (contexts <= 0) {
            WeakRefs.stopLoggingTo(this);
            log = null; // a line that is on its way here goes to the platform
        }
    }

    @Override
    public String getName() {
        return NAME;
    }

    @Override
    public boolean isLoggable(Level level) {
        Log current = log;
        return current == null ? platform.isLoggable(level) : isLoggable(level, current);
    }

    private static boolean isLoggable(Level level, Log log) {
        return switch (level) {
            case ALL, TRACE -> log.isTraceEnabled();
            case DEBUG -> log.isDebugEnabled();
            case INFO -> log.isInfoEnabled();
            case WARNING -> log.isWarnEnabled();
            case ERROR -> log.isErrorEnabled();
            case OFF -> false;
        };
    }

    @Override
    public void log(Level level, @Nullable ResourceBundle bundle, String message, @Nullable Throwable thrown) {
        Log current = log;
        if (current == null) {
            platform.log(level, bundle, message, thrown);
        } else {
            log(level, message, thrown, current);
        }
    }

    @Override
    public void logWithFields(Level level, String message, @Nullable Throwable failure, Map<String, Object> fields) {
        Log current = log;
        try {
            if (current != null && takesFields(current)) {
                Slf4jLines.log(level, message, failure, fields);
                return;
            }
        } catch (LinkageError classesAreGone) {
            // Then the text alone is written.
        }
        log(level, null, message, failure);
    }

    private static void log(Level level, String message, @Nullable Throwable thrown, Log log) {
        switch (level) {
            case ALL, TRACE -> log.trace(message, thrown);
            case DEBUG -> log.debug(message, thrown);
            case INFO -> log.info(message, thrown);
            case WARNING -> log.warn(message, thrown);
            case ERROR -> log.error(message, thrown);
            case OFF -> {}
        }
    }

    @Override
    public void log(
            Level level, @Nullable ResourceBundle bundle, String format, @Nullable Object @Nullable ... parameters) {
        boolean isText = parameters == null || parameters.length == 0;
        log(level, bundle, isText ? format : MessageFormat.format(format, parameters), (Throwable) null);
    }
}

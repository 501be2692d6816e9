package dev.weakref.internal.support;

import java.lang.reflect.Method;

/**
 * Prepares {@code java.util.logging} for the first line of the library, and tells whether it has lost its handlers: the
 * JDK removes them in a shutdown hook of its own ({@code Cleaner} in {@code LogManager}), which runs concurrently with
 * the hook that closes the global registry. What is logged from then on is lost.
 *
 * <p>It is found by reflection, because the library does not require the module {@code java.logging}.
 */
public final class JavaUtilLogging {

    private JavaUtilLogging() {}

    /**
     * Lets {@code java.util.logging} make its handlers and format a line, which is not written. Otherwise it does so
     * for its first line. If memory or stack is exhausted then, it never has a handler, or its formatter is broken; and
     * no line of the program is written any more. A handler for the console writes to what {@link System#err} is now.
     */
    static void prepare() {
        try {
            if (isBackend() && hasHandlers()) {
                Class<?> formatter = Class.forName("java.util.logging.SimpleFormatter");
                Class<?> level = Class.forName("java.util.logging.Level");
                Class<?> line = Class.forName("java.util.logging.LogRecord");
                formatter
                        .getMethod("format", line)
                        .invoke(
                                formatter.getConstructor().newInstance(),
                                line.getConstructor(level, String.class)
                                        .newInstance(level.getField("FINE").get(null), "prepared"));
            }
        } catch (Throwable unprepared) {
            // It prepares itself, as without the library.
        }
    }

    /** True if the platform's loggers are those of {@code java.util.logging}, and no handler is left. */
    static boolean areLost() {
        try {
            return isBackend() && !hasHandlers();
        } catch (ReflectiveOperationException | RuntimeException unknown) {
            return false;
        }
    }

    private static boolean isBackend() {
        Module backend = System.LoggerFinder.getLoggerFinder().getClass().getModule();
        return "java.logging".equals(backend.getName());
    }

    private static boolean hasHandlers() throws ReflectiveOperationException {
        Class<?> type = Class.forName("java.util.logging.Logger");
        Method handlers = type.getMethod("getHandlers");
        Method parent = type.getMethod("getParent");
        Object logger = type.getMethod("getLogger", String.class).invoke(null, "dev.weakref");
        while (logger != null) {
            if (((Object[]) handlers.invoke(logger)).length > 0) {
                return true;
            }
            logger = parent.invoke(logger);
        }
        return false;
    }
}

package dev.weakref.internal.support;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The library's lines in the log, all under one logger. Logging never stops the library: nothing here throws, except
 * for a stack overflow at the call itself.
 *
 * <p>A line of a thread on which all others depend, such as the reaper, is written by another thread, because the
 * logger is user code and may block. A line that could not be written because memory was exhausted is remembered and
 * written {@linkplain #writeMissed later}.
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // of the line that is written later
public final class Logging {

    private static final String SHORT = " (memory, stack or threads were exhausted)";

    private static final Logger DEFAULT = System.getLogger("dev.weakref");

    /**
     * How long to wait for {@link LogLineQueue}: longer than a logger needs that does not block, and short compared
     * with the exit limit.
     */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    private static volatile Target target = new Target(DEFAULT, null);

    /** What could not be written because memory was exhausted: the last such line. */
    private static volatile @Nullable String missed;

    /** The failure that this line tells of. */
    private static @Nullable Throwable missedFailure; // guarded by MISSED

    /** Guards both while they are written or taken. */
    private static final Object MISSED = new Object();

    /** Set when a registry is closed by the exit of the JVM. */
    private static volatile boolean jvmExits;

    private Logging() {}

    /** Where lines go. A class and not a record, whose generated {@code hashCode} JDK 25 would keep its loader for. */
    private static final class Target {

        private final Logger logger;
        private final @Nullable FieldWriter fields;

        Target(Logger logger, @Nullable FieldWriter fields) {
            this.logger = logger;
            this.fields = fields;
        }

        /** Returns false if the logger takes the line and has nowhere to write it. */
        boolean write(Level level, String message, @Nullable Throwable failure, Map<String, Object> written) {
            if (!logger.isLoggable(level)) {
                return true;
            }
            if (fields != null && !written.isEmpty()) {
                fields.log(level, message, failure, written);
            } else {
                logger.log(level, message, failure);
            }
            return !(jvmExits && logger == DEFAULT && level.compareTo(Level.INFO) >= 0 && JavaUtilLogging.areLost());
        }
    }

    /** Writes a line with its fields. */
    public interface FieldWriter {
        void log(Level level, String message, @Nullable Throwable failure, Map<String, Object> fields);
    }

    /**
     * The logger from now on; {@code null} for the one of the platform.
     *
     * @param fields how it takes a line that has fields; {@code null} if it takes none
     */
    public static synchronized void logTo(@Nullable Logger chosen, @Nullable FieldWriter fields) {
        target = new Target(chosen == null ? DEFAULT : chosen, fields);
    }

    /** The logger of the platform from now on, if this one is the current one. */
    public static synchronized void stopLoggingTo(Logger chosen) {
        if (target.logger == chosen) {
            target = new Target(DEFAULT, null);
        }
    }

    /** Has the platform's logging made ready for its first line, unless another logger was chosen before. */
    public static void prepare() {
        if (target.logger == DEFAULT) {
            JavaUtilLogging.prepare();
        }
    }

    /** From now on the handlers of the platform's logger may be gone. */
    public static void jvmExits() {
        jvmExits = true;
    }

    public static void log(Level level, Supplier<String> message) {
        log(level, message, null);
    }

    /** Whether debug lines are logged, so that they are prepared only then. */
    public static boolean isDebugging() {
        try {
            return target.logger.isLoggable(Level.DEBUG);
        } catch (Throwable nowhereToReport) {
            return false;
        }
    }

    /** A warning. Needs no memory to be called. */
    public static void failure(String message, Throwable failure) {
        failure(message, failure, null);
    }

    /** The same with fields. */
    public static void failure(String message, Throwable failure, @Nullable Supplier<LogFields> fields) {
        try {
            write(Level.WARNING, message, failure, made(fields));
        } catch (Throwable later) {
            missed(message, failure);
        }
    }

    public static void log(Level level, Supplier<String> message, @Nullable Throwable failure) {
        log(level, message, failure, null);
    }

    /**
     * A line with fields.
     *
     * @param fields makes what the line is about; called only if the logger takes it
     */
    public static void log(
            Level level, Supplier<String> message, @Nullable Throwable failure, @Nullable Supplier<LogFields> fields) {
        try {
            if (Threads.mayNotBlock(Thread.currentThread()) || target.logger.isLoggable(level)) {
                write(level, message.get(), failure, made(fields));
            }
        } catch (VirtualMachineError shortage) {
            missed("A line of the log was lost", shortage);
        } catch (Throwable nowhereToReport) {
            // A logger that fails must not stop the work that was to be reported.
        }
    }

    /** The fields, if the logger takes them. A line without them is better than none, so this never throws. */
    private static Map<String, Object> made(@Nullable Supplier<LogFields> fields) {
        try {
            return fields == null || target.fields == null
                    ? Map.of()
                    : fields.get().asMap();
        } catch (Throwable shortage) {
            return Map.of();
        }
    }

    /** Notes a line that could not be written, to be written later. Allocates nothing. */
    static void missed(String message, @Nullable Throwable failure) {
        synchronized (MISSED) {
            missed = message;
            missedFailure = failure;
        }
    }

    /**
     * Writes what could not be written before, with its failure. If memory is still exhausted, the next call tries
     * again. The reaper calls this at each pass.
     */
    public static void writeMissed() {
        if (missed == null) {
            return;
        }
        String message;
        Throwable failure;
        synchronized (MISSED) {
            message = missed;
            failure = missedFailure;
            missed = null;
            missedFailure = null;
        }
        if (message == null) {
            return; // another thread writes it
        }
        try {
            write(Level.WARNING, message.endsWith(SHORT) ? message : message + SHORT, failure, Map.of());
        } catch (OutOfMemoryError later) {
            missed(message, failure);
        } catch (Throwable later) {
            missed(message, null); // the failure itself may be what cannot be written
        }
    }

    /**
     * Waits up to a second until the lines of other threads are written, before the last line of an exit pass. Then
     * writes what could not be written before.
     */
    public static void awaitWritten() {
        try {
            LogLineQueue.SHARED.awaitWritten(LONGEST_WAIT.toNanos());
        } catch (InterruptedException later) {
            Thread.currentThread().interrupt();
        }
        writeMissed();
    }

    private static void write(Level level, String message, @Nullable Throwable failure, Map<String, Object> fields) {
        if (Threads.mayNotBlock(Thread.currentThread())) {
            LogLineQueue.SHARED.add(level, message, failure, fields);
        } else {
            writeNow(level, message, failure, fields);
        }
    }

    /**
     * Writes a line in the calling thread; to {@link System#err} if the logger fails. A class of the platform's logging
     * that was initialized while memory was exhausted fails for the rest of the process.
     */
    static void writeNow(Level level, String message, @Nullable Throwable failure, Map<String, Object> fields) {
        boolean isWritten;
        try {
            isWritten = target.write(level, message, failure, fields);
        } catch (RuntimeException | LinkageError loggersFault) {
            isWritten = false;
        }
        if (!isWritten) {
            print(level, message, failure);
        }
    }

    private static void print(Level level, String message, @Nullable Throwable failure) {
        System.err.println(level + ": " + message);
        if (failure != null) {
            failure.printStackTrace();
        }
    }

    /** A stack as lines of a message. */
    public static String stack(StackTraceElement[] stack) {
        return stack(Arrays.asList(stack));
    }

    public static String stack(List<?> frames) {
        StringBuilder lines = new StringBuilder();
        for (Object frame : frames) {
            lines.append(System.lineSeparator()).append("\tat ").append(frame);
        }
        return lines.toString();
    }
}

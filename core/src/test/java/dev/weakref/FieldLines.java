package dev.weakref;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The lines that have fields, while this is open; all lines go on to the platform's logger. */
final class FieldLines implements WeakRefs.FieldLogger, AutoCloseable {

    /** A line; without fields, if the library gave it none. */
    record Line(Level level, String message, Map<String, Object> fields) {}

    final BlockingQueue<Line> lines = new LinkedBlockingQueue<>();

    /** Of the thread of the test. */
    private final List<Line> passed = new ArrayList<>();

    private final System.Logger platform = System.getLogger("dev.weakref");

    FieldLines() {
        WeakRefs.logTo(this);
    }

    /** The next line that contains this, in any order: several threads write. */
    Line next(String part) throws InterruptedException {
        for (Line line : passed) {
            if (line.message.contains(part)) {
                passed.remove(line);
                return line;
            }
        }
        while (true) {
            Line line = lines.poll(60, TimeUnit.SECONDS);
            if (line == null) {
                throw new AssertionError("No line contains: " + part);
            }
            if (line.message.contains(part)) {
                return line;
            }
            passed.add(line);
        }
    }

    @Override
    public String getName() {
        return platform.getName();
    }

    @Override
    public boolean isLoggable(Level level) {
        return platform.isLoggable(level);
    }

    @Override
    public void log(Level level, @Nullable ResourceBundle bundle, String message, @Nullable Throwable thrown) {
        logWithFields(level, message, thrown, Map.of());
    }

    @Override
    public void log(Level level, @Nullable ResourceBundle bundle, String format, Object... parameters) {
        logWithFields(level, format, null, Map.of());
    }

    @Override
    public void logWithFields(Level level, String message, @Nullable Throwable failure, Map<String, Object> fields) {
        platform.log(level, message, failure);
        lines.add(new Line(level, message, fields));
    }

    @Override
    public void close() {
        WeakRefs.logTo(null);
    }
}

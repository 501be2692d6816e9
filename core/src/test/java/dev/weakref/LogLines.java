package dev.weakref;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What the library writes to the log while this is open, each line as {@code LEVEL message}. */
public final class LogLines extends Handler implements AutoCloseable {

    private static final Logger LOGGER = Logger.getLogger("dev.weakref");

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Level before = LOGGER.getLevel();

    public LogLines() {
        setLevel(Level.ALL);
        LOGGER.setLevel(Level.FINE);
        LOGGER.setUseParentHandlers(false);
        LOGGER.addHandler(this);
    }

    List<String> lines() {
        return lines;
    }

    public List<String> with(String part) {
        return lines.stream().filter(line -> line.contains(part)).toList();
    }

    @Override
    public void publish(LogRecord line) {
        lines.add(line.getLevel() + " " + line.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        LOGGER.removeHandler(this);
        LOGGER.setUseParentHandlers(true);
        LOGGER.setLevel(before);
    }

    /** Does something when a line with this text is written, in the thread that writes it. */
    static final class Reaction extends Handler {

        private final String text;
        private final Runnable action;

        Reaction(String text, Runnable action) {
            this.text = text;
            this.action = action;
            LOGGER.addHandler(this);
        }

        @Override
        public void publish(LogRecord line) {
            if (line.getMessage().contains(text)) {
                action.run();
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            LOGGER.removeHandler(this);
        }
    }
}

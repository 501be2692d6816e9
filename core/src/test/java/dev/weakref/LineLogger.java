package dev.weakref;

import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/** A logger that passes each line on, from the level INFO on. */
@FunctionalInterface
public interface LineLogger extends System.Logger {

    /** Called for each line, in the thread that writes it. */
    void line(Level level, String message, @Nullable Throwable failure);

    @Override
    default String getName() {
        return "lines";
    }

    @Override
    default boolean isLoggable(Level level) {
        return level.compareTo(Level.INFO) >= 0;
    }

    @Override
    default void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
        line(level, message, thrown);
    }

    @Override
    default void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
        line(level, format, null);
    }
}

package dev.weakref.internal.support;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a line of the log is about, as keys and values beside its text, for a logger that takes them. They are made only
 * for such a logger. For use by one thread.
 */
public final class LogFields {

    private final Map<String, Object> values = new LinkedHashMap<>();

    /** Adds one, unless it has no value. */
    public LogFields with(Key key, @Nullable Object value) {
        if (value != null) {
            values.put(key.text, value);
        }
        return this;
    }

    /** What was added, in that order. */
    Map<String, Object> asMap() {
        return Collections.unmodifiableMap(values);
    }

    /** All keys, in the words of meters and endpoint. No key is a part of another one, so that they can be nested. */
    public enum Key {
        REGISTRY("weakref.registry"),
        ID("weakref.finalizer.id"),
        NAME("weakref.finalizer.name"),
        ACTION("weakref.finalizer.action"),
        CREATED_BY("weakref.finalizer.createdBy"),
        TRIGGER("weakref.trigger"),
        OUTCOME("weakref.outcome"),
        LEAK("weakref.leak"),
        DELAY("weakref.delay"),
        EXIT_RUN("weakref.exit.run"),
        EXIT_FAILED("weakref.exit.failed"),
        EXIT_TIMED_OUT("weakref.exit.timedOut"),
        EXIT_SKIPPED("weakref.exit.skipped"),
        EXIT_TOOK("weakref.exit.took");

        private final String text;

        Key(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }
}

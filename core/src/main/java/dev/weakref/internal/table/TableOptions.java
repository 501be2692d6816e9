package dev.weakref.internal.table;

import dev.weakref.internal.reap.Reaper;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How a table is made.
 *
 * @param name what {@link TableChains#visitHolders} reports, if any
 * @param expectedSize how many entries to make room for at once
 * @param replaceKeys whether a later equal key replaces the first one
 * @param notifier is told which entries have left
 * @param valueCheck is given the key and the value of a new entry, and throws to refuse it
 */
public record TableOptions<K>(
        Kind kind,
        Reaper reaper,
        @Nullable String name,
        int expectedSize,
        boolean replaceKeys,
        @Nullable RemovalNotifier<? super K> notifier,
        @Nullable BiConsumer<Object, Object> valueCheck) {

    static <K> TableOptions<K> of(Kind kind, Reaper reaper) {
        return new TableOptions<>(kind, reaper, null, 0, false, null, null);
    }

    /** What is weak, and how keys are compared. */
    public enum Kind {
        WEAK_VALUES,
        WEAK_KEYS,
        WEAK_IDENTITY_KEYS
    }
}

package dev.weakref;

import dev.weakref.internal.reap.Reaper;
import dev.weakref.internal.support.Arguments;
import dev.weakref.internal.support.Logging;
import dev.weakref.internal.support.Names;
import dev.weakref.internal.support.ValueBased;
import dev.weakref.internal.table.RemovalNotifier;
import dev.weakref.internal.table.TableCounts;
import dev.weakref.internal.table.TableOptions;
import dev.weakref.internal.table.WeakTable;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The options that every weak collection has. Not for use by several threads.
 *
 * @param <B> the type that each method returns
 * @param <K> the type of the keys or elements
 */
abstract class CollectionOptions<B extends CollectionOptions<B, K>, K> {

    TableOptions.Kind kind;

    @Nullable String name;

    int expectedSize;
    boolean replaceKeys;

    private @Nullable RemovalNotifier<? super K> notifier;

    CaptureCheck captureCheck = CaptureCheck.OFF;
    private boolean refuseValueBased;
    Reaper reaper = Reaper.SHARED;

    CollectionOptions(TableOptions.Kind kind) {
        this.kind = kind;
    }

    /**
     * The name in its statistics.
     *
     * @throws IllegalArgumentException if it is blank or longer than 200 characters
     */
    public B name(String name) {
        this.name = Names.check(name, "collection name");
        return self();
    }

    /**
     * How many entries to make room for at once.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public B expectedSize(int entries) {
        expectedSize = Arguments.notNegative(entries, "expected size");
        return self();
    }

    /** The listener to be told of each entry that has left. */
    public B onRemoval(RemovalListener<? super K> listener) {
        notifier = new ListenerNotifier<>(Objects.requireNonNull(listener, "listener"), null);
        return self();
    }

    @SuppressWarnings("unchecked") // it is given values of this collection only
    final B onRemovalWithValue(RemovalListener.WithValue<? super K, ?> listener) {
        Objects.requireNonNull(listener, "listener");
        notifier = new ListenerNotifier<K>(listener, (RemovalListener.WithValue<? super K, Object>) listener);
        return self();
    }

    /**
     * Whether a key, value or element on the weak side is refused if its class is value-based, such as {@code Integer},
     * {@code LocalDate} or {@code Optional}: each method that would put it throws an {@link IllegalArgumentException}
     * and changes nothing. By default it is logged once for each class. Its entry may vanish while an equal object is
     * in use, or never. A copy of the collection refuses as well.
     */
    public B refuseValueBased(boolean refuse) {
        refuseValueBased = refuse;
        return self();
    }

    B reaper(Reaper reaper) {
        this.reaper = reaper;
        return self();
    }

    @SuppressWarnings("unchecked")
    private B self() {
        return (B) this;
    }

    /** A table with these options. */
    final <V> WeakTable<K, V> table() {
        return new WeakTable<>(
                new TableOptions<>(kind, reaper, name, expectedSize, replaceKeys, notifier, valueCheck()));
    }

    private @Nullable BiConsumer<Object, Object> valueCheck() {
        BiConsumer<Object, Object> captures =
                captureCheck == CaptureCheck.OFF ? null : new CaptureScan(captureCheck, null)::checkValue;
        if (!refuseValueBased) {
            return captures;
        }
        BiConsumer<Object, Object> referent = kind == TableOptions.Kind.WEAK_VALUES
                ? (key, value) -> ValueBased.refuse(value)
                : (key, value) -> ValueBased.refuse(key);
        return captures == null ? referent : referent.andThen(captures);
    }

    static CollectionStats stats(WeakTable<?, ?> table) {
        TableCounts counts = table.counts();
        return new CollectionStats(counts.name(), counts.size(), counts.added(), counts.removed(), counts.collected());
    }

    /**
     * Calls the user's listener, and logs what it throws.
     *
     * @param withValue the same listener; {@code null} if it is not told of values
     */
    private record ListenerNotifier<K>(
            RemovalListener<? super K> listener, RemovalListener.@Nullable WithValue<? super K, Object> withValue)
            implements RemovalNotifier<K> {

        @Override
        public void replaced(K key, @Nullable Object value) {
            notify(key, value, RemovalCause.REPLACED);
        }

        @Override
        public void removed(K key, @Nullable Object value) {
            notify(key, value, RemovalCause.EXPLICIT);
        }

        @Override
        public void collected(@Nullable K key, @Nullable Object value) {
            notify(key, value, RemovalCause.COLLECTED);
        }

        private void notify(@Nullable K key, @Nullable Object value, RemovalCause cause) {
            try {
                if (withValue == null) {
                    listener.onRemoval(key, cause);
                } else {
                    withValue.onRemoval(key, value, cause);
                }
            } catch (Throwable failure) {
                Logging.failure(
                        "The removal listener " + listener.getClass().getName() + " failed (" + cause + ")", failure);
            }
        }
    }
}

package dev.weakref;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The options that every weak collection has. Not for use by several threads.
 *
 * @param <B> the type to go on with
 * @param <K> the type of the keys or elements
 */
abstract class CollectionOptions<B extends CollectionOptions<B, K>, K> {

    Table.Kind kind;

    @Nullable String name;

    int expectedSize;
    boolean replaceKeys;

    @Nullable RemovalListener<? super K> listener;

    CaptureCheck captureCheck = CaptureCheck.OFF;
    Reaper reaper = Reaper.SHARED;

    CollectionOptions(Table.Kind kind) {
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

    /** Is told of each entry that has left. */
    public B onRemoval(RemovalListener<? super K> listener) {
        this.listener = Objects.requireNonNull(listener, "listener");
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

    /** The options of tables that no user sees, and of copies. */
    static final class Plain<K> extends CollectionOptions<Plain<K>, K> {

        Plain(Table.Kind kind, Reaper reaper) {
            super(kind);
            this.reaper = reaper;
        }
    }
}

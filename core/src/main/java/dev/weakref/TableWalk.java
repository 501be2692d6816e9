package dev.weakref;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * An iterator over a table: weakly consistent, and holding no more than the entry that it is about to return. Not for
 * use by several threads.
 *
 * @param <E> what it makes of an entry
 */
final class TableWalk<K, V, E> implements Iterator<E> {

    private final Table<K, V> table;
    private final Table<K, V>.Cursor cursor;
    private final BiFunction<? super K, ? super V, ? extends E> take;
    private boolean ready;
    private @Nullable TableNode last;

    TableWalk(Table<K, V> table, BiFunction<? super K, ? super V, ? extends E> take) {
        this.table = table;
        this.take = take;
        cursor = table.cursor();
    }

    /** A spliterator that promises no size, because the size may change at any time. */
    Spliterator<E> spliterator(int characteristics) {
        return Spliterators.spliteratorUnknownSize(
                this, characteristics | Spliterator.NONNULL | Spliterator.CONCURRENT);
    }

    @Override
    public boolean hasNext() {
        if (!ready) {
            ready = cursor.advance();
        }
        return ready;
    }

    @Override
    public E next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        E element = take.apply(cursor.key(), cursor.value());
        last = cursor.node();
        cursor.forget();
        ready = false;
        return element;
    }

    @Override
    public void remove() {
        if (last == null) {
            throw new IllegalStateException("call next() first, and remove() once after each next()");
        }
        table.remove(last);
        last = null;
    }
}

package dev.weakref.internal.table;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * An iterator over a table: weakly consistent. It holds no referent but that of the element that it is about to return.
 * Not for use by several threads.
 *
 * @param <E> what it makes of an entry
 */
public final class TableIterator<K, V, E> implements Iterator<E> {

    private final WeakTable<K, V> table;
    private final BiFunction<WeakTable<K, V>, TableNode, ? extends @Nullable E> take;
    private final @Nullable TableNode[] chains;
    private int bin = -1;

    /** The node of the current element. */
    private @Nullable TableNode node;

    private @Nullable E element;
    private @Nullable TableNode last;

    /** @param take makes an element of a node, or {@code null} if that has no live entry */
    public TableIterator(WeakTable<K, V> table, BiFunction<WeakTable<K, V>, TableNode, ? extends @Nullable E> take) {
        this.table = table;
        this.take = take;
        chains = table.chains();
    }

    /** A spliterator that promises no size, because the size may change at any time. */
    public Spliterator<E> spliterator(int characteristics) {
        return Spliterators.spliteratorUnknownSize(
                this, characteristics | Spliterator.NONNULL | Spliterator.CONCURRENT);
    }

    @Override
    public boolean hasNext() {
        return element != null || advance();
    }

    /** Advances to the next live entry, if there is one. */
    private boolean advance() {
        TableNode here = node;
        while (true) {
            here = here == null ? null : here.next();
            while (here == null) {
                if (bin + 1 >= chains.length) {
                    node = null;
                    return false;
                }
                here = TableChains.headOf(chains, ++bin);
            }
            E found = take.apply(table, here);
            if (found != null) {
                node = here;
                element = found;
                return true;
            }
        }
    }

    @Override
    public E next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        E found = Objects.requireNonNull(element);
        element = null;
        last = node;
        return found;
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

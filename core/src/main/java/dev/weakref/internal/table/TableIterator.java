package dev.weakref.internal.table;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Spliterator;
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

    /** The chain that it is in, and the first one that it does not visit. */
    private int bin;

    private int end;

    /** The node of the current element. */
    private @Nullable TableNode node;

    private @Nullable E element;
    private @Nullable TableNode last;

    /** @param take makes an element of a node, or {@code null} if that has no live entry */
    public TableIterator(WeakTable<K, V> table, BiFunction<WeakTable<K, V>, TableNode, ? extends @Nullable E> take) {
        this(table, take, table.chains(), 0, Integer.MAX_VALUE);
    }

    private TableIterator(
            WeakTable<K, V> table,
            BiFunction<WeakTable<K, V>, TableNode, ? extends @Nullable E> take,
            @Nullable TableNode[] chains,
            int begin,
            int end) {
        this.table = table;
        this.take = take;
        this.chains = chains;
        this.end = Math.min(end, chains.length);
        bin = begin - 1;
    }

    /**
     * A spliterator over what this iterator has not visited, which takes its place. It promises no size, because the
     * size may change at any time; and not that elements are distinct if they are compared by identity, because
     * {@code distinct()} of a stream compares them by {@code equals}.
     */
    public Spliterator<E> spliterator(int characteristics) {
        int right = table.kind == TableOptions.Kind.WEAK_IDENTITY_KEYS
                ? characteristics & ~Spliterator.DISTINCT
                : characteristics;
        return new TableSpliterator<>(
                this, right | Spliterator.NONNULL | Spliterator.CONCURRENT, (double) table.nodes() / chains.length);
    }

    /** Leaves the last half of the chains that it has not begun to another one; {@code null} if that is none. */
    @Nullable TableIterator<K, V, E> split() {
        int middle = (bin + 1 + end) >>> 1;
        if (middle == bin + 1) {
            return null;
        }
        TableIterator<K, V, E> half = new TableIterator<>(table, take, chains, middle, end);
        end = middle;
        return half;
    }

    /** How many chains it has not begun. */
    int chainsLeft() {
        return end - bin - 1;
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
                if (bin + 1 >= end) {
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

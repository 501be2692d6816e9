package dev.weakref.internal.table;

import java.util.Objects;
import java.util.Spliterator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A walk over the chains of a table that can be split by ranges of the array, as that of a
 * {@link java.util.concurrent.ConcurrentHashMap} can: each half has half of the chains. Weakly consistent, like the
 * {@link TableIterator} that walks over each range.
 *
 * <p><b>Why no element is met twice.</b> All parts read the array of the moment when the walk began, which a resize
 * leaves as it is, and no chain is in two ranges.
 *
 * <p>The size is an estimate: the nodes in the table at the beginning, dead ones among them, in proportion to the
 * chains that are left.
 *
 * @param <E> what the iterator makes of an entry
 */
final class TableSpliterator<E> implements Spliterator<E> {

    private final TableIterator<?, ?, E> range;
    private final int characteristics;
    private final double nodesPerChain;

    TableSpliterator(TableIterator<?, ?, E> range, int characteristics, double nodesPerChain) {
        this.range = range;
        this.characteristics = characteristics;
        this.nodesPerChain = nodesPerChain;
    }

    @Override
    public boolean tryAdvance(Consumer<? super E> action) {
        Objects.requireNonNull(action, "action");
        boolean found = range.hasNext();
        if (found) {
            action.accept(range.next());
        }
        return found;
    }

    @Override
    public @Nullable Spliterator<E> trySplit() {
        TableIterator<?, ?, E> half = range.split();
        return half == null ? null : new TableSpliterator<>(half, characteristics, nodesPerChain);
    }

    @Override
    public long estimateSize() {
        return (long) (nodesPerChain * range.chainsLeft());
    }

    @Override
    public int characteristics() {
        return characteristics;
    }
}

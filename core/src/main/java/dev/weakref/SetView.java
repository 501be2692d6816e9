package dev.weakref;

import dev.weakref.internal.table.TableIterator;
import java.lang.ref.Reference;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.Spliterator;
import org.jspecify.annotations.Nullable;

/** A view of the keys or of the entries of a map. It compares as the map does. */
abstract class SetView<E> extends AbstractSet<E> {

    private final AbstractWeakMap<?, ?> map;

    SetView(AbstractWeakMap<?, ?> map) {
        this.map = map;
    }

    @Override
    public abstract TableIterator<?, ?, E> iterator();

    @Override
    public final Spliterator<E> spliterator() {
        return iterator().spliterator(Spliterator.DISTINCT);
    }

    /**
     * Removes each element as {@link #remove} does, unlike that of {@link AbstractSet}, which iterates over the smaller
     * side and may compare as the other collection does.
     */
    @Override
    public final boolean removeAll(Collection<?> elements) {
        boolean changed = false;
        for (Object element : elements) {
            changed |= element != null && remove(element);
        }
        return changed;
    }

    /** Live elements are held from the beginning to the end, so that both sides are counted at one moment. */
    @Override
    public final boolean equals(@Nullable Object other) {
        return other == this || (other instanceof Set<?> set && hasElementsOf(set));
    }

    private boolean hasElementsOf(Set<?> other) {
        Object[] held = map.entrySet().toArray();
        try {
            List<?> theirs = Arrays.asList(other.toArray());
            return theirs.size() == held.length && containsAll(theirs);
        } catch (ClassCastException | NullPointerException incomparable) {
            return false;
        } finally {
            Reference.reachabilityFence(held);
        }
    }

    @Override
    public final int hashCode() {
        return super.hashCode(); // of what is alive, in one walk
    }

    @Override
    public final int size() {
        return map.size();
    }

    @Override
    public final void clear() {
        map.clear();
    }
}

package dev.weakref;

import dev.weakref.internal.table.TableIterator;
import dev.weakref.internal.table.TableOptions;
import dev.weakref.internal.table.WeakTable;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.Spliterator;
import org.jspecify.annotations.Nullable;

/**
 * A concurrent set that holds its elements weakly: each is in it for as long as it is held elsewhere.
 *
 * <pre>{@code
 * WeakSet<Session> open = WeakSet.identity();
 * open.add(session);
 * open.forEach(Session::ping);   // those that are still in use
 * }</pre>
 *
 * <p><b>Elements</b> are compared by {@code equals}, or by identity in a set made by {@link #identity()}; adding an
 * equal element again keeps the first one. <b>Nulls</b> are refused as elements; {@code contains(null)} and
 * {@code remove(null)} are false, and in a collection that is only compared with, they equal nothing. Elements that
 * never die (constants, small boxed numbers) are never removed; for elements of value-based classes a warning is
 * logged, once for each class.
 *
 * <p><b>Operations on two sets</b> take any collection, compare as this set does, and, of two equal elements, keep this
 * set's instance. <b>Equality:</b> only live elements are compared, so a set equals itself at every moment. By identity
 * the set breaks the contract of {@code Set.equals} and {@code hashCode} as {@link java.util.IdentityHashMap} breaks
 * that of a map.
 *
 * <p><b>Threads.</b> Reading takes no lock, and adding and removing one element is atomic; operations on many are not.
 * Actions before adding an element <i>happen-before</i> actions after finding it.
 *
 * <p><b>When an element has been collected</b> it is invisible at once, and soon removed by a thread of the library. A
 * set that is not held is collected itself. <b>Iterators</b> are weakly consistent, hold no more than the element that
 * they are about to return, and never throw {@link java.util.ConcurrentModificationException}. {@link #size()} counts
 * in one walk; {@link #estimatedSize()} takes constant time.
 *
 * <p>Not serializable. Many elements of one hash are correct and slow.
 *
 * @param <E> the type of the elements
 * @since 0.1
 */
public final class WeakSet<E> extends AbstractSet<E> {

    final WeakTable<E, Boolean> table;

    private WeakSet(WeakTable<E, Boolean> table) {
        this.table = table;
        table.belongsTo(this);
    }

    /** An empty set that compares its elements by {@code equals}. */
    public static <E> WeakSet<E> create() {
        return WeakSet.<E>builder().build();
    }

    /** An empty set that compares its elements by identity, and calls none of their methods to find them. */
    public static <E> WeakSet<E> identity() {
        return WeakSet.<E>builder().identity().build();
    }

    /** A set of these elements; with the modes of the source, if that is a {@code WeakSet}. */
    public static <E> WeakSet<E> copyOf(Collection<? extends E> source) {
        WeakSet<E> copy = source instanceof WeakSet<?> set ? WeakSet.<E>emptyLike(set) : WeakSet.create();
        copy.addAll(source);
        return copy;
    }

    /** For a set with options. */
    public static <E> Builder<E> builder() {
        return new Builder<>();
    }

    // One element.

    @Override
    public boolean add(E element) {
        return table.put(Objects.requireNonNull(element, "element"), true, WeakTable.When.ABSENT) == null;
    }

    /** Whether an equal element is in this set; {@code null} never is. */
    @Override
    public boolean contains(@Nullable Object element) {
        return element != null && table.getKey(element) != null;
    }

    /** Removes the element that equals this one; {@code null} equals none. */
    @Override
    public boolean remove(@Nullable Object element) {
        return element != null && table.remove(element, null) != null;
    }

    /**
     * Removes some live element and returns it. Which one is not specified.
     *
     * @throws NoSuchElementException if there is no live element
     */
    public E popElement() {
        for (E element : this) {
            if (remove(element)) {
                return element;
            }
        }
        throw new NoSuchElementException("The set has no live element");
    }

    // All elements.

    @Override
    public Iterator<E> iterator() {
        return walk();
    }

    @Override
    public Spliterator<E> spliterator() {
        return walk().spliterator(Spliterator.DISTINCT);
    }

    private TableIterator<E, Boolean, E> walk() {
        return new TableIterator<>(table, WeakTable::liveKey);
    }

    /** The number of elements that are not cleared: one walk over the table, without locks. */
    @Override
    public int size() {
        return (int) Math.min(table.count(), Integer.MAX_VALUE);
    }

    @Override
    public boolean isEmpty() {
        return !iterator().hasNext();
    }

    @Override
    public void clear() {
        table.clear();
    }

    /** The elements in the table, including dead ones that have not been removed yet; in constant time. */
    public long estimatedSize() {
        return table.nodes();
    }

    /** The counters of this set. */
    public CollectionStats stats() {
        return CollectionOptions.stats(table);
    }

    /** A snapshot of the references to the elements, which may die at any time. */
    public List<WeakRef<E>> refs() {
        List<WeakRef<E>> refs = new ArrayList<>();
        forEach(element -> refs.add(WeakRef.of(element)));
        return refs;
    }

    /** A new set with the same elements and modes, without name and listener. */
    public WeakSet<E> copy() {
        return copyOf(this);
    }

    // Two sets. The elements of the other one are held during the operation, so that all are compared at one moment.

    /** A new set with the elements of both. */
    public WeakSet<E> union(Collection<? extends E> other) {
        WeakSet<E> union = copy();
        union.addAll(other);
        return union;
    }

    /** A new set with those elements of this set that are in the other as well. */
    public WeakSet<E> intersection(Collection<?> other) {
        WeakSet<E> intersection = copy();
        intersection.retainAll(other);
        return intersection;
    }

    /** A new set with those elements of this set that are not in the other. */
    public WeakSet<E> difference(Collection<?> other) {
        WeakSet<E> difference = copy();
        difference.removeAll(other);
        return difference;
    }

    /** A new set with the elements that are in one of the two, and not in both. */
    public WeakSet<E> symmetricDifference(Collection<? extends E> other) {
        Set<Object> mine = table.comparable(this);
        WeakSet<E> difference = difference(other);
        for (E element : other) {
            if (!mine.contains(Objects.requireNonNull(element, "element"))) {
                difference.add(element);
            }
        }
        return difference;
    }

    /** Whether each element of this set is in the other. */
    public boolean isSubsetOf(Collection<?> other) {
        return table.comparable(other).containsAll(table.comparable(this));
    }

    /** Whether each element of this set is in the other, and the other has one that is not in this set. */
    public boolean isProperSubsetOf(Collection<?> other) {
        return isProperSubset(table.comparable(this), table.comparable(other));
    }

    /** Whether each element of the other is in this set, and this set has one that is not in the other. */
    public boolean isProperSupersetOf(Collection<?> other) {
        return isProperSubset(table.comparable(other), table.comparable(this));
    }

    private static boolean isProperSubset(Set<Object> smaller, Set<Object> larger) {
        return smaller.size() < larger.size() && larger.containsAll(smaller);
    }

    /** Whether each element of the other is in this set. */
    public boolean isSupersetOf(Collection<?> other) {
        return table.comparable(this).containsAll(table.comparable(other));
    }

    /** Whether no element is in both. */
    public boolean isDisjointFrom(Collection<?> other) {
        Set<Object> theirs = table.comparable(other);
        for (E element : this) {
            if (theirs.contains(element)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean containsAll(Collection<?> other) {
        return isSupersetOf(other);
    }

    @Override
    public boolean removeAll(Collection<?> other) {
        boolean changed = false;
        for (Object element : table.comparable(other)) {
            changed |= remove(element);
        }
        return changed;
    }

    @Override
    public boolean retainAll(Collection<?> other) {
        Set<Object> theirs = table.comparable(other);
        return removeIf(element -> !theirs.contains(element));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (other == this) {
            return true;
        }
        if (!(other instanceof Set<?> set)) {
            return false;
        }
        Set<Object> mine = table.comparable(this);
        List<?> theirs = Arrays.asList(set.toArray());
        return theirs.size() == mine.size() && mine.containsAll(theirs);
    }

    @Override
    public int hashCode() {
        return table.comparable(this).hashCode();
    }

    @SuppressWarnings("unchecked") // an empty table is one of any type
    private static <E> WeakSet<E> emptyLike(WeakSet<?> set) {
        return new WeakSet<>((WeakTable<E, Boolean>) set.table.emptyCopy());
    }

    /**
     * The options of a set. Not for use by several threads.
     *
     * @param <E> the type of the elements
     */
    public static final class Builder<E> extends CollectionOptions<Builder<E>, E> {

        private Builder() {
            super(TableOptions.Kind.WEAK_KEYS);
        }

        /** Compares elements by identity. */
        public Builder<E> identity() {
            kind = TableOptions.Kind.WEAK_IDENTITY_KEYS;
            return this;
        }

        /** The set. */
        public WeakSet<E> build() {
            LibraryInitializer.ensure();
            return new WeakSet<>(table());
        }
    }
}

package dev.weakref.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.LongSupplier;
import org.assertj.core.api.AbstractCollectionAssert;
import org.assertj.core.api.ObjectAssert;

/**
 * Assertions for a weak set, made by {@link WeakrefAssertions}: those of AssertJ for collections,
 * and two that collect.
 *
 * @param <E> the type of the elements
 * @since 0.1
 */
public final class WeakSetAssert<E>
        extends AbstractCollectionAssert<WeakSetAssert<E>, Collection<? extends E>, E, ObjectAssert<E>> {

    private final LongSupplier estimatedSize;

    WeakSetAssert(Collection<? extends E> actual, LongSupplier estimatedSize) {
        super(actual, WeakSetAssert.class);
        this.estimatedSize = estimatedSize;
    }

    /** After some collections it has so many elements, and the dead ones have been removed. */
    public WeakSetAssert<E> eventuallyHasSize(int expected) {
        return eventuallyHasSize(expected, Gc.DEADLINE);
    }

    /** The same, with a deadline in place of 30 seconds. */
    public WeakSetAssert<E> eventuallyHasSize(int expected, Duration deadline) {
        isNotNull();
        WeakSizes.eventually(expected, actual::size, estimatedSize, deadline).ifPresent(this::fail);
        return this;
    }

    /** After three collections it has so many elements. */
    public WeakSetAssert<E> keepsSize(int expected) {
        isNotNull();
        Gc.collectThoroughly();
        return hasSize(expected);
    }

    @Override
    protected ObjectAssert<E> toAssert(E element, String description) {
        return new ObjectAssert<>(element).as(description);
    }

    @Override
    protected WeakSetAssert<E> newAbstractIterableAssert(Iterable<? extends E> elements) {
        List<E> some = new ArrayList<>();
        elements.forEach(some::add);
        return new WeakSetAssert<>(some, some::size);
    }

    private void fail(String message) {
        failWithMessage("%s", message);
    }
}

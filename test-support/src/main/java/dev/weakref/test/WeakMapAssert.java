package dev.weakref.test;

import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;
import org.assertj.core.api.AbstractMapAssert;

/**
 * Assertions for a weak map, made by {@link WeakrefAssertions}: those of AssertJ for maps, and two that collect.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 * @since 0.1
 */
public final class WeakMapAssert<K, V> extends AbstractMapAssert<WeakMapAssert<K, V>, Map<K, V>, K, V> {

    private final LongSupplier estimatedSize;

    WeakMapAssert(Map<K, V> actual, LongSupplier estimatedSize) {
        super(actual, WeakMapAssert.class);
        this.estimatedSize = estimatedSize;
    }

    /** After some collections it has so many entries, and those of the dead have been removed. */
    public WeakMapAssert<K, V> eventuallyHasSize(int expected) {
        return eventuallyHasSize(expected, Gc.DEADLINE);
    }

    /** The same, with a deadline in place of 30 seconds. */
    public WeakMapAssert<K, V> eventuallyHasSize(int expected, Duration deadline) {
        isNotNull();
        WeakSizes.eventually(expected, actual::size, estimatedSize, deadline).ifPresent(this::fail);
        return this;
    }

    /** After three collections it has so many entries. */
    public WeakMapAssert<K, V> keepsSize(int expected) {
        isNotNull();
        Gc.collectThoroughly();
        return hasSize(expected);
    }

    private void fail(String message) {
        failWithMessage("%s", message);
    }
}

package dev.weakref.test;

import dev.weakref.FinalizerInfo;
import dev.weakref.FinalizerRegistry;
import java.time.Duration;
import java.util.stream.Collectors;
import org.assertj.core.api.AbstractAssert;

/**
 * Assertions for a registry, made by {@link WeakrefAssertions#assertThat(FinalizerRegistry)}. A finalizer whose action
 * runs at this moment counts as live, as it does in {@link FinalizerRegistry#stats()}.
 *
 * @since 0.1
 */
public final class FinalizerRegistryAssert extends AbstractAssert<FinalizerRegistryAssert, FinalizerRegistry> {

    FinalizerRegistryAssert(FinalizerRegistry actual) {
        super(actual, FinalizerRegistryAssert.class);
    }

    /** Every finalizer has been run or detached. */
    public FinalizerRegistryAssert hasNoLiveFinalizers() {
        return hasLiveFinalizers(0);
    }

    /** So many finalizers are live. */
    public FinalizerRegistryAssert hasLiveFinalizers(long expected) {
        isNotNull();
        long live = actual.stats().live();
        if (live != expected) {
            failWithMessage("%s", "Expected " + expected + " live finalizers, but there are " + live + listing());
        }
        return this;
    }

    /** One that is live has this name. */
    public FinalizerRegistryAssert hasLiveFinalizerNamed(String name) {
        isNotNull();
        if (actual.finalizers().noneMatch(finalizer -> finalizer.name().equals(name))) {
            failWithMessage("%s", "No live finalizer has the name '" + name + "'" + listing());
        }
        return this;
    }

    /** After some collections, every finalizer has been run or detached, and its action has ended. */
    public FinalizerRegistryAssert eventuallyHasNoLiveFinalizers() {
        return eventuallyHasNoLiveFinalizers(Gc.DEADLINE);
    }

    /** The same, with a deadline in place of 30 seconds. */
    public FinalizerRegistryAssert eventuallyHasNoLiveFinalizers(Duration deadline) {
        isNotNull();
        if (!Gc.collectUntil(() -> actual.stats().live() == 0, deadline)) {
            failWithMessage("%s", "There are live finalizers after " + deadline + " of collecting" + listing());
        }
        return this;
    }

    /** It takes no more registrations. */
    public FinalizerRegistryAssert isClosed() {
        isNotNull();
        if (!actual.isClosed()) {
            failWithMessage("%s", actual + " is open, and should be closed");
        }
        return this;
    }

    /** It takes registrations. */
    public FinalizerRegistryAssert isOpen() {
        isNotNull();
        if (actual.isClosed()) {
            failWithMessage("%s", actual + " is closed, and should be open");
        }
        return this;
    }

    private String listing() {
        return actual.finalizers()
                .limit(FinalizerLines.MOST_SHOWN)
                .map(FinalizerRegistryAssert::describe)
                .collect(Collectors.joining("\n  ", " in " + actual + "\n  ", ""));
    }

    private static String describe(FinalizerInfo finalizer) {
        return FinalizerLines.describe(finalizer)
                + (finalizer.createdBy() == null ? "" : ", registered at " + finalizer.createdBy());
    }
}

package dev.weakref.test;

import java.lang.ref.Reference;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.AbstractAssert;

/**
 * Assertions for a reference, made by {@link WeakrefAssertions#assertThat(Reference)}.
 *
 * @since 0.1
 */
public final class ReferenceAssert extends AbstractAssert<ReferenceAssert, Reference<?>> {

    ReferenceAssert(Reference<?> actual) {
        super(actual, ReferenceAssert.class);
    }

    /** It has no referent. */
    public ReferenceAssert isCleared() {
        isNotNull();
        if (!actual.refersTo(null)) {
            failWithMessage("%s", "Expected a cleared reference, but it refers to " + StillReachable.describe(actual));
        }
        return this;
    }

    /** It has a referent. */
    public ReferenceAssert isNotCleared() {
        isNotNull();
        if (actual.refersTo(null)) {
            failWithMessage("%s", "Expected a reference that is not cleared");
        }
        return this;
    }

    /** After some collections it has no referent. */
    public ReferenceAssert eventuallyCleared() {
        return eventuallyCleared(Gc.DEADLINE);
    }

    /** The same, with a deadline in place of 30 seconds. */
    public ReferenceAssert eventuallyCleared(Duration deadline) {
        isNotNull();
        if (!Gc.collectUntil(() -> actual.refersTo(null), deadline)) {
            failWithMessage(
                    "%s",
                    StillReachable.error(deadline, List.of(StillReachable.describe(actual)))
                            .getMessage());
        }
        return this;
    }

    /** After three collections it still has its referent; for what that means see {@link Gc#assertReachable}. */
    public ReferenceAssert keepsReferent() {
        isNotNull();
        Gc.collectThoroughly();
        return isNotCleared();
    }
}

package dev.weakref.test;

import dev.weakref.Finalizer;
import dev.weakref.Finalizer.Trigger;
import java.time.Duration;
import org.assertj.core.api.AbstractAssert;

/**
 * Assertions for a finalizer, made by {@link WeakrefAssertions#assertThat(Finalizer)}. It is dead, and has its trigger,
 * from the moment when it is taken for its run: its action may still be running.
 *
 * @since 0.1
 */
public final class FinalizerAssert extends AbstractAssert<FinalizerAssert, Finalizer<?>> {

    FinalizerAssert(Finalizer<?> actual) {
        super(actual, FinalizerAssert.class);
    }

    /** It has neither run nor been detached. */
    public FinalizerAssert isAlive() {
        isNotNull();
        return check(actual.isAlive(), "be alive");
    }

    /** It has run or been detached. */
    public FinalizerAssert isDead() {
        isNotNull();
        return check(!actual.isAlive(), "be dead");
    }

    /** It has run, and why. */
    public FinalizerAssert ranBecause(Trigger trigger) {
        isNotNull();
        return check(actual.trigger() == trigger, "have run because of " + trigger);
    }

    /** It never ran, and never will. */
    public FinalizerAssert wasDetached() {
        isNotNull();
        return check(!actual.isAlive() && actual.trigger() == null, "have been detached");
    }

    /** It is to run when its registry closes. */
    public FinalizerAssert isAtExit() {
        isNotNull();
        return check(actual.isAtExit(), "be one that runs at exit");
    }

    /** It is not to run when its registry closes. */
    public FinalizerAssert isNotAtExit() {
        isNotNull();
        return check(!actual.isAtExit(), "be one that does not run at exit");
    }

    /** It runs after some collections, and why. */
    public FinalizerAssert eventuallyRanBecause(Trigger trigger) {
        return eventuallyRanBecause(trigger, Gc.DEADLINE);
    }

    /** The same, with a deadline in place of 30 seconds. */
    public FinalizerAssert eventuallyRanBecause(Trigger trigger, Duration deadline) {
        isNotNull();
        boolean ended = Gc.collectUntil(() -> !actual.isAlive(), deadline);
        return check(
                actual.trigger() == trigger,
                "have run because of " + trigger + (ended ? "" : " within " + deadline + " of collecting"));
    }

    private FinalizerAssert check(boolean holds, String expected) {
        if (!holds) {
            failWithMessage("%s", "Expected " + actual + " to " + expected);
        }
        return this;
    }
}

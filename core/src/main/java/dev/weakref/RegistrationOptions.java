package dev.weakref;

import dev.weakref.internal.support.Arguments;
import dev.weakref.internal.support.Names;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The options that every registration has.
 *
 * @param <B> the type that each method returns
 */
abstract sealed class RegistrationOptions<B extends RegistrationOptions<B>>
        permits FinalizerRegistry.Registration, FinalizerRegistry.StateRegistration {

    private final RegistryCore core;
    private final @Nullable FinalizerScope scope;
    private @Nullable String name;
    private @Nullable Duration limit;
    private @Nullable Duration overdueAfter;
    private boolean mustBeClosed;
    private boolean atExit = true;

    RegistrationOptions(RegistryCore core, @Nullable FinalizerScope scope) {
        this.core = core;
        this.scope = scope;
    }

    RegistrationOptions(RegistrationOptions<?> other) {
        core = other.core;
        scope = other.scope;
        name = other.name;
        limit = other.limit;
        overdueAfter = other.overdueAfter;
        mustBeClosed = other.mustBeClosed;
        atExit = other.atExit;
    }

    /**
     * The name to show, instead of the class of the action.
     *
     * @throws IllegalArgumentException if it is blank or longer than 200 characters
     */
    public B name(String name) {
        this.name = Names.check(name, "finalizer name");
        return self();
    }

    /** Whether to run when the registry closes; true by default. */
    public B atExit(boolean atExit) {
        this.atExit = atExit;
        return self();
    }

    /**
     * How long the action may run, instead of the registry's limit, before it is interrupted and times out. Does not
     * hold for {@link Finalizer#call()}.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public B limit(Duration limit) {
        this.limit = Arguments.positive(limit, "limit");
        return self();
    }

    /**
     * The finalizer has to be {@linkplain Finalizer#call() called}: if it runs because its referent was collected, it
     * is reported as a {@link Leak}; also if it is still live when the registry closes, if the registry
     * {@linkplain FinalizerRegistry.Builder#reportOpenAtExit reports} that.
     */
    public B mustBeClosed() {
        mustBeClosed = true;
        return self();
    }

    /**
     * After how long it is reported as an overdue {@link Leak} if it is still live, instead of the registry's limit,
     * and like that in elapsed time.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public B overdueAfter(Duration limit) {
        overdueAfter = Arguments.positive(limit, "overdue limit");
        return self();
    }

    <R> Finalizer<R> register(Object referent, Object work) {
        if (scope != null) {
            scope.refuseIfClosed();
        }
        FinalizerNode<R> finalizer =
                core.register(referent, work, new RareOptions(name, limit, overdueAfter, mustBeClosed, null, atExit));
        return scope == null ? finalizer : scope.own(finalizer);
    }

    @SuppressWarnings("unchecked")
    private B self() {
        return (B) this;
    }
}

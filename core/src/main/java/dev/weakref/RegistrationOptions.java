package dev.weakref;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The options that every registration has.
 *
 * @param <B> the type to go on with
 */
abstract sealed class RegistrationOptions<B extends RegistrationOptions<B>>
        permits FinalizerRegistry.Registration, FinalizerRegistry.StateRegistration {

    private final RegistryCore core;
    private @Nullable String name;
    private @Nullable Duration limit;
    private boolean atExit = true;

    RegistrationOptions(RegistryCore core) {
        this.core = core;
    }

    RegistrationOptions(RegistrationOptions<?> other) {
        core = other.core;
        name = other.name;
        limit = other.limit;
        atExit = other.atExit;
    }

    /**
     * The name to show, in place of the class name of the action.
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
     * How long the action may run, in place of the registry's limit, before it is interrupted and left behind. Does
     * not hold for {@link Finalizer#call()}.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public B limit(Duration limit) {
        this.limit = Settings.positive(limit, "limit");
        return self();
    }

    <R> Finalizer<R> register(Object referent, Object work) {
        return core.register(referent, work, new FinalizerNode.Details(name, limit, atExit));
    }

    @SuppressWarnings("unchecked")
    private B self() {
        return (B) this;
    }
}

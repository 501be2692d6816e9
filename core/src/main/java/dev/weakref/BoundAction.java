package dev.weakref;

import dev.weakref.Finalizer.Trigger;
import dev.weakref.FinalizerRegistry.Action;
import dev.weakref.FinalizerRegistry.StateAction;
import dev.weakref.FinalizerRegistry.StateFunction;
import dev.weakref.FinalizerRegistry.TriggerAction;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * What a finalizer does, unless it was given as a plain {@link Action}. A plain action stands for itself, which saves
 * an object for each registration; the static methods take either.
 *
 * @param action the action as it was given
 * @param state the state for it, if one was given
 * @param body runs the action
 */
record BoundAction(Object action, @Nullable Object state, Body body) {

    @SuppressWarnings("unchecked")
    private static final Body STATE_ACTION = (work, referent, trigger) -> {
        ((StateAction<Object>) work.action).run(Objects.requireNonNull(work.state));
        return null;
    };

    @SuppressWarnings("unchecked")
    private static final Body STATE_FUNCTION = (work, referent, trigger) ->
            ((StateFunction<Object, ?>) work.action).call(Objects.requireNonNull(work.state));

    private static final Body CALLABLE = (work, referent, trigger) -> ((Callable<?>) work.action).call();

    @SuppressWarnings("unchecked")
    private static final Body TRIGGER_ACTION = (work, referent, trigger) -> {
        ((TriggerAction<Object>) work.action).run(referent, trigger);
        return null;
    };

    static BoundAction ofAction(@Nullable Object state, StateAction<?> action) {
        return new BoundAction(
                Objects.requireNonNull(action, "action"), Objects.requireNonNull(state, "state"), STATE_ACTION);
    }

    static BoundAction ofFunction(@Nullable Object state, StateFunction<?, ?> function) {
        return new BoundAction(
                Objects.requireNonNull(function, "function"), Objects.requireNonNull(state, "state"), STATE_FUNCTION);
    }

    static BoundAction ofCallable(Callable<?> function) {
        return new BoundAction(Objects.requireNonNull(function, "function"), null, CALLABLE);
    }

    static BoundAction ofTrigger(TriggerAction<?> action) {
        return new BoundAction(Objects.requireNonNull(action, "action"), null, TRIGGER_ACTION);
    }

    static @Nullable Object run(Object work, @Nullable Object referent, Trigger trigger) throws Exception {
        if (work instanceof BoundAction form) {
            return form.body.run(form, referent, trigger);
        }
        ((Action) work).run();
        return null;
    }

    static Object actionOf(Object work) {
        return work instanceof BoundAction form ? form.action : work;
    }

    static @Nullable Object stateOf(Object work) {
        return work instanceof BoundAction form ? form.state : null;
    }

    /** How one form of action is run. */
    private interface Body {
        @Nullable Object run(BoundAction work, @Nullable Object referent, Trigger trigger) throws Exception;
    }
}

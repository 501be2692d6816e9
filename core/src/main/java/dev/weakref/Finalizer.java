package dev.weakref;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An action tied to an object, run at most once: when it is called, when the object is collected, or when the registry
 * closes.
 *
 * <pre>{@code
 * Finalizer<Void> finalizer = registry.register(workspace, directory, Files::delete);
 * finalizer.close();      // runs it now, in this thread
 * finalizer.isAlive();    // false, and it will never run again
 * }</pre>
 *
 * <p>A finalizer is <em>live</em> until it is taken for its run or detached; one atomic step decides which, so any
 * number of threads may call, detach and collect at the same time. The registry holds a live finalizer strongly, so the
 * program need not keep it. A finalizer equals only itself.
 *
 * <p>Everything that the registering thread did before the registration <i>happens-before</i> the run.
 *
 * @param <R> what the action returns
 * @since 0.1
 */
public interface Finalizer<R> extends AutoCloseable {

    /**
     * Runs the action now, in the calling thread and without a time limit, unless the finalizer is dead.
     *
     * @return what the action returned; {@code null} if the finalizer was dead already
     * @throws Exception whatever the action threw, unchanged; the finalizer is dead all the same
     */
    @Nullable R call() throws Exception;

    /**
     * {@link #call() Calls} it, for try-with-resources.
     *
     * @throws FinalizerException with the checked exception that the action threw as its cause; unchecked ones and
     *     errors pass unchanged
     */
    @Override
    void close();

    /**
     * Whether it is live: neither taken for a run, nor detached. True between the death of the referent and the run.
     */
    boolean isAlive();

    /**
     * Whether it is to run when the registry closes. True unless chosen otherwise; false if it is not live any more.
     */
    boolean isAtExit();

    /** Chooses whether it is to run when the registry closes. Counts until its turn in the exit pass has come. */
    void setAtExit(boolean atExit);

    /** Its number in the order of creation in its registry, from 1 on. Numbers are unique, but may leave gaps. */
    long id();

    /**
     * The name given at registration, else the class of the action, that of a lambda as {@code com.acme.Desk (lambda)}.
     */
    String name();

    /**
     * When it was registered, in milliseconds: by the wall clock as it is set now, minus the time that has elapsed
     * since. If the wall clock has been set by more than a second, this moves with it; if the machine was suspended,
     * this may be later by that time. If tens of thousands are registered in a second, this may be some milliseconds
     * before, and more on an overloaded machine; so it need not be in the order of {@link #id()}.
     */
    Instant createdAt();

    /** Why it ran; {@code null} until it runs, and for ever if it was detached. */
    @Nullable Trigger trigger();

    /** What {@link #detach()} would return, without detaching. */
    @Nullable Detached peek();

    /**
     * Kills a live finalizer without running it.
     *
     * @return referent, action and state; {@code null} if the finalizer was dead, or if its referent is dead and the
     *     finalizer is about to run. In the second case it stays live and runs
     */
    @Nullable Detached detach();

    /** Why a finalizer runs. */
    enum Trigger {
        /** It was called. */
        EXPLICIT,
        /** Its referent was collected. */
        UNREACHABLE,
        /** Its registry, the application context or the JVM closes. */
        EXIT
    }

    /** How a run ended. */
    enum Outcome {
        /** The action returned. */
        SUCCESS,
        /** The action threw. */
        FAILURE,
        /** The action passed its limit, and was interrupted. */
        TIMEOUT
    }

    /**
     * What a finalizer was made of.
     *
     * @param referent the object that it watched
     * @param action the action as it was given
     * @param state the state for the action, if one was given
     */
    record Detached(
            Object referent, Object action, @Nullable Object state) {

        @Override
        public String toString() {
            return "Detached[referent=" + referent + ", action=" + action + ", state=" + state + "]";
        }
    }
}

package dev.weakref;

import dev.weakref.FinalizerRegistry.Action;
import dev.weakref.FinalizerRegistry.Registration;
import dev.weakref.FinalizerRegistry.StateAction;
import dev.weakref.internal.support.Names;
import java.util.ArrayList;
import java.util.List;

/**
 * Owns the finalizers that are registered through it, and calls them, newest first, when it is closed.
 *
 * <pre>{@code
 * try (FinalizerScope scope = registry.openScope("request")) {
 *     Path upload = Files.createTempFile("upload", "");
 *     scope.register(request, upload, Files::delete);
 *     // …
 * }   // the file is deleted, whatever happened, even if the request is still held
 * }</pre>
 *
 * <p>What it owns are finalizers of its registry like all others: they run earlier if they are called or their referent
 * is collected, and at exit if the scope is not closed. It holds no referents. For use by any thread.
 *
 * @since 0.1
 */
public final class FinalizerScope implements AutoCloseable {

    /**
     * Finalizers that have ended are removed from a list of this length, and then whenever it has doubled: so the list
     * is bounded by the live ones, and each addition takes constant time on average.
     */
    private static final int FEWEST_TO_PRUNE = 64;

    private final RegistryCore core;
    private final String name;

    // These are guarded by the lock of this object, which is never held while user code runs.
    private List<Finalizer<?>> owned = new ArrayList<>();
    private int pruneAt = FEWEST_TO_PRUNE;
    private boolean closed;

    FinalizerScope(RegistryCore core, String name) {
        this.core = core;
        this.name = name;
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /**
     * Registers an action, as {@link FinalizerRegistry#register(Object, Action)} does.
     *
     * @throws IllegalStateException if the scope or its registry is closed; the resource stays with the caller
     */
    public Finalizer<Void> register(Object referent, Action action) {
        return finalizer(referent).run(action);
    }

    /**
     * Registers an action that is given a state, as {@link FinalizerRegistry#register(Object, Object, StateAction)}
     * does.
     *
     * @throws IllegalStateException if the scope or its registry is closed; the resource stays with the caller
     */
    public <S> Finalizer<Void> register(Object referent, S state, StateAction<? super S> action) {
        return finalizer(referent).state(state).run(action);
    }

    /** Begins a registration with options, as {@link FinalizerRegistry#finalizer} does. */
    public <T> Registration<T> finalizer(T referent) {
        return new Registration<>(core, this, referent);
    }

    /** Makes a handle of a resource, as {@link FinalizerRegistry#guard(AutoCloseable, Class, Class...)} does. */
    public <I> I guard(AutoCloseable resource, Class<I> type, Class<?>... others) {
        return GuardedHandle.handle(resource, type, this::finalizer, options -> options, others);
    }

    /**
     * Calls the live finalizers that it owns, newest first, in this thread. All are called, whatever they throw. Does
     * nothing if it was closed before.
     *
     * @throws FinalizerException with the first checked exception that an action threw as its cause; the first
     *     unchecked one or error passes unchanged. Later ones are suppressed in the first
     */
    @Override
    public void close() {
        List<Finalizer<?>> mine;
        synchronized (this) {
            mine = owned;
            owned = List.of();
            closed = true;
        }
        Throwable failure = null;
        for (int i = mine.size() - 1; i >= 0; i--) {
            try {
                mine.get(i).call();
            } catch (Throwable thrown) {
                if (thrown instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
                if (failure == null) {
                    failure = thrown;
                } else if (failure != thrown) {
                    failure.addSuppressed(thrown);
                }
            }
        }
        if (failure != null) {
            throw FinalizerException.unchecked("An action of " + this + " failed", failure);
        }
    }

    /** Whether it takes no more registrations. */
    public synchronized boolean isClosed() {
        return closed;
    }

    @Override
    public String toString() {
        return "FinalizerScope['" + Names.escape(name) + "']";
    }

    /** For tests: how many it holds. */
    synchronized int owned() {
        return owned.size();
    }

    void refuseIfClosed() {
        if (isClosed()) {
            throw closedAlready();
        }
    }

    /**
     * Adds a finalizer that was registered through it, or takes the registration back and leaves the resource with the
     * caller.
     */
    <R> Finalizer<R> own(FinalizerNode<R> finalizer) {
        if (!add(finalizer) && core.refuse(finalizer)) {
            throw closedAlready();
        }
        return finalizer;
    }

    private synchronized boolean add(Finalizer<?> finalizer) {
        if (closed) {
            return false;
        }
        if (owned.size() == pruneAt) {
            owned.removeIf(each -> !each.isAlive());
            pruneAt = Math.max(FEWEST_TO_PRUNE, 2 * owned.size());
        }
        owned.add(finalizer);
        return true;
    }

    private IllegalStateException closedAlready() {
        return new IllegalStateException(
                this + " is closed; release the resource yourself, or register before the scope is closed");
    }
}

package dev.weakref;

import dev.weakref.internal.reap.Reapable;
import dev.weakref.internal.reap.TrackedReference;
import dev.weakref.internal.support.Defaults;
import dev.weakref.internal.support.Logging;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A reference, proxy or method in the log, with a callback or without: watches the referent by itself, and holds weakly
 * its <em>owner</em>, the one that is to be called back with.
 *
 * <p>The log must not keep the owner alive, nor look at it while its referent lives: a look would make a dropped
 * reference strongly reachable again, for as long as a concurrent collection happens to run. Therefore the node has a
 * reference of its own to the referent, which is all that a sweep asks.
 *
 * <p><b>Why nobody is forgotten who outlived the referent.</b> The owner has a reference to the referent as well, of the
 * same queue, that leads to the owner and is reached through him alone; a {@link WeakRef} is that itself. If the owner
 * is alive when the referent dies, the collector finds that reference and puts it on the queue; from then on the queue
 * holds it, and once it has been taken off the node does ({@link #retainOwner}), until the sweep. If the owner is dead by then,
 * so is his reference, and nobody asks for it.
 *
 * <p><b>Why it calls back at most once, and never after it was cancelled.</b> The state becomes {@link #DONE} in one
 * atomic step, by the run or by {@link #cancel()}, and never changes again. Who wins that step decides.
 */
abstract class CallbackNode extends TrackedReference {

    private static final Object DONE = new Object();
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(CallbackNode.class, "state", Object.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    final Owner owner;

    /** Whom {@link #retainOwner} keeps; read by nobody, since the owner's own reference is asked. */
    @SuppressWarnings("UnusedVariable")
    private @Nullable Object kept;

    /** At first {@code null}; the owner, held from the moment when the referent was found dead; at last {@link #DONE}. */
    private volatile @Nullable Object state;

    CallbackNode(Object referent, Object owner) {
        super(referent, Callbacks.LOG.queue);
        this.owner = new Owner(owner);
    }

    /**
     * Keeps the owner, whose own reference to the referent was found on the queue. Called by the one who sweeps.
     *
     * @return whether this waits for a sweep
     */
    final boolean retainOwner(Object found) {
        if (!isUnclaimed()) {
            return false;
        }
        kept = found;
        return true;
    }

    /** Calls back with the owner. Called at most once. */
    abstract void fire(Object owner);

    /** Sees that it does not call back; false if that was decided before. */
    final boolean cancel() {
        Object before = STATE.getAndSet(this, DONE);
        log().remove(this);
        return before != DONE;
    }

    @Override
    public final void run() {
        Object held = state;
        if (held != null && held != DONE && cancel()) {
            fire(held);
        }
    }

    @Override
    public final long limitNanos() {
        return Defaults.nanos(Defaults.ACTION_LIMIT);
    }

    @Override
    public final boolean timeOut(Thread thread, long nanos) {
        Logging.log(
                Level.WARNING,
                () -> describe() + " has timed out: it has passed its limit of " + Duration.ofNanos(limitNanos())
                        + " and is interrupted. It is here:"
                        + Logging.stack(thread.getStackTrace()));
        return true;
    }

    @Override
    public String describe() {
        return "Callback " + id;
    }

    @Override
    public final void visitHolder(Reapable.HolderVisitor visitor) {
        Object mine = owner.get();
        if (mine != null) {
            visitor.visit(mine, null);
        }
    }

    @Override
    public final boolean isDone() {
        Object now = state;
        return now == DONE || (now == null && owner.refersTo(null));
    }

    @Override
    public final boolean isLive() {
        return !isDone();
    }

    @Override
    public final boolean isRunning() {
        return false;
    }

    @Override
    public final boolean isUnclaimed() {
        return state == null && !owner.refersTo(null);
    }

    @Override
    public final boolean claim() {
        if (state != null) {
            return false; // it waits in the relay already
        }
        Object mine = owner.get();
        return mine != null && STATE.compareAndSet(this, null, mine);
    }

    @Override
    public final void unclaim() {
        Object held = state;
        if (held != DONE) {
            STATE.compareAndSet(this, held, null);
        }
    }

    /** Says on the log's queue when the owner was collected, so that its slot can be given back. */
    static final class Owner extends WeakReference<Object> {
        Owner(Object owner) {
            super(owner, Callbacks.LOG.queue);
        }
    }
}

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
 * A reference, proxy or method in the log, with a callback or without: it watches the referent itself, and holds its
 * <em>owner</em>, the object that is passed to the callback, weakly.
 *
 * <p>The log must not keep the owner alive, nor read it while its referent lives: that would make a dropped reference
 * strongly reachable again, for as long as a concurrent collection runs (G1's SATB barrier keeps what {@code get}
 * returns). Therefore the node has a reference of its own to the referent, and a sweep reads only that.
 *
 * <p><b>Why no owner that outlives the referent is missed.</b> The owner has a reference to the referent as well, of
 * the same queue, that leads to the owner and is reachable only through it; a {@link WeakRef} is that reference itself.
 * If the owner is alive when the referent dies, the collector finds that reference and puts it on the queue. From then
 * on the queue holds it; once it has been taken off, the node does ({@link #retainOwner}), until the sweep. If the
 * owner is dead by then, so is its reference, and no callback is wanted.
 *
 * <p><b>Why it calls back at most once, and never after it was cancelled.</b> The state becomes {@link #DONE} in one
 * atomic step, by the run or by {@link #cancel()}, and never changes again. The thread that wins that step decides.
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

    /** What {@link #retainOwner} keeps. Never read: it only has to be reachable. */
    @SuppressWarnings("UnusedVariable")
    private @Nullable Object kept;

    /** First {@code null}; then the owner, held since the referent was found dead; at last {@link #DONE}. */
    private volatile @Nullable Object state;

    CallbackNode(Object referent, Object owner) {
        super(referent, Callbacks.LOG.queue);
        this.owner = new Owner(owner);
    }

    /**
     * Keeps the owner, whose own reference to the referent was found on the queue. Called by the thread that sweeps.
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

    /** Prevents the callback; false if that was decided before. */
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
            return false; // it waits in the dispatcher already
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

    /** Enqueued when the owner was collected, so that the slot of its node can be freed. */
    static final class Owner extends WeakReference<Object> {
        Owner(Object owner) {
            super(owner, Callbacks.LOG.queue);
        }
    }
}

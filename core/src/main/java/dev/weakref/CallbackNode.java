package dev.weakref;

import java.lang.System.Logger.Level;
import java.lang.ref.WeakReference;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A reference, proxy or method in the log, with a callback or without: watches the referent by itself, and holds weakly the one that is to be called back with.
 *
 * <p>The log must not keep that reference alive, nor look at it while its referent lives: a look would make a dropped
 * reference strongly reachable again, for as long as a concurrent collection happens to run. Therefore the node has a
 * reference of its own to the referent, which is all that a sweep asks.
 */
abstract class CallbackNode extends LogNode {

    private final Owner owner;

    /** The owner, from the moment when the referent was found dead until it has been called back. */
    private volatile @Nullable Object held;

    private volatile boolean done;

    private final WeakRefs.Kind kind;

    CallbackNode(Object referent, Object owner, WeakRefs.Kind kind) {
        super(referent, Callbacks.LOG.queue);
        this.kind = kind;
        this.owner = new Owner(owner);
    }

    /** Calls back with the owner, unless that was cancelled. */
    abstract void fire(Object owner);

    /** Forgets the callback. */
    final void cancel() {
        done = true;
        held = null;
        log().remove(this);
    }

    @Override
    public final void run() {
        Object mine = held;
        if (mine != null && !done) {
            cancel();
            fire(mine);
        }
    }

    @Override
    public final long limitNanos() {
        return Settings.nanos(Settings.ACTION_LIMIT);
    }

    @Override
    public final void leaveBehind(Thread thread) {
        Messages.log(
                Level.WARNING,
                () -> describe() + " has passed its limit of " + Duration.ofNanos(limitNanos())
                        + " and is interrupted and left behind. It is here:"
                        + Messages.stack(thread.getStackTrace()));
    }

    @Override
    public String describe() {
        return "Callback " + id;
    }

    @Override
    final WeakRefs.@Nullable Hold hold() {
        Object mine = owner.get();
        return mine == null ? null : new WeakRefs.Hold(kind, null, mine);
    }

    @Override
    final boolean isDone() {
        return done || (held == null && owner.refersTo(null));
    }

    @Override
    final boolean isLive() {
        return !isDone();
    }

    @Override
    final boolean isRunning() {
        return false;
    }

    @Override
    final boolean isDue() {
        return !done && held == null && !owner.refersTo(null);
    }

    @Override
    final boolean gather() {
        if (held != null) {
            return false; // it waits in the relay already
        }
        held = owner.get();
        return held != null;
    }

    @Override
    final void ungather() {
        held = null;
    }

    /** Says on the log's queue when the owner was collected, so that its slot can be given back. */
    private static final class Owner extends WeakReference<Object> {
        Owner(Object owner) {
            super(owner, Callbacks.LOG.queue);
        }
    }
}

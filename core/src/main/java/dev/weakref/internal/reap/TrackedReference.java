package dev.weakref.internal.reap;

import dev.weakref.internal.dispatch.DispatchTask;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * What stands in a {@link CreationLog}: a weak reference to an object, together with what is to happen when the object dies.
 *
 * <p>Its own state decides whether it is due, is run, or is done; its place in the log only follows.
 */
public abstract class TrackedReference extends WeakReference<Object> implements DispatchTask {

    /** Its number in the order of creation; written once, before it is published. */
    public long id;

    /** Where it stands, or stood; written before it is published, and by the one who merges chunks. */
    public volatile @Nullable LogSlots slots;

    /** The next one in a list of the gathered; owned by the one who gathers, then by the relay. */
    public @Nullable TrackedReference nextDead;

    public TrackedReference(@Nullable Object referent, @Nullable ReferenceQueue<Object> queue) {
        super(referent, queue);
    }

    /** The log that it stands in. */
    public final CreationLog log() {
        LogSlots here = slots;
        if (here == null) {
            throw new IllegalStateException("not in a log yet");
        }
        return here.log;
    }

    /** Visits what refers to the object, unless that is gone. */
    public abstract void visitHolder(Reapable.HolderVisitor visitor);

    /** Whether it has nothing to do any more, so that its slot may be reused. */
    public abstract boolean isDone();

    /** Whether it waits for its turn: neither running nor done. */
    public abstract boolean isLive();

    /** Whether it runs at this moment. */
    public abstract boolean isRunning();

    /** Whether it is live and has not been gathered. */
    public abstract boolean isUnclaimed();

    /** Notes that it has been gathered; false if it was gathered before or is not live. */
    public abstract boolean claim();

    /** Lets the next sweep hand it over again, because it could not be run for want of memory or stack. Allocates nothing. */
    public final void tryAgain() {
        if (isLive()) {
            unclaim();
            log().requestSweep();
        }
    }

    /** Forgets that it was gathered, because it could not be handed over. */
    public abstract void unclaim();
}

package dev.weakref.internal.reap;

import dev.weakref.internal.dispatch.DispatchTask;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link CreationLog} contains: a weak reference to an object, together with what is to happen when the object
 * dies.
 *
 * <p>Its own state decides whether it is dead, runs, or is done; its slot in the log only follows.
 */
public abstract class TrackedReference extends WeakReference<Object> implements DispatchTask {

    /** Its number in the order of creation; written once, before it is published. */
    public long id;

    /** The slots that it is in, or was; written before it is published, and by the sweep that merges chunks. */
    public volatile @Nullable LogSlots slots;

    /** The next one in a {@link DeadList}; owned by the thread that claims it, then by the dispatcher. */
    public @Nullable TrackedReference nextDead;

    public TrackedReference(@Nullable Object referent, @Nullable ReferenceQueue<Object> queue) {
        super(referent, queue);
    }

    /** The log that it is in. */
    public final CreationLog log() {
        LogSlots here = slots;
        if (here == null) {
            throw new IllegalStateException("not in a log yet");
        }
        return here.log;
    }

    /** Visits what refers to the object, unless the holder is gone. */
    public abstract void visitHolder(Reapable.HolderVisitor visitor);

    /** Whether it has nothing to do any more, so that its slot may be freed. */
    public abstract boolean isDone();

    /** Whether it waits for its turn: neither running nor done. */
    public abstract boolean isLive();

    /** Whether it runs at this moment. */
    public abstract boolean isRunning();

    /** Whether it is live and unclaimed. */
    public abstract boolean isUnclaimed();

    /** Claims it for a run; false if it is claimed already or not live. */
    public abstract boolean claim();

    /**
     * Requests another hand-over, after it could not be run because memory or stack was exhausted. Allocates nothing.
     */
    public final void tryAgain() {
        if (isLive()) {
            unclaim();
            log().requestSweep();
        }
    }

    /** Undoes {@link #claim}, because it could not be submitted or run. */
    public abstract void unclaim();
}

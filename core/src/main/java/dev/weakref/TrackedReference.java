package dev.weakref;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * What stands in a {@link CreationLog}: a weak reference to an object, together with what is to happen when the object dies.
 *
 * <p>Its own state decides whether it is due, is run, or is done; its place in the log only follows.
 */
abstract class TrackedReference extends WeakReference<Object> implements DispatchTask {

    /** Its number in the order of creation; written once, before it is published. */
    long id;

    /** Where it stands, or stood; written before it is published, and by the one who merges chunks. */
    volatile @Nullable LogSlots slots;

    /** The next one in a list of the gathered; owned by the one who gathers, then by the relay. */
    @Nullable TrackedReference nextDead;

    TrackedReference(@Nullable Object referent, @Nullable ReferenceQueue<Object> queue) {
        super(referent, queue);
    }

    /** The log that it stands in. */
    final CreationLog log() {
        LogSlots here = slots;
        if (here == null) {
            throw new IllegalStateException("not in a log yet");
        }
        return here.log;
    }

    /** Visits what refers to the object, unless that is gone. */
    abstract void visitHolder(Reapable.HolderVisitor visitor);

    /** Whether it has nothing to do any more, so that its slot may be reused. */
    abstract boolean isDone();

    /** Whether it waits for its turn: neither running nor done. */
    abstract boolean isLive();

    /** Whether it runs at this moment. */
    abstract boolean isRunning();

    /** Whether it is live and has not been gathered. */
    abstract boolean isUnclaimed();

    /** Notes that it has been gathered; false if it was gathered before or is not live. */
    abstract boolean claim();

    /** Lets the next sweep hand it over again, because it could not be run for want of memory or stack. Allocates nothing. */
    final void tryAgain() {
        if (isLive()) {
            unclaim();
            log().requestSweep();
        }
    }

    /** Forgets that it was gathered, because it could not be handed over. */
    abstract void unclaim();
}

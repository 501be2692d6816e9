package dev.weakref.internal.reap;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What the reaper looks after: the table of a collection, or a log.
 *
 * <p>Its references report to its own queue, and nothing on that queue leads back to it: so the reaper can ask
 * whether something died without reaching a table, and a table that nobody else reaches is collected.
 */
public abstract class Reapable {

    /** About so many are taken off the queue at once; then others have their turn. */
    public static final int MOST_POLLS = 1 << 16;

    public final ReferenceQueue<Object> queue = new ReferenceQueue<>();

    /** Set while the reaper has it on its list; see {@link Reaper#watch}. */
    public volatile boolean watched;

    /** Set while it is to be reaped without waiting for a signal; beside it, so that the reaper need not reach it. */
    public final AtomicBoolean sweepRequested = new AtomicBoolean();

    private final Reaper reaper;

    public Reapable(Reaper reaper) {
        this.reaper = reaper;
    }

    /**
     * Puts this on the reaper's list, if it is not there, and starts the reaper, if it does not run. To be called before
     * something is added, or after it; the caller then looks at {@link #watched} as its class says.
     *
     * @throws OutOfMemoryError if it cannot be put on the list; it is not on it then
     */
    public final void watch() {
        if (!watched || !reaper.isRunning()) {
            reaper.watch(this);
        }
    }

    /** To be called when so much was added that waiting for a signal would cost too much memory. */
    public final void requestSweep() {
        reaper.requestSweep(this);
    }

    /**
     * Removes what is dead. Called by one thread at a time.
     *
     * @param first what was found on the queue; {@code null} to look everywhere, because a call failed or
     *     {@link #requestSweep()} asked for it
     * @param resting whether to do only what costs the dead alone, and to pass over no living ones; never together with
     *     {@code null}, nor where it {@linkplain #alwaysSweeps can only sweep}
     * @return which part of the effort went to the living, from 0 to 1; a look at a sample of them does not count
     */
    public abstract double reap(@Nullable Reference<?> first, boolean resting);

    /** Whether it has no way to remove the dead but to look at all. */
    public abstract boolean alwaysSweeps();

    /** What it is, for those who watch the reaper. */
    public abstract String describe();

    /** Is called now and then while nothing dies. */
    public void compact() {}

    /** Is called at each pass of the reaper, if it {@linkplain #keepsAlive is held}; takes next to no time. */
    public void everyPass() {}

    public final Reaper reaper() {
        return reaper;
    }

    /** Visits everything in it that refers to this object; newest first if it has an order. */
    public void visitHolders(Object referent, HolderVisitor visitor) {}

    /** Is given what refers to an object. */
    public interface HolderVisitor {
        /**
         * Visits one thing that refers to the object.
         *
         * @param holder the reference itself, or the collection that has the entry
         * @param name the name that it was given, if any
         */
        void visit(Object holder, @Nullable String name);
    }

    /** Whether there is nothing left in it that could die. */
    public abstract boolean isEmpty();

    /** Whether it has to be held while it is not empty, because what it does is wanted even if nobody reaches it. */
    public abstract boolean keepsAlive();
}

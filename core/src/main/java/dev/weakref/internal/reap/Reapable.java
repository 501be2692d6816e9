package dev.weakref.internal.reap;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What the reaper watches: the table of a collection, or a creation log.
 *
 * <p>Its references report to its own queue, and nothing on that queue leads back to it. So the reaper can ask whether
 * something died without reaching a table, and a table that is otherwise unreachable is collected.
 */
public abstract class Reapable {

    /**
     * About how many references are taken off the queue at once, before other reapables have their turn: a million dead
     * ones must not delay them for long, and fewer would cost a pass over the list each time.
     */
    public static final int MOST_POLLS = 1 << 16;

    public final ReferenceQueue<Object> queue = new ReferenceQueue<>();

    /** Set while it is on the reaper's list; see {@link Reaper#watch}. */
    public volatile boolean watched;

    /**
     * Set while it is to be reaped without a signal. An object of its own, so that the reaper need not reach the
     * reapable.
     */
    public final AtomicBoolean sweepRequested = new AtomicBoolean();

    private final Reaper reaper;

    public Reapable(Reaper reaper) {
        this.reaper = reaper;
    }

    /**
     * Puts this on the reaper's list, if it is not there, and starts the reaper, if it does not run. To be called
     * before or after something is added; the caller then reads {@link #watched} as its class says.
     *
     * @throws OutOfMemoryError if it cannot be put on the list
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
     * @param first the reference that was found on the queue; {@code null} to sweep everything, because a call failed
     *     or {@link #requestSweep()} asked for it
     * @param resting whether to do only work that is proportional to the dead, and to visit no live references; never
     *     together with {@code null}, nor if it {@linkplain #alwaysSweeps always sweeps}
     * @return the part of the effort that was spent on live references, from 0 to 1; a sample does not count
     */
    public abstract double reap(@Nullable Reference<?> first, boolean resting);

    /** Whether it can remove dead references only by visiting all. */
    public abstract boolean alwaysSweeps();

    /** Its name in events. */
    public abstract String describe();

    /** Called now and then while nothing dies. */
    public void compact() {}

    /** Called at each pass of the reaper, if it {@linkplain #keepsAlive is held}; must take next to no time. */
    public void everyPass() {}

    public final Reaper reaper() {
        return reaper;
    }

    /** Visits everything in it that refers to this object; newest first if it has an order. */
    public void visitHolders(Object referent, HolderVisitor visitor) {}

    /** Receives what refers to an object. */
    public interface HolderVisitor {
        /**
         * Visits one thing that refers to the object.
         *
         * @param holder the reference itself, or the collection that has the entry
         * @param name the name that it was given, if any
         */
        void visit(Object holder, @Nullable String name);
    }

    /** Whether nothing is left in it that could die. */
    public abstract boolean isEmpty();

    /**
     * Whether the reaper holds it while it is not empty, because its work is wanted even if the program has dropped it.
     */
    public abstract boolean keepsAlive();
}

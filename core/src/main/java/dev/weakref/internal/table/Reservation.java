package dev.weakref.internal.table;

import dev.weakref.internal.table.Stripe.Change;
import dev.weakref.internal.table.TableNode.Entry;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The reservation of one key, for as long as a mapping function runs for it.
 *
 * <p><b>Why no key stays reserved.</b> When the function ends, in whatever way, its thread writes {@link #finished}.
 * That is a write of a field, which needs neither stack nor memory. The outcome is in fields as well, at first the
 * entry that was there before. From then on any thread can replace the reservation by the outcome: the thread of the
 * function, a thread that waits for the key, or the reaper. Waiting threads check every few milliseconds, because the
 * thread of the function may have had no stack left to wake them.
 */
public final class Reservation {

    /**
     * How often a waiting thread checks by itself. It matters only after a stack overflow: not noticed by a person, and
     * rare enough to cost nothing while a function computes for long.
     */
    private static final long CHECK_INTERVAL_MILLIS = 20;

    /** The node of the entry that was there before; {@code null} if the key was absent. */
    final @Nullable TableNode previous;

    /** That node, if it was dead; submitted when the reservation has been replaced. */
    final @Nullable CollectedNotices<?> dead;

    private final Thread owner = Thread.currentThread();
    private final CountDownLatch settled = new CountDownLatch(1);

    /** What replaces the reservation; written before {@link #finished}. */
    @Nullable Entry outcome;

    /** Whether the outcome has the value that was there. */
    boolean unchanged = true;

    /** Whether the mapping function has ended. */
    volatile boolean finished;

    /**
     * Whether the thread of the mapping function may have been unable to settle it, and the reaper is to do so. The
     * reaper settles no other, because the removal listener is called by the thread that settles.
     */
    volatile boolean leftOver;

    /**
     * @param dead the node of the entry that was there before, if it was dead
     * @param unchanged what replaces the reservation if the mapping function changes nothing
     */
    Reservation(@Nullable TableNode previous, @Nullable CollectedNotices<?> dead, @Nullable Entry unchanged) {
        this.previous = previous;
        this.dead = dead;
        outcome = unchanged;
    }

    /** How its end counts. */
    Change change() {
        if (outcome == null) {
            return revives() ? Change.COLLECTED : hadValue() ? Change.REMOVED : Change.NOTHING;
        }
        return hadValue() ? Change.NOTHING : revives() ? Change.REVIVED : Change.ADDED;
    }

    private boolean hadValue() {
        return previous != null && dead == null;
    }

    /** Whether the entry that was there before was dead. */
    private boolean revives() {
        return dead != null;
    }

    /** Whether it replaces or removes a value. */
    boolean replaces() {
        return hadValue() && !unchanged;
    }

    /** Waits until the mapping function has ended. */
    void await() {
        if (!finished && owner == Thread.currentThread()) {
            throw new IllegalStateException(
                    "The mapping function of a key has used that key itself; compute other keys only");
        }
        boolean interrupted = false;
        try {
            while (!finished) {
                try {
                    if (settled.await(CHECK_INTERVAL_MILLIS, TimeUnit.MILLISECONDS)) {
                        return;
                    }
                } catch (InterruptedException later) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    void settled() {
        settled.countDown();
    }
}

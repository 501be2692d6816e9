package dev.weakref;

import dev.weakref.Finalizer.Trigger;
import dev.weakref.internal.reap.TrackedReference;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.ReferenceQueue;
import org.jspecify.annotations.Nullable;

/**
 * The state of a finalizer, in one {@code long}: its phase, its trigger, flags, and the time of its creation. Only this
 * class writes it.
 *
 * <p><b>Why it runs at most once.</b> The phase leaves {@code LIVE} by a compare-and-set. The thread that wins that
 * step owns the {@link #work} from then on: it runs it, returns it, or drops it. Only a thread that could not begin the
 * work, because stack or memory was exhausted, makes it {@code LIVE} again.
 */
abstract class FinalizerState extends TrackedReference {

    /** The phases, in the lowest bits of the state. */
    private static final long LIVE = 0;

    private static final long RUNNING = 1;
    private static final long DONE = 2;
    private static final long DETACHED = 3;
    private static final long PHASE = 3;

    /** Above them the trigger, plus one, and the flags. */
    private static final int TRIGGER_SHIFT = 2;

    private static final long TRIGGER = 3 << TRIGGER_SHIFT;
    private static final long AT_EXIT = 1 << 4;
    private static final long CLAIMED = 1 << 5;
    private static final long TIMED_OUT = 1 << 6;
    private static final long OVERDUE = 1 << 7;
    /** It is run by {@link Finalizer#call()}. */
    private static final long CALLED = 1 << 8;

    /**
     * Above all of them the creation in milliseconds of elapsed time, which never changes: 48 bits are enough for 4,000
     * years.
     */
    private static final int TIME_SHIFT = 16;

    private static final Trigger[] TRIGGERS = Trigger.values();
    private static final VarHandle STATE;
    private static final VarHandle WORK;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(FinalizerState.class, "state", long.class);
            WORK = lookup.findVarHandle(FinalizerState.class, "work", Object.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private volatile long state;

    /** What to do; {@code null} once it was done or dropped. */
    @SuppressWarnings("UnusedVariable") // read and written through WORK
    private @Nullable Object work;

    FinalizerState(Object referent, ReferenceQueue<Object> queue, Object work, long createdAtMillis, boolean atExit) {
        super(referent, queue);
        this.work = work;
        long created = createdAtMillis << TIME_SHIFT;
        STATE.set(this, atExit ? created | AT_EXIT : created); // live, and published by the log
    }

    /** Its description for reports. */
    abstract FinalizerInfo info();

    /** The name of the class of its action, by which its creation site is found; one class for each lambda. */
    abstract String actionClass();

    /** How many milliseconds it may be live; {@code Long.MAX_VALUE} if there is no limit. */
    abstract long overdueAfterMillis();

    /** Reports it if it is live for too long; returns whether its limit has passed. */
    abstract boolean reportIfOverdueAt(long nowMillis);

    /** Whether it is a leak if its user does not call it. */
    abstract boolean mustBeClosed();

    // Changes of the phase.

    /** Takes it for an explicit call, which never times out; whether it was live. */
    final boolean takeForCall() {
        return leaveLive(RUNNING | CALLED | code(Trigger.EXPLICIT));
    }

    /** Takes it for a run that no caller waits for; whether it was live. */
    final boolean take(Trigger trigger) {
        return leaveLive(RUNNING | code(trigger));
    }

    /** Makes it live again, because its work could not begin. */
    final void untake() {
        STATE.getAndBitwiseAnd(this, ~(PHASE | TRIGGER | CALLED));
    }

    /** Cancels it; whether it was live. */
    final boolean cancel() {
        return leaveLive(DETACHED);
    }

    private boolean leaveLive(long phaseAndTrigger) {
        while (true) {
            long now = state;
            if ((now & PHASE) != LIVE) {
                return false;
            }
            if (STATE.compareAndSet(this, now, now | phaseAndTrigger)) {
                return true;
            }
        }
    }

    @SuppressWarnings("EnumOrdinal") // a code within this object only
    private static long code(Trigger trigger) {
        return (trigger.ordinal() + 1L) << TRIGGER_SHIFT;
    }

    /**
     * Ends a run; returns whether it had timed out. A call never times out, so its end needs no atomic step: other
     * writes to its state at this moment do not matter any more.
     */
    final boolean end() {
        long now = state;
        if ((now & CALLED) != 0) {
            STATE.setRelease(this, now ^ (RUNNING ^ DONE));
            return (now & TIMED_OUT) != 0;
        }
        return ((long) STATE.getAndBitwiseXor(this, RUNNING ^ DONE) & TIMED_OUT) != 0;
    }

    /** Ends it without a run, because it is not to run at exit or was registered too late. */
    final boolean discard() {
        if (!cancel()) {
            return false;
        }
        releaseAction();
        nextDead = null; // its user may keep it, which must not keep others by a list that no thread reads any more
        return true;
    }

    /** Drops the work, and leaves the log. */
    final void releaseAction() {
        WORK.setRelease(this, null);
        log().remove(this);
    }

    // Flags.

    public final boolean isAtExit() {
        return (state & (PHASE | AT_EXIT)) == AT_EXIT; // and live
    }

    /** Whether its flag is set, also if it is dead. */
    final boolean hasExitFlag() {
        return (state & AT_EXIT) != 0;
    }

    public final void setAtExit(boolean atExit) {
        if (atExit) {
            STATE.getAndBitwiseOr(this, AT_EXIT);
        } else {
            STATE.getAndBitwiseAnd(this, ~AT_EXIT);
        }
    }

    @Override
    public final boolean claim() {
        return isUnclaimed() && ((long) STATE.getAndBitwiseOr(this, CLAIMED) & (PHASE | CLAIMED)) == LIVE;
    }

    @Override
    public final void unclaim() {
        STATE.getAndBitwiseAnd(this, ~CLAIMED);
    }

    @Override
    public final boolean isUnclaimed() {
        return (state & (PHASE | CLAIMED)) == LIVE;
    }

    /** Marks it as timed out; false if it has ended, or is run by a call, which has no limit. */
    final boolean markTimedOut() {
        return (state & CALLED) == 0 && mark(RUNNING, TIMED_OUT);
    }

    final boolean hasTimedOut() {
        return (state & TIMED_OUT) != 0;
    }

    /** Marks it as overdue; false if it is not live any more, or was overdue before. */
    final boolean markOverdue() {
        return mark(LIVE, OVERDUE);
    }

    final boolean isOverdue() {
        return (state & OVERDUE) != 0;
    }

    /** Sets a flag while it is in this phase; false if it is in another one, or has the flag already. */
    private boolean mark(long phase, long flag) {
        while (true) {
            long now = state;
            if ((now & PHASE) != phase || (now & flag) != 0) {
                return false;
            }
            if (STATE.compareAndSet(this, now, now | flag)) {
                return true;
            }
        }
    }

    // Reading.

    public final boolean isAlive() {
        return isLive();
    }

    @Override
    public final boolean isLive() {
        return (state & PHASE) == LIVE;
    }

    /** Whether it runs and is still waited for. */
    @Override
    public final boolean isRunning() {
        return (state & (PHASE | TIMED_OUT)) == RUNNING;
    }

    @Override
    public final boolean isDone() {
        return (state & PHASE) >= DONE;
    }

    final boolean isDetached() {
        return (state & PHASE) == DETACHED;
    }

    /** Whether its user has ended it: by a call, or by detaching it. */
    final boolean wasEndedByUser() {
        return trigger() == Trigger.EXPLICIT || isDetached();
    }

    public final @Nullable Trigger trigger() {
        int trigger = (int) (state & TRIGGER) >> TRIGGER_SHIFT;
        return trigger == 0 ? null : TRIGGERS[trigger - 1];
    }

    final String phaseName() {
        long phase = state & PHASE;
        return phase == LIVE ? "live" : phase == DETACHED ? "detached" : String.valueOf(trigger());
    }

    /** The work, unless it was dropped. */
    final @Nullable Object work() {
        return WORK.getAcquire(this);
    }

    final long createdAtMillis() {
        return state >> TIME_SHIFT;
    }
}

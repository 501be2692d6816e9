package dev.weakref;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A finalizer: the weak reference to its referent, the entry in the log, and the one atomic state that decides who
 * runs it.
 *
 * <p><b>Why it runs at most once.</b> The phase leaves {@code LIVE} by a compare-and-set, and never comes back. Who
 * wins that step owns {@link #work} from then on: it runs it, hands it out, or drops it.
 *
 * <p>Compact, because there may be millions: options that are rarely used stand in {@link Details}, flags in the state.
 * It is one long file because what each bit of the state means holds only where nothing outside of it writes one.
 */
final class FinalizerNode<R> extends TrackedReference implements Finalizer<R> {

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
    /** It is run by {@link #call()}. */
    private static final long CALLED = 1 << 8;

    /** Above all of them its creation in milliseconds of elapsed time, which never change. */
    private static final int TIME_SHIFT = 16;

    private static final Trigger[] TRIGGERS = Trigger.values();
    private static final VarHandle STATE;
    private static final VarHandle WORK;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(FinalizerNode.class, "state", long.class);
            WORK = lookup.findVarHandle(FinalizerNode.class, "work", Object.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private volatile long state;

    /** What to do, until it is not to be done any more. */
    @SuppressWarnings("UnusedVariable") // read and written through WORK
    private @Nullable Object work;

    /**
     * The class name of the action, or, where there are options, {@link Described}. It is here from the beginning, and
     * makes a node 64 bytes long in place of 56: with G1 of JDK 17 and 25, writing a reference into an old object at the
     * end of a run costs a fence and a card, and writing {@code null} into {@link #work} costs neither.
     */
    private final Object about;

    /** Options that few finalizers have. */
    record Details(
            @Nullable String name,
            @Nullable Duration limit,
            @Nullable Duration overdueAfter,
            boolean mustBeClosed,
            @Nullable List<StackTraceElement> stack,
            boolean atExit) {

        static final Details NONE = new Details(null, null, null, false, null, true);

        Details withName(String given) {
            return new Details(given, limit, overdueAfter, mustBeClosed, stack, atExit);
        }

        Details withStack(@Nullable List<StackTraceElement> created) {
            return created == null ? this : new Details(name, limit, overdueAfter, mustBeClosed, created, atExit);
        }

        /** Whether there is nothing to keep but what stands in the state of the node. */
        boolean isPlain() {
            return name == null && limit == null && overdueAfter == null && !mustBeClosed && stack == null;
        }
    }

    /** The class name of an action, with details. */
    private record Described(String action, Details details) {}

    FinalizerNode(RegistryCore core, Object referent, Object work, Details details) {
        super(referent, core.log().queue);
        this.work = work;
        String action = BoundAction.actionOf(work).getClass().getName();
        about = details.isPlain() ? action : new Described(action, details);
        long created = core.now() << TIME_SHIFT;
        STATE.set(this, details.atExit ? created | AT_EXIT : created); // live, and published by the log
    }

    // What a user sees.

    @Override
    public @Nullable R call() throws Exception {
        if (!isLive()) {
            return null;
        }
        StackReserve.ensure(); // both before it is taken: if stack or memory is exhausted, it stays live
        long[] entered = CurrentRegistries.enter(core().number(), id);
        try {
            return leaveLive(RUNNING | CALLED | code(Trigger.EXPLICIT)) ? perform(get(), Trigger.EXPLICIT, null) : null;
        } finally {
            CurrentRegistries.leave(entered);
        }
    }

    @Override
    public void close() {
        try {
            call();
        } catch (Exception failure) {
            throw FinalizerException.unchecked("The action of " + this + " failed", failure);
        }
    }

    @Override
    public boolean isAlive() {
        return isLive();
    }

    @Override
    public boolean isAtExit() {
        return (state & AT_EXIT) != 0;
    }

    @Override
    public void setAtExit(boolean atExit) {
        if (atExit) {
            STATE.getAndBitwiseOr(this, AT_EXIT);
        } else {
            STATE.getAndBitwiseAnd(this, ~AT_EXIT);
        }
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public String name() {
        Details details = details();
        return details != null && details.name != null ? details.name : action();
    }

    @Override
    public Instant createdAt() {
        return core().toInstant(createdAtMillis());
    }

    @Override
    public @Nullable Trigger trigger() {
        int trigger = (int) (state & TRIGGER) >> TRIGGER_SHIFT;
        return trigger == 0 ? null : TRIGGERS[trigger - 1];
    }

    @Override
    public @Nullable Detached peek() {
        Object referent = get();
        Object mine = work();
        return referent == null || mine == null || !isLive() ? null : describe(referent, mine);
    }

    @Override
    public @Nullable Detached detach() {
        Object referent = get();
        Object mine = work();
        if (referent == null || mine == null) {
            return null;
        }
        Detached detached = describe(referent, mine); // before it is detached: if memory is exhausted, it stays live
        StackReserve.ensure();
        if (!leaveLive(DETACHED)) {
            return null;
        }
        releaseAction();
        core().onDetached(this);
        return detached;
    }

    private static Detached describe(Object referent, Object work) {
        return new Detached(referent, BoundAction.actionOf(work), BoundAction.stateOf(work));
    }

    @Override
    public String toString() {
        return "Finalizer[" + id + " '" + Names.escape(name()) + "', " + phaseName() + "]";
    }

    private String phaseName() {
        long phase = state & PHASE;
        return phase == LIVE ? "live" : phase == DETACHED ? "detached" : String.valueOf(trigger());
    }

    // What the registry does with it.

    /** Ends it without a run because the registry is closing: it was not to run at exit, or came too late. */
    boolean discard() {
        if (!leaveLive(DETACHED)) {
            return false;
        }
        releaseAction();
        nextDead = null; // whoever keeps it is not to hold others by a list that nobody goes along any more
        return true;
    }

    boolean isDetached() {
        return (state & PHASE) == DETACHED;
    }

    @SuppressWarnings("EnumOrdinal") // a code within this object only
    private static long code(Trigger trigger) {
        return (trigger.ordinal() + 1L) << TRIGGER_SHIFT;
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

    /**
     * Runs the work that the caller has taken, and passes on what it throws. If stack or memory is exhausted before the work
     * has begun, it is live again.
     *
     * @param pass the exit pass that runs it, which waits for what goes on after the action has returned
     */
    @SuppressWarnings("unchecked")
    private @Nullable R perform(@Nullable Object referent, Trigger trigger, @Nullable ExitPass pass) throws Exception {
        boolean begun = false;
        Object event = null;
        long begin = 0;
        R result;
        try {
            RegistryCore core = core();
            Object mine = Objects.requireNonNull(work());
            begin = core.isTimed() ? System.nanoTime() : 0;
            event = Jfr.runBegins();
            begun = true;
            result = (R) BoundAction.run(mine, referent, trigger);
            if (result instanceof CompletionStage<?> stage) {
                followStage(core, stage, trigger, pass != null);
            }
        } catch (Throwable failure) {
            if (begun) {
                ended(trigger, begin, event, failure, pass);
            } else {
                STATE.getAndBitwiseAnd(this, ~(PHASE | TRIGGER | CALLED));
            }
            throw failure;
        }
        ended(trigger, begin, event, null, pass);
        return result;
    }

    private void followStage(RegistryCore core, CompletionStage<?> stage, Trigger trigger, boolean awaited) throws Exception {
        if (awaited) {
            CompletionStages.await(stage);
        } else {
            CompletionStages.onFailure(stage, failure -> core.report(info(), trigger, failure));
        }
    }

    /** Ends a run. Whatever fails here, the run has ended, and its result or its failure is passed on. */
    private void ended(
            Trigger trigger, long begin, @Nullable Object event, @Nullable Throwable failure, @Nullable ExitPass pass) {
        RegistryCore core = core();
        long nanos = core.isTimed() ? System.nanoTime() - begin : 0;
        Jfr.runStops(event);
        long last = end();
        releaseAction();
        try {
            if ((last & TIMED_OUT) == 0) {
                if (pass != null) {
                    pass.ended(failure); // before anybody is told, who may never come back
                }
                core.ended(this, trigger, nanos, event, failure);
            } else {
                core.onFinishedAfterTimeout(this, nanos, failure);
            }
        } catch (VirtualMachineError shortage) {
            Logging.failure("A run has ended and could not be reported", shortage);
        }
    }

    /**
     * Ends a run; the state before. A call is never left behind, so that its end needs no atomic step: whatever else is
     * written to its state at this moment counts no more.
     */
    private long end() {
        long now = state;
        if ((now & CALLED) != 0) {
            STATE.setRelease(this, now ^ (RUNNING ^ DONE));
            return now;
        }
        return (long) STATE.getAndBitwiseXor(this, RUNNING ^ DONE);
    }

    /** Lets go of the work, and leaves the log. */
    private void releaseAction() {
        WORK.setRelease(this, null);
        log().remove(this);
    }

    /** Runs it because its referent is dead, in a thread of the registry or of the user's executor. */
    @Override
    public void run() {
        runIfLive(null, Trigger.UNREACHABLE);
    }

    private void runIfLive(@Nullable Object referent, Trigger trigger) {
        runIfLive(referent, trigger, null);
    }

    /** Takes it and runs it, and reports what it throws. For {@code pass} see {@link #perform}. */
    void runIfLive(@Nullable Object referent, Trigger trigger, @Nullable ExitPass pass) {
        StackReserve.ensure();
        long[] entered = CurrentRegistries.enter(core().number(), id);
        try {
            if (leaveLive(RUNNING | code(trigger))) {
                runAndReport(referent, trigger, pass);
            }
        } finally {
            CurrentRegistries.leave(entered);
        }
    }

    /** Its run in a thread of the registry because somebody asked for it, and not because its referent is dead. */
    DispatchTask asCall() {
        return new Call(this);
    }

    record Call(FinalizerNode<?> node) implements DispatchTask {

        @Override
        public void run() {
            node.runIfLive(node.get(), Trigger.EXPLICIT);
        }

        @Override
        public long limitNanos() {
            return node.limitNanos();
        }

        @Override
        public String describe() {
            return node.describe();
        }

        @Override
        public boolean timeOut(Thread thread, long nanos) {
            return node.timeOut(thread, nanos);
        }

        @Override
        public void stillRunning(long nanos) {
            node.stillRunning(nanos);
        }

        @Override
        public void finishedAfterAll(long nanos) {
            node.finishedAfterAll(nanos);
        }
    }

    /** Runs what was taken, and reports what it throws. If the work could not begin, that is thrown, and it is live. */
    private void runAndReport(@Nullable Object referent, Trigger trigger, @Nullable ExitPass pass) {
        try {
            perform(referent, trigger, pass);
        } catch (Throwable failure) {
            if (isLive() && failure instanceof VirtualMachineError shortage) {
                throw shortage;
            }
            reportFailure(trigger, failure);
        }
    }

    private void reportFailure(Trigger trigger, Throwable failure) {
        try {
            if (!hasTimedOut()) {
                core().report(info(), trigger, failure);
            }
        } catch (VirtualMachineError shortage) {
            Logging.failure("An action failed and could not be reported", failure);
        }
    }

    /** Whether it is a leak if nobody calls it. */
    boolean mustBeClosed() {
        Details details = details();
        return details != null && details.mustBeClosed;
    }

    /** How many milliseconds it may be live, {@code Long.MAX_VALUE} if for ever. */
    long overdueAfterMillis() {
        Details details = details();
        return details != null && details.overdueAfter != null
                ? Defaults.millis(details.overdueAfter)
                : core().overdueAfterMillis();
    }

    boolean isOverdue() {
        return (state & OVERDUE) != 0;
    }

    /** Reports it if it is live and has been for too long; whether it was. */
    boolean reportIfOverdueAt(long nowMillis) {
        if (nowMillis - createdAtMillis() < overdueAfterMillis()) {
            return false;
        }
        if (isLive()) {
            // Told before it is marked, so that whoever ends it tells of the end after that; or else this does.
            core().leaks().found(Leak.Kind.OVERDUE, info(true));
            if (!mark(LIVE, OVERDUE) && (trigger() == Trigger.EXPLICIT || (state & PHASE) == DETACHED)) {
                core().leaks().found(Leak.Kind.RESOLVED, info(true));
            }
        }
        return true;
    }

    /**
     * Reports all in a log that are overdue.
     *
     * @return the shortest limit of those that are not overdue yet, in milliseconds; {@code Long.MAX_VALUE} if there are none
     */
    static long reportOverdue(CreationLog log, long nowMillis) {
        long shortest = Long.MAX_VALUE;
        for (LogIterator live = log.newestFirst(Long.MAX_VALUE); live.hasNext(); ) {
            FinalizerNode<?> node = (FinalizerNode<?>) live.next();
            long limit = node.overdueAfterMillis();
            if (limit != Long.MAX_VALUE && !node.isOverdue() && !node.reportIfOverdueAt(nowMillis)) {
                shortest = Math.min(shortest, limit);
            }
        }
        return shortest;
    }

    boolean hasTimedOut() {
        return (state & TIMED_OUT) != 0;
    }

    @Override
    public boolean timeOut(Thread thread, long nanos) {
        return core().timeOut(this, thread, nanos);
    }

    @Override
    public void stillRunning(long nanos) {
        core().delayed(FinalizerDelay.Kind.STILL_RUNNING, info(), nanos);
    }

    @Override
    public void finishedAfterAll(long nanos) {
        core().delayed(FinalizerDelay.Kind.FINISHED_AFTER_ALL, info(), nanos);
    }

    /** Marks it as left behind; false if it has ended, or is run by a call, which nobody waits for. */
    boolean markTimedOut() {
        return (state & CALLED) == 0 && mark(RUNNING, TIMED_OUT);
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

    @Override
    public long limitNanos() {
        Details details = details();
        Duration own = details == null ? null : details.limit;
        return own != null ? Defaults.nanos(own) : core().actionLimitNanos();
    }

    @Override
    public String describe() {
        return "Finalizer " + id + " '" + Names.escape(name()) + "' of registry '" + Names.escape(core().name()) + "'";
    }

    @Override
    void visitHolder(Reapable.HolderVisitor visitor) {
        visitor.visit(this, name());
    }

    @Override
    boolean isLive() {
        return (state & PHASE) == LIVE;
    }

    /** Whether it runs and is still waited for. */
    @Override
    boolean isRunning() {
        return (state & (PHASE | TIMED_OUT)) == RUNNING;
    }

    @Override
    boolean isDone() {
        return (state & PHASE) >= DONE;
    }

    @Override
    boolean isUnclaimed() {
        return (state & (PHASE | CLAIMED)) == LIVE;
    }

    @Override
    boolean claim() {
        return isUnclaimed() && ((long) STATE.getAndBitwiseOr(this, CLAIMED) & (PHASE | CLAIMED)) == LIVE;
    }

    @Override
    void unclaim() {
        STATE.getAndBitwiseAnd(this, ~CLAIMED);
    }

    FinalizerInfo info() {
        return info(isOverdue());
    }

    private FinalizerInfo info(boolean overdue) {
        Object referent = get();
        Details details = details();
        List<String> stack = details == null || details.stack == null
                ? List.of()
                : details.stack.stream().map(CreationSite::line).toList();
        return new FinalizerInfo(
                id,
                Names.escape(name()),
                referent == null ? null : referent.getClass().getName(),
                action(),
                isAtExit(),
                createdAt(),
                stack.isEmpty() ? null : stack.get(0),
                mustBeClosed(),
                overdue,
                stack);
    }

    /** The class name of the action, by which its place in the source is found; one class for each lambda. */
    private String action() {
        return about instanceof Described described ? described.action : (String) about;
    }

    /** The work, unless it has been let go. */
    private @Nullable Object work() {
        return WORK.getAcquire(this);
    }

    private @Nullable Details details() {
        return about instanceof Described described ? described.details : null;
    }

    private long createdAtMillis() {
        return state >> TIME_SHIFT;
    }

    private RegistryCore core() {
        return (RegistryCore) log().owner;
    }
}

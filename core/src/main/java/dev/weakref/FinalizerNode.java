package dev.weakref;

import dev.weakref.internal.dispatch.DispatchTask;
import dev.weakref.internal.reap.Reapable;
import dev.weakref.internal.support.Defaults;
import dev.weakref.internal.support.LogFields;
import dev.weakref.internal.support.Logging;
import dev.weakref.internal.support.Names;
import dev.weakref.internal.support.StackReserve;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A finalizer: the weak reference to its referent, and what its user and its registry do with it.
 * {@link FinalizerState} decides which thread runs it.
 *
 * <p>It is compact, because there may be millions: rare options are in {@link RareOptions}, flags in the state.
 */
final class FinalizerNode<R> extends FinalizerState implements Finalizer<R> {

    /**
     * The class name of the action, or {@link Described} if there are options. Set from the beginning, although it
     * makes a node 64 bytes long instead of 56: with G1 of JDK 17 and 25, writing a reference into an old object at the
     * end of a run costs a fence and a card mark (post-write barrier), and writing {@code null} into {@link #work}
     * costs neither.
     */
    private final Object about;

    /** The class name of an action, with details. */
    private record Described(String action, RareOptions details) {}

    FinalizerNode(RegistryCore core, Object referent, Object work, RareOptions details) {
        super(referent, core.log().queue, work, core.now(), details.atExit());
        String action = BoundAction.actionOf(work).getClass().getName();
        about = details.isPlain() ? action : new Described(action, details);
    }

    // What a user sees.

    @Override
    public @Nullable R call() throws Exception {
        if (!isLive()) {
            return null;
        }
        StackReserve.ensure(); // enter as well before it is taken: if stack or memory is exhausted, it stays live
        long[] entered = CurrentRegistries.enter(core().number(), id);
        try {
            return takeForCall() ? perform(get(), Trigger.EXPLICIT, null) : null;
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
    public long id() {
        return id;
    }

    @Override
    public String name() {
        RareOptions details = details();
        return details != null && details.name() != null ? details.name() : action();
    }

    @Override
    public Instant createdAt() {
        return core().toInstant(createdAtMillis());
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
        Detached detached = describe(referent, mine); // if memory is exhausted, it stays live
        StackReserve.ensure();
        if (!cancel()) {
            return null;
        }
        releaseAction();
        core().reporter().onDetached(this);
        return detached;
    }

    private static Detached describe(Object referent, Object work) {
        return new Detached(referent, BoundAction.actionOf(work), BoundAction.stateOf(work));
    }

    @Override
    public String toString() {
        return "Finalizer[" + id + " '" + Names.escape(name()) + "', " + phaseName() + "]";
    }

    // What the registry does with it.

    /**
     * Runs the work that the caller has taken, and throws what it throws. If stack or memory is exhausted before the
     * work has begun, the finalizer is live again.
     *
     * @param pass the exit pass that runs it, which also waits for a stage that the action returns
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
            begin = core.reporter().timed ? System.nanoTime() : 0;
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
                untake();
            }
            throw failure;
        }
        ended(trigger, begin, event, null, pass);
        return result;
    }

    private void followStage(RegistryCore core, CompletionStage<?> stage, Trigger trigger, boolean awaited)
            throws Exception {
        if (awaited) {
            CompletionStages.await(stage);
        } else {
            CompletionStages.onFailure(stage, failure -> core.reporter().report(info(), trigger, failure));
        }
    }

    /** Ends a run. Whatever fails here, the run has ended, and its result or failure is passed on. */
    private void ended(
            Trigger trigger, long begin, @Nullable Object event, @Nullable Throwable failure, @Nullable ExitPass pass) {
        RegistryCore core = core();
        long nanos = core.reporter().timed ? System.nanoTime() - begin : 0;
        Jfr.runStops(event);
        boolean timedOut = end();
        releaseAction();
        try {
            if (!timedOut) {
                if (pass != null) {
                    pass.counts().ended(failure); // before any listener, which may never return
                }
                core.reporter().onRunEnded(this, trigger, nanos, event, failure);
            } else {
                core.reporter().onFinishedAfterTimeout(this, nanos, failure);
            }
        } catch (VirtualMachineError shortage) {
            Logging.failure("A run has ended and could not be reported", shortage);
        }
    }

    /** Runs it because its referent is dead. */
    @Override
    public void run() {
        runIfLive(null, Trigger.UNREACHABLE);
    }

    private void runIfLive(@Nullable Object referent, Trigger trigger) {
        runIfLive(referent, trigger, null);
    }

    /** Takes it, runs it, and reports what it throws. */
    void runIfLive(@Nullable Object referent, Trigger trigger, @Nullable ExitPass pass) {
        StackReserve.ensure();
        long[] entered = CurrentRegistries.enter(core().number(), id);
        try {
            if (take(trigger)) {
                runAndReport(referent, trigger, pass);
            }
        } finally {
            CurrentRegistries.leave(entered);
        }
    }

    /** Its run in a thread of the registry because of {@code callLater}, with its referent alive. */
    DispatchTask asCall() {
        return new ExplicitCall(this, () -> runIfLive(get(), Trigger.EXPLICIT));
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
                core().reporter().report(info(), trigger, failure);
            }
        } catch (VirtualMachineError shortage) {
            Logging.failure("An action failed and could not be reported", failure);
        }
    }

    /** Whether it is a leak if its user does not call it. */
    @Override
    boolean mustBeClosed() {
        RareOptions details = details();
        return details != null && details.mustBeClosed();
    }

    @Override
    long overdueAfterMillis() {
        RareOptions details = details();
        return details != null && details.overdueAfter() != null
                ? Defaults.millis(details.overdueAfter())
                : core().overdueAfterMillis();
    }

    @Override
    boolean reportIfOverdueAt(long nowMillis) {
        if (nowMillis - createdAtMillis() < overdueAfterMillis()) {
            return false;
        }
        if (isLive()) {
            // Reported before the flag is set, so that the thread that ends it reports the end after that; if it ended
            // in between, this thread reports the end.
            core().leaks().found(Leak.Kind.OVERDUE, info(true), actionClass());
            if (!markOverdue() && wasEndedByUser()) {
                core().leaks().found(Leak.Kind.RESOLVED, info(true), actionClass());
            }
        }
        return true;
    }

    @Override
    public boolean timeOut(Thread thread, long nanos) {
        return core().timeOut(this, thread, nanos);
    }

    @Override
    public void stillRunning(long nanos) {
        core().reporter().delayed(FinalizerDelay.Kind.STILL_RUNNING, info(), nanos);
    }

    @Override
    public void finishedAfterAll(long nanos) {
        core().reporter().delayed(FinalizerDelay.Kind.FINISHED_AFTER_ALL, info(), nanos);
    }

    @Override
    public long limitNanos() {
        RareOptions details = details();
        Duration own = details == null ? null : details.limit();
        return own != null ? Defaults.nanos(own) : core().actionLimitNanos();
    }

    @Override
    public String describe() {
        return "Finalizer " + id + " '" + Names.escape(nameAndLine()) + "' of registry '" + Names.escape(core().name())
                + "'";
    }

    @Override
    public LogFields fields() {
        return core().reporter().fields(info());
    }

    /** The name for a log line: without a name of its own, the line that created it helps, if it was recorded. */
    private String nameAndLine() {
        RareOptions details = details();
        List<String> lines = details == null || details.name() != null ? List.of() : details.lines();
        return lines.isEmpty() ? name() : name() + ", created by " + lines.get(0);
    }

    @Override
    public void visitHolder(Reapable.HolderVisitor visitor) {
        visitor.visit(this, name());
    }

    @Override
    FinalizerInfo info() {
        return info(isOverdue());
    }

    private FinalizerInfo info(boolean overdue) {
        Object referent = get();
        RareOptions details = details();
        List<String> stack = details == null ? List.of() : details.lines();
        String action = action();
        String name = details == null || details.name() == null ? action : details.name();
        return new FinalizerInfo(
                id,
                Names.escape(name),
                referent == null ? null : referent.getClass().getName(),
                action,
                hasExitFlag(),
                createdAt(),
                stack.isEmpty() ? null : stack.get(0),
                mustBeClosed(),
                overdue,
                stack);
    }

    /** The class of the action as it is shown. */
    String action() {
        return Names.ofAction(actionClass());
    }

    @Override
    String actionClass() {
        return about instanceof Described described ? described.action : (String) about;
    }

    private @Nullable RareOptions details() {
        return about instanceof Described described ? described.details : null;
    }

    private RegistryCore core() {
        return (RegistryCore) log().owner;
    }
}

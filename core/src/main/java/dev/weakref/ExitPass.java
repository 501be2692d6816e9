package dev.weakref;

import dev.weakref.Finalizer.Trigger;
import dev.weakref.Leftover.Reason;
import dev.weakref.internal.dispatch.DispatchTask;
import dev.weakref.internal.dispatch.SerialDispatcher;
import dev.weakref.internal.dispatch.TaskBatch;
import dev.weakref.internal.reap.LogIterator;
import dev.weakref.internal.support.Logging;
import dev.weakref.internal.support.Names;
import dev.weakref.internal.support.StackReserve;
import dev.weakref.internal.support.Threads;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The end of a registry: runs what is left, newest first, one at a time, within a deadline, and reports.
 *
 * <p>The actions run in workers of a {@link SerialDispatcher}, from which others take over when an action passes its
 * limit; the thread that closes only waits. So an action that hangs costs its limit and nothing else.
 *
 * <p>It is not final so that a test can let one of its steps fail.
 */
class ExitPass {

    static final ExitReport NOTHING = new ExitReport(0, 0, 0, 0, Duration.ZERO, List.of());

    /**
     * Limits are exceeded by no more than this, for a hundred checks a second; also the pause if memory is exhausted.
     */
    private static final Duration TICK = Duration.ofMillis(10);

    /** How much longer than the exit limit another thread waits for the report, which is written after the limit. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    private static final String FAILED = "The exit pass has failed, and what is left does not run";
    private static final String SHORT_OF_MEMORY = "Memory is exhausted; the exit pass tries again";

    private final RegistryCore core;
    private final SerialDispatcher dispatcher;
    private final Consumer<DispatchTask> turn = this::turn; // made before memory may be exhausted
    private final long begin;
    private final long exitLimitNanos;
    private final ExitCounts counts = new ExitCounts();
    private final UnawaitedActions unawaited;
    private final UnendedActions unended;
    private final ExitProgress progress;
    private final CompletableFuture<ExitReport> report = new CompletableFuture<>();
    private volatile boolean givenUp;
    private volatile @Nullable Thread closer;
    private volatile boolean someCouldNotBeRun;

    /** Of the closing thread: the pass has a deadline of its own. */
    private final DeferredInterrupt interrupt = new DeferredInterrupt();

    ExitPass(RegistryCore core, long exitLimitNanos, long begin) {
        this.core = core;
        this.exitLimitNanos = exitLimitNanos;
        this.begin = begin;
        dispatcher = new SerialDispatcher(
                "the exit pass of registry '" + Names.escape(core.name()) + "'",
                core.threads("-exit"),
                Integer.MAX_VALUE,
                TICK,
                task -> awaits(task) ? task.limitNanos() : 0,
                this::runTurn);
        unawaited = new UnawaitedActions(core.number());
        unended = new UnendedActions(core.log(), core.dispatcher(), core.runner(), dispatcher, this::awaits);
        progress = new ExitProgress(Names.escape(core.name()), core.log(), dispatcher, counts);
    }

    void doNotAwait(Collection<Long> ids) {
        unawaited.addAll(ids);
    }

    /** Whether it waits for this one. */
    boolean awaits(DispatchTask task) {
        return !unawaited.contains(task);
    }

    private long untilCheck() {
        return Math.min(progress.untilDue(), UnawaitedActions.CHECK_INTERVAL_NANOS);
    }

    /** Whether this thread runs the pass or one of its actions, and so cannot wait for it. */
    boolean runsIn(Thread thread) {
        return thread == closer || dispatcher.runsIn(thread);
    }

    ExitReport await() {
        return report.join();
    }

    /** Waits until it is over, or is so late that it will never be. */
    void awaitEnd() {
        try {
            report.get(Math.max(0, left()) + GRACE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException over) {
            // The thread that runs it reports a failure.
        }
    }

    /** Runs the pass in the calling thread, and its actions in others. */
    ExitReport run() {
        closer = Thread.currentThread();
        try {
            return passOrTryAgain();
        } catch (StackOverflowError tooDeep) {
            throw tooDeep; // the caller runs it again in another thread
        } catch (Throwable failure) {
            fail(failure);
            throw failure;
        } finally {
            closer = null;
        }
    }

    /** Ends the pass without a result. */
    void fail(Throwable failure) {
        core.refuseRegistrations(); // nothing would run them
        dispatcher.stop();
        Logging.failure(FAILED, failure);
        tellWaiting(failure);
    }

    private void tellWaiting(Throwable failure) {
        try {
            tell(failure);
        } catch (OutOfMemoryError noFailureCanBeTold) {
            report.complete(NOTHING); // allocates nothing
        }
    }

    /** Has those that wait for the pass throw this failure. It fails if memory is exhausted. */
    void tell(Throwable failure) {
        report.completeExceptionally(failure);
    }

    /** Repeats the pass if memory is exhausted, while there is time: each of its steps may be done twice. */
    private ExitReport passOrTryAgain() {
        while (true) {
            try {
                return pass();
            } catch (OutOfMemoryError shortage) {
                if (left() <= 0) {
                    throw shortage;
                }
                pauseAfter(shortage);
            }
        }
    }

    /** Logs that memory is exhausted, and waits before the next attempt. */
    static void pauseAfter(OutOfMemoryError shortage) {
        Logging.failure(SHORT_OF_MEMORY, shortage);
        Threads.pause(TICK.toNanos());
    }

    /** One attempt. */
    ExitReport pass() {
        long half = exitLimitNanos / 2; // the other half is for those that have not begun
        unawaited.check();
        while (!interrupt.await(() -> core.stopDispatching(this, Math.min(untilCheck(), left() - half)))
                && left() > half) {
            logProgress();
            unawaited.check();
        }
        unended.waitedForThreads();
        runAll();
        sweepFinished();
        registerRetries();
        core.refuseRegistrations();
        runAll(); // those registered after the first runAll and before they were refused
        dispatcher.stop();
        discardRest(); // first, so that nothing starts while the running ones are listed
        awaitRunning();
        ExitReport result = counts.report(Duration.ofNanos(System.nanoTime() - begin), unended.list());
        Logging.awaitWritten(); // after the last registry is closed, the logger may write no more
        Logging.log(
                counts.isComplete(result) ? Level.INFO : Level.WARNING,
                () -> counts.summary(Names.escape(core.name()), result),
                null,
                () -> ExitCounts.fields(Names.escape(core.name()), result));
        report.complete(result);
        interrupt.restore();
        return result;
    }

    private void runAll() {
        if (left() > 0) {
            dispatcher.submit(core.log().claimAllDead());
            dispatcher.submit(TaskBatch.of(new NewestLiveFinalizer(core.log())));
            runHere();
        }
        while (left() > 0 && !interrupt.await(() -> dispatcher.awaitDrained(Math.min(untilCheck(), left())))) {
            logProgress();
            unawaited.check();
            runHere();
        }
        if (left() <= 0) {
            dispatcher.stop();
            dispatcher.timeOutAll();
        }
    }

    /** Lets the iterations below skip finished nodes; only an optimisation, they are correct without it. */
    private void sweepFinished() {
        try {
            core.log().sweep();
        } catch (OutOfMemoryError stayInTheLog) {
            // each iteration skips them then
        }
    }

    /** Those that could not be registered when they were added, because memory or stack was exhausted. */
    private void registerRetries() {
        try {
            core.retriesAtExit().register();
        } catch (StackOverflowError tooDeep) {
            throw tooDeep; // another thread has more stack
        } catch (Throwable failure) {
            if (failure instanceof OutOfMemoryError shortage && left() > 0) {
                throw shortage; // the pass is repeated
            }
            Logging.failure("Registry '" + Names.escape(core.name()) + "' cannot retry what has failed", failure);
        }
    }

    /** Only if no thread can be started. As in a worker, the first action starts with the interrupt status cleared. */
    private void runHere() {
        interrupt.defer(Thread.interrupted());
        interrupt.defer(dispatcher.runInCallerIfNoThread(left()));
    }

    /**
     * Tries again if memory is exhausted, while there is time; not if the stack is, of which a user's thread may have
     * too little.
     */
    private void runTurn(DispatchTask task) {
        while (true) {
            try {
                core.runner().inContext(task, turn);
                return;
            } catch (OutOfMemoryError shortage) {
                Logging.failure(SHORT_OF_MEMORY, shortage);
                if (left() <= 0 || !((FinalizerNode<?>) task).isLive()) {
                    someCouldNotBeRun = true;
                    return;
                }
                Threads.pause(TICK.toNanos());
            } catch (Throwable tooLittleStack) { // or what the user's thread throws
                someCouldNotBeRun = true;
                throw tooLittleStack;
            }
        }
    }

    /** Waits for actions that ran before the pass: explicit calls, and those stuck in the dispatcher. */
    private void awaitRunning() {
        while (left() > 0 && core.isAnyRunning(this)) {
            interrupt.await(() -> {
                TimeUnit.NANOSECONDS.sleep(Math.min(TICK.toNanos(), left()));
                return true;
            });
            logProgress();
            unawaited.check();
        }
    }

    /** Releases the threads that wait for a pass that never began. */
    void giveUp() {
        givenUp = true;
        report.complete(NOTHING);
    }

    /** Whether it was given up, so that another one has to do its work. */
    boolean wasGivenUp() {
        return givenUp;
    }

    /**
     * Discards what has not run. If neither time nor memory ran out, it was registered after registration was refused,
     * and its caller gets an exception.
     */
    private void discardRest() {
        boolean cutOff = left() <= 0;
        boolean tooLate = !cutOff && !someCouldNotBeRun;
        for (LogIterator live = core.log().newestFirst(Long.MAX_VALUE); live.hasNext(); ) {
            FinalizerNode<?> node = (FinalizerNode<?>) live.next();
            if (tooLate) {
                core.refuse(node);
                continue;
            }
            boolean wasDue = node.refersTo(null) || node.isAtExit();
            StackReserve.ensure(); // so that what is discarded is counted
            if (core.reporter().discard(node) && wasDue) {
                counts.skipped(node, cutOff ? Reason.SKIPPED : Reason.NOT_RUN);
            }
        }
    }

    /** Decides at the last moment whether and why a finalizer runs. */
    private void turn(DispatchTask task) {
        FinalizerNode<?> node = (FinalizerNode<?>) task;
        Object referent = node.get();
        if (referent != null && !node.isAtExit()) {
            core.reporter().discard(node);
            return;
        }
        node.runIfLive(referent, referent == null ? Trigger.UNREACHABLE : Trigger.EXIT, this);
    }

    void timedOut(FinalizerNode<?> node) {
        counts.timedOut(node, left() > 0 ? Reason.TIMED_OUT : Reason.CUT_OFF);
    }

    /** Counts what it does. */
    ExitCounts counts() {
        return counts;
    }

    private long left() {
        return exitLimitNanos - (System.nanoTime() - begin);
    }

    private void logProgress() {
        if (left() > 0) {
            progress.logIfDue();
        }
    }

    @Override
    public String toString() {
        return "ExitPass[" + Names.escape(core.name()) + (report.isDone() ? ", over]" : ", running]");
    }
}

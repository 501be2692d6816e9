package dev.weakref;

import dev.weakref.Finalizer.Trigger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The end of a registry: runs what is left, newest first, one at a time, within a deadline, and reports.
 *
 * <p>The actions run in threads of a {@link Relay} whose runners lose the baton when an action passes its limit; the
 * thread that closes only waits. So an action that hangs costs its limit and nothing else.
 */
final class ExitPass {

    static final ExitReport NOTHING = new ExitReport(0, 0, 0, 0, Duration.ZERO, List.of());

    private static final Duration TICK = Duration.ofMillis(10);
    private static final Duration GRACE = Duration.ofSeconds(1);
    private static final int MOST_LEFTOVERS = 10_000;
    private static final Duration EXIT_CHECK_INTERVAL = Duration.ofMillis(100);
    private static final String SHORT_OF_MEMORY = "Memory is exhausted; the exit pass tries again";

    private final RegistryCore core;
    private final Relay relay;
    private final long begin = System.nanoTime();
    private final long exitLimitNanos;
    private final AtomicInteger ran = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger timedOut = new AtomicInteger();
    private final List<String> leftovers = new ArrayList<>();

    /** The numbers of finalizers whose action itself waits for the end of the registry or of the JVM. */
    private final Set<Long> notAwaited = ConcurrentHashMap.newKeySet();

    private final CompletableFuture<ExitReport> report = new CompletableFuture<>();
    private volatile boolean givenUp;
    private volatile @Nullable Thread closer;
    private long progressTold = begin;
    private volatile boolean someCouldNotBeRun;
    private int skipped;
    private long checkedForExits = begin - EXIT_CHECK_INTERVAL.toNanos();
    private boolean interrupted;

    ExitPass(RegistryCore core, Duration atMost) {
        this.core = core;
        exitLimitNanos = Math.max(0, Math.min(Settings.nanos(core.settings().exitLimit), Settings.nanos(atMost)));
        relay = new Relay(
                "the exit pass of registry '" + Names.escape(core.name()) + "'",
                core.threads("-exit"),
                Integer.MAX_VALUE,
                TICK,
                leg -> awaits(leg) ? leg.limitNanos() : 0,
                this::runTurn);
    }

    /** Does not wait for these finalizers, because their action waits for the end of the registry or of the JVM. */
    void doNotAwait(Collection<Long> ids) {
        notAwaited.addAll(ids);
    }

    /** For how many finalizers it does not wait. */
    int notAwaited() {
        return notAwaited.size();
    }

    /** Whether it waits for this one, while it runs. */
    boolean awaits(Relay.Leg leg) {
        long id = leg instanceof FinalizerNode.Call call ? call.node().id : ((LogNode) leg).id;
        return !notAwaited.contains(id);
    }

    /** Looks for actions that end the JVM: they return only after this pass. */
    private void checkForExits() {
        long now = System.nanoTime();
        if (now - checkedForExits >= EXIT_CHECK_INTERVAL.toNanos()) {
            checkedForExits = now;
            notAwaited.addAll(Inside.endingTheJvm(core.number()));
        }
    }

    private long untilCheck() {
        return Math.min(untilProgress(), EXIT_CHECK_INTERVAL.toNanos());
    }

    /** Whether this thread runs it or one of its actions, and so cannot wait for it. */
    boolean runsIn(Thread thread) {
        return thread == closer || relay.runsIn(thread);
    }

    /** Waits for the report of a pass that another thread runs. */
    ExitReport await() {
        return report.join();
    }

    /** Waits until it is over, or is so late that it will never be. */
    void awaitEnd() {
        try {
            report.get(Math.max(0, left()) + GRACE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException over) {
            // Whoever runs it tells of it.
        }
    }

    /** Runs it, in the calling thread but for the actions. */
    ExitReport run() {
        closer = Thread.currentThread();
        try {
            return passOrTryAgain();
        } catch (StackOverflowError tooDeep) {
            throw tooDeep; // it can be run again, in another thread
        } catch (Throwable failure) {
            core.refuseRegistrations(); // nobody would run them
            relay.stop();
            tellWaiting(failure);
            throw failure;
        } finally {
            closer = null;
        }
    }

    private void tellWaiting(Throwable failure) {
        try {
            report.completeExceptionally(failure);
        } catch (OutOfMemoryError noFailureCanBeTold) {
            report.complete(NOTHING); // allocates nothing
        }
    }

    /** Whatever a pass has done may be done again, so it begins anew if memory is exhausted, while there is time. */
    private ExitReport passOrTryAgain() {
        while (true) {
            try {
                return pass();
            } catch (OutOfMemoryError shortage) {
                if (left() <= 0) {
                    throw shortage;
                }
                Messages.failure(SHORT_OF_MEMORY, shortage);
                LockSupport.parkNanos(TICK.toNanos());
            }
        }
    }

    private ExitReport pass() {
        long half = exitLimitNanos / 2; // the other half is for those that have not begun
        checkForExits();
        while (!uninterrupted(() -> core.stopDispatching(this, Math.min(untilCheck(), left() - half)))
                && left() > half) {
            tellProgress();
            checkForExits();
        }
        runAll();
        passOverTheEnded();
        registerSecondAttempts();
        core.refuseRegistrations();
        runAll(); // those that were registered before, and after the first look
        relay.stop();
        giveUpTheRest(); // first, so that nothing is taken any more when the running are listed
        awaitRunning();
        ExitReport result = new ExitReport(
                ran.get(), failed.get(), timedOut.get(), skipped, Duration.ofNanos(System.nanoTime() - begin), lines());
        Messages.awaitWritten(); // after the close of the last registry the logger may write no more
        Messages.log(result.leftovers().isEmpty() ? Level.INFO : Level.WARNING, () -> summary(result));
        report.complete(result);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return result;
    }

    private void runAll() {
        if (left() > 0) {
            relay.handOver(core.log().gatherAgain());
            relay.handOver(Relay.Batch.of(new NewestFirst()));
            runHere();
        }
        while (left() > 0 && !uninterrupted(() -> relay.awaitBaton(Math.min(untilCheck(), left())))) {
            tellProgress();
            checkForExits();
            runHere();
        }
        if (left() <= 0) {
            relay.stop();
            relay.leaveAllBehind();
        }
    }

    /** Has the walks that follow, of which most find nothing, pass over what has ended; they work without that as well. */
    private void passOverTheEnded() {
        try {
            core.log().sweep();
        } catch (OutOfMemoryError stayInTheLog) {
            // and are met by each walk
        }
    }

    /** Only those that could not be registered when they were added, because there was too little memory or stack. */
    private void registerSecondAttempts() {
        try {
            core.secondAttempts().register();
        } catch (Throwable failure) {
            Messages.failure("Registry '" + Names.escape(core.name()) + "' cannot try again what has failed", failure);
        }
    }

    /** Runs what is left where no thread can be had. The runner begins with a clean interrupt, as in threads of its own. */
    private void runHere() {
        interrupted |= Thread.interrupted();
        interrupted |= relay.runWhereNobodyElseDoes(left());
    }

    /**
     * Runs a finalizer. If memory is exhausted, it tries again while there is time. It does not if the stack is, which a thread of
     * the user's factory may have too little of.
     */
    private void runTurn(Relay.Leg leg) {
        FinalizerNode<?> node = (FinalizerNode<?>) leg;
        while (true) {
            try {
                core.inContext(this, node);
                return;
            } catch (OutOfMemoryError shortage) {
                Messages.failure(SHORT_OF_MEMORY, shortage);
                if (left() <= 0 || !node.isLive()) {
                    someCouldNotBeRun = true;
                    return;
                }
                LockSupport.parkNanos(TICK.toNanos());
            } catch (Throwable tooLittleStack) { // or whatever the user's thread throws
                someCouldNotBeRun = true;
                throw tooLittleStack;
            }
        }
    }

    /** Waits for actions that were running before: explicit calls, and what was stuck in the dispatcher. */
    private void awaitRunning() {
        while (left() > 0 && core.isAnyRunning(this)) {
            uninterrupted(() -> {
                TimeUnit.NANOSECONDS.sleep(Math.min(TICK.toNanos(), left()));
                return true;
            });
            tellProgress();
            checkForExits();
        }
        for (Log.Walk running = core.log().running(); running.hasNext(); ) {
            LogNode node = running.next();
            leave(node.describe() + " is still running"
                    + (awaits(node) ? "" : "; its action waits for the end of the registry or of the JVM"));
        }
    }

    /** Lets nobody wait for a pass that never began. */
    void giveUp() {
        givenUp = true;
        report.complete(NOTHING);
    }

    /** Whether it was given up, so that another one has to do its work. */
    boolean wasGivenUp() {
        return givenUp;
    }

    /**
     * Ends what has not been run. Where there was time for all, and all could be run, it is what was registered when that
     * was refused already, and whoever registers it is told so.
     */
    private void giveUpTheRest() {
        boolean cutOff = left() <= 0;
        boolean tooLate = !cutOff && !someCouldNotBeRun;
        for (Log.Walk live = core.log().newestFirst(Long.MAX_VALUE); live.hasNext(); ) {
            FinalizerNode<?> node = (FinalizerNode<?>) live.next();
            if (tooLate) {
                core.refuse(node);
                continue;
            }
            boolean wasDue = node.refersTo(null) || node.isAtExit();
            String line = node.describe() + (cutOff ? " was cut off by the exit limit" : " could not be run");
            if (giveUp(node) && wasDue) {
                skipped++;
                leave(line);
            }
        }
    }

    /** Ends a live finalizer without running it; false if it was not live any more. */
    private boolean giveUp(FinalizerNode<?> node) {
        FinalizerInfo info = node.mustBeClosed() ? node.info() : null;
        if (!node.discard()) {
            return false;
        }
        core.countDetached();
        if (info != null) {
            core.leaks().found(Leak.Kind.NOT_CLOSED, info);
        }
        return true;
    }

    /** One finalizer's turn: decides at the last moment whether and why it runs. */
    void turn(FinalizerNode<?> node) {
        Object referent = node.get();
        if (referent != null && !node.isAtExit()) {
            giveUp(node);
            return;
        }
        node.runIfLive(referent, referent == null ? Trigger.UNREACHABLE : Trigger.EXIT, this);
    }

    /** One of its actions has ended in time, with this failure or with none. */
    void ended(@Nullable Throwable failure) {
        ran.incrementAndGet();
        if (failure != null) {
            failed.incrementAndGet();
        }
    }

    void leftBehind(FinalizerNode<?> node) {
        timedOut.incrementAndGet();
        leave(node.describe()
                + (left() > 0
                        ? " has passed its limit of " + Duration.ofNanos(node.limitNanos())
                        : " was still running at the exit limit"));
    }

    private void leave(String line) {
        synchronized (leftovers) {
            if (leftovers.size() < MOST_LEFTOVERS) {
                leftovers.add(line);
            } else if (leftovers.size() == MOST_LEFTOVERS) {
                leftovers.add("… and more");
            }
        }
    }

    private List<String> lines() {
        synchronized (leftovers) {
            return List.copyOf(leftovers);
        }
    }

    private long left() {
        return exitLimitNanos - (System.nanoTime() - begin);
    }

    private long untilProgress() {
        return progressTold + Settings.PROGRESS_INTERVAL.toNanos() - System.nanoTime();
    }

    /** Says what is going on, if it was not said for a while. */
    private void tellProgress() {
        if (untilProgress() <= 0 && left() > 0) {
            progressTold = System.nanoTime();
            Messages.log(Level.INFO, this::progress);
        }
    }

    private String progress() {
        StringBuilder line = new StringBuilder("Exit pass of registry '" + Names.escape(core.name()) + "' goes on: "
                + ran + " run (" + failed + " failed), " + timedOut + " timed out");
        Set<String> running = new LinkedHashSet<>();
        core.log().running().forEachRemaining(node -> running.add(node.describe()));
        relay.running().forEach(leg -> running.add(leg.leg().describe())); // one that hangs in a listener as well
        running.forEach(each -> line.append("; ").append(each).append(" is running"));
        return line.toString();
    }

    private String summary(ExitReport result) {
        String line = "Exit pass of registry '" + Names.escape(core.name()) + "': " + result.run() + " run ("
                + result.failed() + " failed), " + result.timedOut() + " timed out, " + result.skipped()
                + " skipped, in " + result.took().toMillis() + " ms";
        return result.leftovers().isEmpty() ? line : line + ". Left: " + shortened(result.leftovers());
    }

    private static String shortened(List<String> lines) {
        int shown = Math.min(lines.size(), 10);
        String text = String.join("; ", lines.subList(0, shown));
        return shown == lines.size() ? text : text + "; and " + (lines.size() - shown) + " more";
    }

    /** The pass has a deadline of its own: an interrupt of the closing thread is kept for later. */
    private boolean uninterrupted(Waiting waiting) {
        while (true) {
            try {
                return waiting.await();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
    }

    /** Something to wait for. */
    private interface Waiting {
        boolean await() throws InterruptedException;
    }

    /**
     * What to run next: the newest of the live, where something newer may have been registered since the last look.
     * Asked by one thread at a time.
     */
    private final class NewestFirst implements Supplier<Relay.@Nullable Leg> {

        private final Deque<Log.Walk> walks = new ArrayDeque<>();
        private long newestSeen;

        @Override
        public Relay.@Nullable Leg get() {
            long appended = core.log().appended();
            if (appended > newestSeen) {
                walks.push(core.log().newerThan(newestSeen));
                newestSeen = appended;
            }
            while (!walks.isEmpty()) {
                Log.Walk newest = walks.element();
                if (newest.hasNext()) {
                    return newest.next();
                }
                walks.remove();
            }
            return null;
        }
    }
}

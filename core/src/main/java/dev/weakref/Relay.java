package dev.weakref;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs one action after the other in the order of their hand-over, like a relay race: whoever holds the baton starts
 * the next leg. A runner that takes too long for its leg loses the baton to a further runner, up to a bound; when it
 * comes back it leaves the track, or takes the baton up where it lies.
 *
 * <p>Legs are started strictly in order, and beside one another only where one is stuck. A watch looks at the runners
 * every now and then and sees who has made no progress: no clock is read and no timer set for a single leg.
 *
 * <p>Everything is guarded by one lock, which is never held while a leg runs or a line is logged; so it is one long file.
 * Runners start when there is work and end when there was none for a while.
 *
 * <p><b>Why nothing is lost if memory or stack is exhausted.</b> The lock is a monitor, which the JVM releases while it
 * unwinds; taking it allocates nothing. Handing over links a batch that exists already, in writes of fields. A batch gives a
 * leg or throws, and then has it still. A runner that fails to get its next leg tries again, and one that cannot be started
 * leaves the track, so that {@link #retry()} starts another one.
 */
class Relay {

    /** One action. */
    interface Leg {
        /** Runs it; reports its failures itself and throws nothing. */
        void run();

        /** After how many nanoseconds it is to be interrupted and left behind. */
        long limitNanos();

        /** What it is, for a report. */
        String describe();

        /**
         * It has passed its limit, and its thread is about to be interrupted. Called by the watch, with no lock held.
         *
         * @param nanos for how long it was seen to run
         * @return whether it has told of that; false where the action itself is over, or has not begun
         */
        boolean leaveBehind(Thread thread, long nanos);

        /**
         * It has run for longer than the take-over time, and the next one starts alongside it. Called by the watch,
         * with no lock held.
         *
         * @param nanos for how long it was seen to run
         */
        default void stillRunning(long nanos) {}

        /**
         * It has ended after all. Called in the thread that ran it.
         *
         * @param nanos for how long it was seen to run
         */
        default void finishedAfterAll(long nanos) {}
    }

    /** What the actions belong to. */
    interface Owner {
        /** Runs an action. */
        void run(Leg leg);

        /** As many runners are stuck as there may be. Called by the watch, with no lock held. */
        default void allStuck() {}
    }

    /** Legs that are handed over together. The relay takes one after the other, under its lock. */
    abstract static class Batch {

        private @Nullable Batch next;

        /** The next leg, {@code null} if there is none any more. If it throws, it has taken none. */
        abstract @Nullable Leg poll();

        /** How many it has yet to give, as far as that is known. */
        long left() {
            return 0;
        }

        /** A batch of what a supplier gives, until that gives {@code null}. */
        static Batch of(Supplier<? extends @Nullable Leg> legs) {
            return new Batch() {
                @Override
                @Nullable Leg poll() {
                    return legs.get();
                }
            };
        }
    }

    /** When a runner loses the baton. */
    interface Patience {
        /** The nanoseconds that a leg may take before the next one starts. */
        long nanosFor(Leg leg);
    }

    private static final String SHORT_OF_MEMORY = "Memory or stack is exhausted; what could not be run is tried again";

    /** Between two attempts while memory is exhausted: long enough to leave the processor to others. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final ThreadFactory STARTERS = Threads.daemons("weakref-starter", null);

    private final String name;
    private final ThreadFactory threads;
    private final Patience patience;
    private final int maxRunners;
    private final Owner owner;
    private final Duration tick;
    private final String noThread;
    private final Object lock = new Object();

    // All of these are guarded by the lock.
    private @Nullable Batch first;
    private @Nullable Batch last;
    private final List<Runner> runners = new ArrayList<>();
    private long handOvers;
    private @Nullable Runner baton;
    private Watchdog.@Nullable Watch watch;
    private boolean stopped;
    private boolean saturationReported;
    private volatile boolean threadsAreShort; // read without the lock by retry()

    Relay(String name, ThreadFactory threads, int maxRunners, Duration tick, Patience patience, Owner owner) {
        this.name = name;
        this.threads = threads;
        this.maxRunners = maxRunners;
        this.tick = tick;
        this.patience = patience;
        this.owner = owner;
        noThread = "No thread for the actions of " + name + "; the next signal tries again";
    }

    /** Whose actions it runs. */
    String name() {
        return name;
    }

    /** Hands over legs to be run after all that were handed over before. Allocates nothing. Throws only if it took none. */
    void handOver(Batch legs) {
        synchronized (lock) {
            if (stopped) {
                return;
            }
            if (last == null) {
                first = legs;
            } else {
                last.next = legs;
            }
            last = legs;
            handOvers++;
        }
        try {
            wakeRunner();
            nudge();
        } catch (StackOverflowError theNextSignalTriesAgain) {
            threadsAreShort = true;
        }
    }

    /** Wakes the runner that waits for work or for the end. */
    private void wakeRunner() {
        Thread waiting = null;
        synchronized (lock) {
            lock.notifyAll();
            if (baton != null && baton.leg == null) {
                waiting = baton.thread;
            }
        }
        if (waiting != null) {
            LockSupport.unpark(waiting);
        }
    }

    /** Starts a runner if that has failed before; to be called now and then. */
    void retry() {
        if (threadsAreShort) {
            nudge();
        }
    }

    /**
     * Starts a runner if there is work and none holds the baton, which can be where none could be started before. Throws
     * only a stack overflow, and has done nothing then. The thread is made without the lock, and in another thread where code of the user's makes it.
     */
    void nudge() {
        StackReserve.ensure(); // so that a runner that is appointed is started or dismissed
        Runner runner = appoint();
        if (runner == null) {
            return;
        }
        try {
            if (Threads.areOwn(threads)) {
                start(runner);
            } else {
                STARTERS.newThread(() -> startOrDismiss(runner)).start();
            }
        } catch (Throwable shortage) {
            notStarted(runner, shortage);
        }
    }

    /** In a thread of its own: the user's code runs in no thread that others wait for, such as that of the reaper. */
    private void startOrDismiss(Runner runner) {
        try {
            start(runner);
        } catch (Throwable shortage) {
            notStarted(runner, shortage);
        }
    }

    private void start(Runner runner) {
        Thread thread = threads.newThread(runner);
        if (thread == null) {
            throw new IllegalStateException("The thread factory returned no thread");
        }
        runner.thread = thread;
        startWatch();
        thread.start();
        shortIs(false);
    }

    /** Takes it off the track first, which needs no memory: what comes after that may fail. */
    private void notStarted(Runner runner, Throwable shortage) {
        boolean isNews = shortIs(true);
        boolean more = dismiss(runner);
        if (isNews) {
            Messages.failure(noThread, shortage);
        }
        if (more) {
            nudge(); // for what was handed over while this one was believed to come
        }
    }

    /** Notes whether threads are short; whether that is news. */
    private boolean shortIs(boolean now) {
        synchronized (lock) {
            boolean isNews = threadsAreShort != now;
            threadsAreShort = now;
            return isNews;
        }
    }

    /** Gives the baton to a new runner, if it lies on the ground and there is a reason to take it up. */
    private @Nullable Runner appoint() {
        synchronized (lock) {
            if (baton != null || first == null || runners.size() >= maxRunners || stopped) {
                return null;
            }
            try {
                Runner runner = new Runner(true, Long.MAX_VALUE);
                runners.add(runner);
                baton = runner;
                return runner;
            } catch (VirtualMachineError theNextSignalTriesAgain) {
                threadsAreShort = true;
                return null;
            }
        }
    }

    /** Somebody who looks after the runners, from the first one on. */
    private void startWatch() {
        synchronized (lock) {
            if (watch == null) {
                watch = Watchdog.every(tick, this::look);
            }
        }
    }

    /**
     * Runs what is there in the calling thread, if nobody holds the baton because no thread could be started. It is watched
     * as others are, if there can be a thread for that.
     *
     * @param nanos for how long: then it starts no other leg, and leaves the one behind that runs
     * @return whether somebody interrupted the thread meanwhile, other than to leave a leg behind
     */
    boolean runWhereNobodyElseDoes(long nanos) {
        Runner here;
        StackReserve.ensure(); // so that it runs, and is taken off the track
        synchronized (lock) {
            if (baton != null || first == null || stopped || !threadsAreShort) {
                return false;
            }
            here = new Runner(false, nanos);
            here.thread = Thread.currentThread();
            runners.add(here);
            baton = here;
        }
        try {
            startWatch();
        } catch (Throwable noThreadForThatEither) {
            // Their limit does not hold then; that there are no threads has been said.
        }
        here.run();
        synchronized (lock) {
            here.takeInterrupt();
            return here.interrupted;
        }
    }

    /** Starts no further leg. What runs goes on. */
    void stop() {
        synchronized (lock) {
            stopped = true;
            first = null;
            last = null;
        }
        wakeRunner();
    }

    /** Whether nothing is handed over and nothing runs. */
    boolean isIdle() {
        synchronized (lock) {
            return first == null && !anyRuns(runner -> true);
        }
    }

    /** How many legs have been handed over and not begun, as far as their batches know. */
    long waiting() {
        synchronized (lock) {
            long waiting = 0;
            for (Batch legs = first; legs != null; legs = legs.next) {
                waiting += legs.left();
            }
            return waiting;
        }
    }

    /**
     * Waits until the work is done: until no legs are left and no runner that holds the baton is on its leg. Stuck
     * runners have lost the baton and are not waited for. Waits no longer where legs are left and there is no thread to
     * run them.
     *
     * @return whether the work is done
     */
    boolean awaitBaton(long nanos) throws InterruptedException {
        return await(() -> isDone() || (baton == null && threadsAreShort), nanos) && isDone();
    }

    private boolean isDone() {
        synchronized (lock) {
            return first == null && (baton == null || baton.leg == null);
        }
    }

    /**
     * Waits until no leg runs but those left behind, and those that are not to be waited for; whether that was so within the
     * time.
     */
    boolean awaitLegs(long nanos, Predicate<Leg> notAwaited) throws InterruptedException {
        return await(
                () -> !anyRuns(runner -> !runner.leftBehind && !notAwaited.test(Objects.requireNonNull(runner.leg))),
                nanos);
    }

    /** Whether one of the runners that are on a leg is of this kind. Called with the lock. */
    private boolean anyRuns(Predicate<Runner> kind) {
        for (Runner runner : runners) {
            if (runner.leg != null && kind.test(runner)) {
                return true;
            }
        }
        return false;
    }

    private boolean await(BooleanSupplier done, long nanos) throws InterruptedException {
        long begin = System.nanoTime();
        synchronized (lock) {
            while (!done.getAsBoolean()) {
                long left = nanos - (System.nanoTime() - begin);
                if (left <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(lock, Math.max(left, 1_000_000));
            }
            return true;
        }
    }

    /** The legs that run at this moment, with their threads. */
    List<Running> running() {
        return legs(runner -> true);
    }

    /** Whether the calling thread is one of the runners. */
    boolean runsIn(Thread thread) {
        return running().stream().anyMatch(running -> running.thread == thread);
    }

    /** Who runs which leg in which thread, and for how many nanoseconds the watch has seen it on that. */
    record Running(Runner runner, Leg leg, Thread thread, long nanos) {}

    /** The next leg for a runner that is not on one any more, or {@code null} if it is to end. */
    private @Nullable Leg next(Runner runner) {
        boolean waited = false;
        while (true) {
            Leg back;
            long took;
            synchronized (lock) {
                runner.takeInterrupt(); // what interrupted the last leg held the lock, so this one starts without
                took = runner.missed ? runner.seenFor() : 0;
                back = end(runner);
                if (back == null) {
                    if (stopped || (baton != null && baton != runner) || runner.isOver()) {
                        return null;
                    }
                    baton = runner;
                    Leg leg = poll();
                    if (leg != null) {
                        runner.begin(leg);
                        return leg;
                    }
                    lock.notifyAll(); // only the end of the work is waited for, and after a stop that of the runners
                    if (waited || !runner.waits) {
                        return null;
                    }
                }
            }
            if (back != null) {
                reportBack(back, took);
            } else {
                waited = !awaitWork();
            }
        }
    }

    /**
     * Whether work came before the time to end. Parks, and does not wait on the monitor: that would pin a virtual thread, and a
     * condition would allocate.
     */
    private boolean awaitWork() {
        long begin = System.nanoTime();
        while (true) {
            synchronized (lock) {
                if (first != null || stopped) {
                    return first != null;
                }
            }
            long left = Settings.nanos(Settings.KEEP_ALIVE) - (System.nanoTime() - begin);
            if (left <= 0 || Thread.interrupted()) {
                return false;
            }
            LockSupport.parkNanos(this, left);
        }
    }

    /** The next leg of the oldest batch that has one. */
    private @Nullable Leg poll() {
        while (first != null) {
            Leg leg = first.poll();
            if (leg != null) {
                return leg;
            }
            Batch next = first.next;
            first = next;
            if (next == null) {
                last = null;
            }
        }
        return null;
    }

    /** Takes it off the track; whether legs were handed over since it was made. */
    private boolean dismiss(Runner runner) {
        Watchdog.Watch over = null;
        boolean more;
        synchronized (lock) {
            more = handOvers != runner.handOversBefore;
            runner.leg = null;
            runners.remove(runner);
            saturationReported = false;
            if (baton == runner) {
                baton = null;
            }
            if (runners.isEmpty()) {
                over = watch;
                watch = null;
            }
            lock.notifyAll();
        }
        if (over != null) {
            over.cancel();
        }
        return more;
    }

    /**
     * What the watch does: leaves behind who has passed his limit, then takes the baton from the stuck. In this order,
     * so that whoever waits for the baton finds the left behind counted.
     */
    void look() {
        long now = System.nanoTime();
        legs(runner -> runner.isOverdueAt(now)).forEach(this::leaveBehind);
        List<Runnable> reports = new ArrayList<>();
        synchronized (lock) {
            Runner holder = baton;
            if (holder != null && holder.isStuckAt(now)) {
                passBaton(holder, reports);
            }
        }
        nudge();
        reports.forEach(Runnable::run);
    }

    /** Leaves behind whoever is on a leg, because nobody waits any longer. */
    void leaveAllBehind() {
        legs(runner -> !runner.leftBehind).forEach(this::leaveBehind);
    }

    private List<Running> legs(Predicate<Runner> wanted) {
        synchronized (lock) {
            List<Running> legs = new ArrayList<>();
            for (Runner runner : runners) {
                if (runner.leg != null && runner.thread != null && wanted.test(runner)) {
                    legs.add(new Running(runner, runner.leg, runner.thread, runner.seenFor()));
                }
            }
            return legs;
        }
    }

    /** Tells the leg first, so that its stack is still there to see, then interrupts it if it is still on the way. */
    private void leaveBehind(Running running) {
        boolean told = running.leg.leaveBehind(running.thread, running.nanos);
        StackTraceElement[] stack = told ? new StackTraceElement[0] : running.thread.getStackTrace();
        boolean onTheWay;
        synchronized (lock) {
            onTheWay = running.runner.leg == running.leg;
            if (onTheWay) {
                running.runner.leftBehind = true;
                running.thread.interrupt();
                lock.notifyAll();
            }
        }
        if (onTheWay && !told && running.nanos >= running.leg.limitNanos()) { // less where all are left behind
            Messages.log(
                    Level.WARNING,
                    () -> running.leg.describe()
                            + " is not at work, but its thread is held up by what is called before or"
                            + " after it, such as an executor, a listener or the handler of failures; it is interrupted"
                            + " and left behind. It is here:" + Messages.stack(stack));
        }
    }

    private void passBaton(Runner holder, List<Runnable> reports) {
        Leg leg = holder.leg;
        Thread thread = holder.thread;
        baton = null;
        lock.notifyAll();
        if (!holder.leftBehind && leg != null && thread != null) {
            holder.missed = true;
            long nanos = holder.seenFor();
            reports.add(() -> reportStuck(leg, thread, nanos));
        }
        if (runners.size() >= maxRunners && !saturationReported) {
            saturationReported = true;
            reports.add(this::reportAllStuck);
        }
    }

    /** Ends the leg of a runner, with the lock; the leg if it is to be reported as back. */
    private @Nullable Leg end(Runner runner) {
        Leg missed = runner.end();
        if (missed != null) {
            lock.notifyAll();
        }
        return missed;
    }

    private static void reportBack(Leg back, long nanos) {
        try {
            Messages.log(Level.INFO, () -> back.describe() + " has come back, and held up others for a while");
            back.finishedAfterAll(nanos);
        } catch (VirtualMachineError nowhereToReport) {
            // The runner continues with the next leg.
        }
    }

    private static void reportStuck(Leg leg, Thread thread, long nanos) {
        Messages.log(
                Level.WARNING,
                () -> leg.describe() + " is still running; others go on beside it. It is here:"
                        + Messages.stack(thread.getStackTrace()));
        leg.stillRunning(nanos);
    }

    private void reportAllStuck() {
        Messages.log(
                Level.WARNING,
                () -> "All " + maxRunners + " threads of " + name
                        + " are stuck; what has been handed over waits until one comes back");
        owner.allStuck();
    }

    /** Runs legs for as long as it holds the baton. */
    final class Runner implements Runnable {

        @Nullable Thread thread;

        @Nullable Leg leg;

        private long begun;
        private long seenBegun = -1;
        private long seenAt;
        private boolean leftBehind;

        /** Whether it was reported as stuck on its leg. */
        private boolean missed;

        /** Whether its thread was interrupted without being left behind. */
        private boolean interrupted;

        /** Whether it waits for more work; the one that runs in a thread of somebody else's does not. */
        private final boolean waits;

        private final long made = System.nanoTime();
        private final long mostNanos;
        private final long handOversBefore = handOvers;

        /** Is made under the lock. */
        Runner(boolean waits, long mostNanos) {
            this.waits = waits;
            this.mostNanos = mostNanos;
        }

        /** Clears the interrupt of its thread, which is the calling one, and notes it unless its leg was left behind. */
        void takeInterrupt() {
            interrupted |= Thread.interrupted() && !leftBehind;
        }

        void begin(Leg next) {
            leg = next;
            begun++;
            leftBehind = false;
        }

        /** The leg that has ended, if it was reported as stuck and is to be reported as back. */
        @Nullable Leg end() {
            Leg back = missed && !leftBehind ? leg : null;
            missed = false;
            leg = null;
            leftBehind = false;
            return back;
        }

        /** Whether it has passed the limit of its leg, and was not told so before. */
        boolean isOverdueAt(long now) {
            Leg current = leg;
            return current != null && !leftBehind && (lookAt(now) >= current.limitNanos() || isOver());
        }

        /** Whether it has no time for another leg. */
        boolean isOver() {
            return mostNanos < Long.MAX_VALUE && System.nanoTime() - made >= mostNanos;
        }

        /** Whether the next one is to go on beside it; not on a leg that was not seen by {@link #isOverdueAt} before. */
        boolean isStuckAt(long now) {
            Leg current = leg;
            return current != null && seenBegun == begun && now - seenAt >= patience.nanosFor(current);
        }

        /** Looks at it; for how many nanoseconds it has been seen on the same leg. */
        private long lookAt(long now) {
            if (seenBegun != begun) {
                seenBegun = begun;
                seenAt = now;
            }
            return now - seenAt;
        }

        /** For how many nanoseconds it has been seen on the same leg by now. */
        long seenFor() {
            return seenBegun == begun ? System.nanoTime() - seenAt : 0;
        }

        @Override
        public void run() {
            try {
                while (runNext()) {
                    // and holds nothing of the one before while it waits for the next
                }
            } finally {
                dismiss(this);
                nudge();
            }
        }

        private boolean runNext() {
            try {
                Leg next = next(this);
                if (next == null) {
                    return false;
                }
                run(next);
            } catch (VirtualMachineError shortage) { // it has taken no leg, or that was handed back
                Messages.failure(SHORT_OF_MEMORY, shortage);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            return true;
        }

        private void run(Leg next) {
            try {
                owner.run(next);
            } catch (VirtualMachineError shortage) {
                throw shortage;
            } catch (Throwable unreported) {
                Messages.failure(next.describe() + " failed", unreported);
            }
        }
    }

    static Duration tickFor(Duration time) {
        long nanos = Settings.nanos(time) / 20;
        return Duration.ofNanos(Math.min(Math.max(nanos, TimeUnit.MILLISECONDS.toNanos(1)), 100_000_000));
    }
}

package dev.weakref;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
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
    }

    /** Legs of which it is known how many are left. */
    interface Counted extends Supplier<@Nullable Leg> {
        /** How many it has yet to give. */
        long left();
    }

    /** When a runner loses the baton. */
    interface Patience {
        /** The nanoseconds that a leg may take before the next one starts. */
        long nanosFor(Leg leg);
    }

    private static final ThreadFactory STARTERS = Threads.daemons("weakref-starter", null);

    private final String name;
    private final ThreadFactory threads;
    private final Patience patience;
    private final int maxRunners;
    private final Consumer<Leg> run;
    private final Duration tick;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();

    // All of these are guarded by the lock.
    private final ArrayDeque<Supplier<@Nullable Leg>> handedOver = new ArrayDeque<>();
    private final List<Runner> runners = new ArrayList<>();
    private long handOvers;
    private @Nullable Runner baton;
    private Watchdog.@Nullable Watch watch;
    private boolean stopped;
    private boolean saturationReported;
    private boolean threadsAreShort;

    Relay(String name, ThreadFactory threads, int maxRunners, Duration tick, Patience patience, Consumer<Leg> run) {
        this.name = name;
        this.threads = threads;
        this.maxRunners = maxRunners;
        this.tick = tick;
        this.patience = patience;
        this.run = run;
    }

    /** Whose actions it runs. */
    String name() {
        return name;
    }

    /** Hands over legs to be run after all that were handed over before. Throws only if it took none of them. */
    void handOver(Supplier<@Nullable Leg> legs) {
        lock.lock();
        try {
            if (stopped) {
                return;
            }
            handedOver.add(legs);
            handOvers++;
            news.signalAll();
        } finally {
            lock.unlock();
        }
        nudge();
    }

    /**
     * Starts a runner if there is work and none holds the baton, which can be where none could be started before. Never
     * throws. The thread is made without the lock, and in another thread where code of the user's makes it.
     */
    void nudge() {
        Runner runner = appoint();
        if (runner == null) {
            return;
        }
        if (Threads.areOwn(threads)) {
            start(runner);
        } else {
            startElsewhere(runner);
        }
    }

    /** So that the user's code runs in no thread that others wait for, such as that of the reaper. */
    private void startElsewhere(Runner runner) {
        try {
            STARTERS.newThread(() -> start(runner)).start();
        } catch (Throwable shortage) {
            notStarted(runner, shortage);
        }
    }

    private void start(Runner runner) {
        try {
            Thread thread = threads.newThread(runner);
            if (thread == null) {
                throw new IllegalStateException("The thread factory returned no thread");
            }
            runner.thread = thread;
            startWatch();
            thread.start();
            shortIs(false);
        } catch (Throwable shortage) {
            notStarted(runner, shortage);
        }
    }

    private void notStarted(Runner runner, Throwable shortage) {
        if (shortIs(true)) {
            Messages.log(
                    Level.WARNING,
                    () -> "No thread for the actions of " + name + "; the next signal tries again",
                    shortage);
        }
        if (dismiss(runner)) {
            nudge(); // for what was handed over while this one was believed to come
        }
    }

    /** Notes whether threads are short; whether that is news. */
    private boolean shortIs(boolean now) {
        lock.lock();
        try {
            boolean isNews = threadsAreShort != now;
            threadsAreShort = now;
            return isNews;
        } finally {
            lock.unlock();
        }
    }

    /** Gives the baton to a new runner, if it lies on the ground and there is a reason to take it up. */
    private @Nullable Runner appoint() {
        lock.lock();
        try {
            if (baton != null || handedOver.isEmpty() || runners.size() >= maxRunners || stopped) {
                return null;
            }
            Runner runner = new Runner(true, Long.MAX_VALUE);
            runners.add(runner);
            baton = runner;
            return runner;
        } catch (OutOfMemoryError theNextSignalTriesAgain) {
            threadsAreShort = true;
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** Somebody who looks after the runners, from the first one on. */
    private void startWatch() {
        lock.lock();
        try {
            if (watch == null) {
                watch = Watchdog.every(tick, this::look);
            }
        } finally {
            lock.unlock();
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
        lock.lock();
        try {
            if (baton != null || handedOver.isEmpty() || stopped || !threadsAreShort) {
                return false;
            }
            here = new Runner(false, nanos);
            here.thread = Thread.currentThread();
            runners.add(here);
            baton = here;
        } finally {
            lock.unlock();
        }
        try {
            startWatch();
        } catch (Throwable noThreadForThatEither) {
            // Their limit does not hold then; that there are no threads has been said.
        }
        here.run();
        lock.lock();
        try {
            here.takeInterrupt();
            return here.interrupted;
        } finally {
            lock.unlock();
        }
    }

    /** Starts no further leg. What runs goes on. */
    void stop() {
        lock.lock();
        try {
            stopped = true;
            handedOver.clear();
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing is handed over and nothing runs. */
    boolean isIdle() {
        lock.lock();
        try {
            return handedOver.isEmpty() && runners.stream().allMatch(runner -> runner.leg == null);
        } finally {
            lock.unlock();
        }
    }

    /** How many legs have been handed over and not begun, as far as they are {@link Counted}. */
    long waiting() {
        lock.lock();
        try {
            long waiting = 0;
            for (Supplier<@Nullable Leg> legs : handedOver) {
                waiting += legs instanceof Counted counted ? counted.left() : 0;
            }
            return waiting;
        } finally {
            lock.unlock();
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
        lock.lock();
        try {
            return handedOver.isEmpty() && (baton == null || baton.leg == null);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until no leg runs but those left behind; whether that was so within the time. */
    boolean awaitLegs(long nanos) throws InterruptedException {
        return await(() -> runners.stream().allMatch(runner -> runner.leg == null || runner.leftBehind), nanos);
    }

    private boolean await(BooleanSupplier done, long nanos) throws InterruptedException {
        long left = nanos;
        lock.lock();
        try {
            while (!done.getAsBoolean()) {
                if (left <= 0) {
                    return false;
                }
                left = news.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
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
        lock.lock();
        try {
            runner.takeInterrupt(); // whoever interrupted the last leg held the lock, so this one starts without
            end(runner);
            boolean waited = false;
            while (!stopped && (baton == null || baton == runner) && !runner.isOver()) {
                baton = runner;
                Leg leg = poll();
                if (leg != null) {
                    runner.begin(leg);
                    return leg;
                }
                news.signalAll(); // only the end of the work is waited for, and after a stop that of the runners
                if (waited || !runner.waits) {
                    break;
                }
                waited = !awaitWork();
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** Whether work came before the time to end. */
    private boolean awaitWork() {
        try {
            long left = Settings.nanos(Settings.KEEP_ALIVE);
            while (handedOver.isEmpty() && !stopped && left > 0) {
                left = news.awaitNanos(left);
            }
        } catch (InterruptedException endEarly) {
            return false;
        }
        return !handedOver.isEmpty();
    }

    private @Nullable Leg poll() {
        Leg leg = null;
        while (leg == null && !handedOver.isEmpty()) {
            leg = handedOver.element().get();
            if (leg == null) {
                handedOver.remove();
            }
        }
        return leg;
    }

    /** Takes it off the track; whether legs were handed over since it was made. */
    private boolean dismiss(Runner runner) {
        Watchdog.Watch over = null;
        boolean more;
        lock.lock();
        try {
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
            news.signalAll();
        } finally {
            lock.unlock();
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
        lock.lock();
        try {
            Runner holder = baton;
            if (holder != null && holder.isStuckAt(now)) {
                passBaton(holder, reports);
            }
        } finally {
            lock.unlock();
        }
        nudge();
        reports.forEach(Runnable::run);
    }

    /** Leaves behind whoever is on a leg, because nobody waits any longer. */
    void leaveAllBehind() {
        legs(runner -> !runner.leftBehind).forEach(this::leaveBehind);
    }

    private List<Running> legs(Predicate<Runner> wanted) {
        lock.lock();
        try {
            List<Running> legs = new ArrayList<>();
            for (Runner runner : runners) {
                if (runner.leg != null && runner.thread != null && wanted.test(runner)) {
                    legs.add(new Running(runner, runner.leg, runner.thread, runner.seenFor()));
                }
            }
            return legs;
        } finally {
            lock.unlock();
        }
    }

    /** Tells the leg first, so that its stack is still there to see, then interrupts it if it is still on the way. */
    private void leaveBehind(Running running) {
        boolean told = running.leg.leaveBehind(running.thread, running.nanos);
        StackTraceElement[] stack = told ? new StackTraceElement[0] : running.thread.getStackTrace();
        boolean onTheWay;
        lock.lock();
        try {
            onTheWay = running.runner.leg == running.leg;
            if (onTheWay) {
                running.runner.leftBehind = true;
                running.thread.interrupt();
                news.signalAll();
            }
        } finally {
            lock.unlock();
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
        news.signalAll();
        if (!holder.leftBehind && leg != null && thread != null) {
            holder.missed = true;
            String what = leg.describe();
            reports.add(() -> reportStuck(what, thread));
        }
        if (runners.size() >= maxRunners && !saturationReported) {
            saturationReported = true;
            reports.add(() -> Messages.log(
                    Level.WARNING,
                    () -> "All " + maxRunners + " threads of " + name
                            + " are stuck; what has been handed over waits until one comes back"));
        }
    }

    /** Ends the leg of a runner. Is called with the lock, and leaves it where it has to log that one is back. */
    private void end(Runner runner) {
        Leg missed = runner.end();
        if (missed == null) {
            return;
        }
        news.signalAll();
        lock.unlock();
        try {
            Messages.log(Level.INFO, () -> missed.describe() + " has come back, and held up others for a while");
        } finally {
            lock.lock();
        }
    }

    private static void reportStuck(String what, Thread thread) {
        Messages.log(
                Level.WARNING,
                () -> what + " is still running; others go on beside it. It is here:"
                        + Messages.stack(thread.getStackTrace()));
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
            Leg next = next(this);
            if (next == null) {
                return false;
            }
            try {
                run.accept(next);
            } catch (Throwable unreported) {
                Messages.failure(next.describe() + " failed", unreported);
            }
            return true;
        }
    }

    static Duration tickFor(Duration time) {
        long nanos = Settings.nanos(time) / 20;
        return Duration.ofNanos(Math.min(Math.max(nanos, TimeUnit.MILLISECONDS.toNanos(1)), 100_000_000));
    }
}

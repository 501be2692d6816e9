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
import java.util.function.Consumer;
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
 * <p>Everything is guarded by one lock, which is never held while a leg runs or a line is logged. Runners start when
 * there is work and end when there was none for a while.
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

        /** It has passed its limit, and its thread is about to be interrupted. Called by the watch, with no lock held. */
        void leaveBehind(Thread thread);
    }

    /** When a runner loses the baton. */
    interface Patience {
        /** The nanoseconds that a leg may take before the next one starts. */
        long nanosFor(Leg leg);
    }

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
    private @Nullable Runner baton;
    private Watchdog.@Nullable Watch watch;
    private boolean stopped;
    private boolean saturationReported;

    Relay(String name, ThreadFactory threads, int maxRunners, Duration tick, Patience patience, Consumer<Leg> run) {
        this.name = name;
        this.threads = threads;
        this.maxRunners = maxRunners;
        this.tick = tick;
        this.patience = patience;
        this.run = run;
    }

    /** Hands over legs to be run after all that were handed over before. Throws only if it took none of them. */
    void handOver(Supplier<@Nullable Leg> legs) {
        lock.lock();
        try {
            if (!stopped) {
                handedOver.add(legs);
                news.signalAll();
                seeThatSomebodyRuns();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Starts a runner if there is work and none holds the baton, which can be where none could be started before. */
    void nudge() {
        lock.lock();
        try {
            seeThatSomebodyRuns();
        } finally {
            lock.unlock();
        }
    }

    /** The next leg, for the calling thread to run, where no runner could be started. */
    @Nullable Leg pollUnattended() {
        lock.lock();
        try {
            return runners.isEmpty() && !stopped ? poll() : null;
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

    /**
     * Waits until the work is done: until no legs are left and no runner that holds the baton is on its leg. Stuck
     * runners have lost the baton and are not waited for.
     *
     * @return whether that was so within the time
     */
    boolean awaitBaton(long nanos) throws InterruptedException {
        long left = nanos;
        lock.lock();
        try {
            while (!(handedOver.isEmpty() && (baton == null || baton.leg == null))) {
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
        lock.lock();
        try {
            List<Running> legs = new ArrayList<>();
            for (Runner runner : runners) {
                if (runner.leg != null && runner.thread != null) {
                    legs.add(new Running(runner.leg, runner.thread));
                }
            }
            return legs;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the calling thread is one of the runners. */
    boolean runsIn(Thread thread) {
        return running().stream().anyMatch(running -> running.thread == thread);
    }

    /** A leg and the thread that runs it. */
    record Running(Leg leg, Thread thread) {}

    private void seeThatSomebodyRuns() {
        if (baton == null && !handedOver.isEmpty() && runners.size() < maxRunners && !stopped) {
            Runner runner = new Runner();
            try {
                startWatch();
                Thread thread = threads.newThread(runner);
                if (thread == null) {
                    throw new IllegalStateException("the thread factory of " + name + " returned no thread");
                }
                runner.thread = thread;
                runners.add(runner);
                baton = runner;
                thread.start();
            } catch (Throwable shortage) {
                runners.remove(runner);
                baton = null;
                Messages.failure("No thread for the actions of " + name + "; the next signal tries again", shortage);
            }
        }
    }

    private void startWatch() {
        if (watch == null) {
            watch = Watchdog.every(tick, this::look);
        }
    }

    /** The next leg for a runner, or {@code null} if it is to end. */
    private @Nullable Leg next(Runner runner) {
        lock.lock();
        try {
            runner.leg = null;
            Thread.interrupted(); // whoever interrupted the last leg held the lock, so this one starts without
            boolean waited = false;
            while (!stopped && (baton == null || baton == runner)) {
                baton = runner;
                Leg leg = poll();
                news.signalAll();
                if (leg != null) {
                    runner.begin(leg);
                    return leg;
                }
                if (waited) {
                    break;
                }
                waited = !awaitNews();
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** Whether news came before the time to end. */
    private boolean awaitNews() {
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

    private void dismiss(Runner runner) {
        lock.lock();
        try {
            runner.leg = null;
            runners.remove(runner);
            saturationReported = false;
            if (baton == runner) {
                baton = null;
            }
            seeThatSomebodyRuns();
            if (runners.isEmpty() && watch != null) {
                watch.cancel();
                watch = null;
            }
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * What the watch does: leaves behind who has passed his limit, then takes the baton from the stuck. In this order,
     * so that whoever waits for the baton finds the left behind counted.
     */
    void look() {
        long now = System.nanoTime();
        for (Runner runner : overdue(now)) {
            leaveBehind(runner);
        }
        List<Runnable> reports = new ArrayList<>();
        lock.lock();
        try {
            Runner holder = baton;
            if (holder != null && holder.isStuckAt(now)) {
                passBaton(holder, reports);
            }
            seeThatSomebodyRuns();
        } finally {
            lock.unlock();
        }
        reports.forEach(Runnable::run);
    }

    private List<Runner> overdue(long now) {
        lock.lock();
        try {
            return runners.stream().filter(runner -> runner.isOverdueAt(now)).toList();
        } finally {
            lock.unlock();
        }
    }

    /** Tells the leg first, so that its stack is still there to see, then interrupts it if it is still on the way. */
    private void leaveBehind(Runner runner) {
        Leg leg = runner.leg;
        Thread thread = runner.thread;
        if (leg == null || thread == null) {
            return;
        }
        leg.leaveBehind(thread);
        lock.lock();
        try {
            if (runner.leg == leg) {
                runner.leftBehind = true;
                thread.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    private void passBaton(Runner holder, List<Runnable> reports) {
        Leg leg = holder.leg;
        Thread thread = holder.thread;
        baton = null;
        news.signalAll();
        if (!holder.leftBehind && leg != null && thread != null) {
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

    private static void reportStuck(String what, Thread thread) {
        Messages.log(
                Level.WARNING,
                () -> what + " is still running; others go on beside it. It is here:"
                        + Messages.stack(thread.getStackTrace()));
    }

    /** Runs legs for as long as it holds the baton. */
    private final class Runner implements Runnable {

        @Nullable Thread thread;

        @Nullable Leg leg;

        private long begun;
        private long seenBegun = -1;
        private long seenAt;
        private boolean leftBehind;

        void begin(Leg next) {
            leg = next;
            begun++;
            leftBehind = false;
        }

        /** Whether it has passed the limit of its leg, and was not told so before. */
        boolean isOverdueAt(long now) {
            Leg current = leg;
            return current != null && !leftBehind && seenFor(now) >= current.limitNanos();
        }

        boolean isStuckAt(long now) {
            Leg current = leg;
            return current != null && seenFor(now) >= patience.nanosFor(current);
        }

        /** For how many nanoseconds the watch has seen it on the same leg. */
        private long seenFor(long now) {
            if (seenBegun != begun) {
                seenBegun = begun;
                seenAt = now;
            }
            return now - seenAt;
        }

        @Override
        public void run() {
            try {
                for (Leg next = next(this); next != null; next = next(this)) {
                    run(next);
                }
            } finally {
                dismiss(this);
            }
        }

        private void run(Leg next) {
            try {
                run.accept(next);
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

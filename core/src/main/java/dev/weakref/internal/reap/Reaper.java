package dev.weakref.internal.reap;

import dev.weakref.Bootstrap;
import dev.weakref.internal.support.Defaults;
import dev.weakref.internal.support.Logging;
import dev.weakref.internal.support.Threads;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that looks for what died and has it removed. It runs no user code.
 *
 * <p>It sleeps on a queue that receives a <em>sentinel</em>: an object that nobody holds and that therefore dies at
 * the next collection. Awake, it looks at the queue of everything it watches, which takes one volatile read where
 * nothing died, and has reaped where something did.
 *
 * <p>The sentinel alone would not do: the JVM enqueues the references of one collection one by one and in any order within a kind,
 * and a collection of the old generation need not find a young sentinel dead. So it looks again after a millisecond,
 * then after ever longer pauses up to a second, which is the longest that a dead object waits to be noticed, but for a rest.
 *
 * <p>Work that finds mostly the living is followed by a rest of fifteen times its length, though of no more than three
 * seconds, so that it takes a small part of one core; work that finds the dead goes on at once. Each of those it looks
 * after rests by itself, and a table goes on meanwhile to remove one by one what comes off its queue: else endless
 * short-lived entries would fill the memory during a rest.
 *
 * <p>The thread starts with the first watch and ends when its list has been empty for a while.
 */
public final class Reaper {

    public static final Reaper SHARED = new Reaper(Threads.thatMayNotBlock("weakref-reaper"), Defaults.KEEP_ALIVE);

    private static final long LONGEST_PAUSE_MILLIS = 1_000;
    private static final long PAUSE_IN_A_REST_MILLIS = 20;
    private static final int REST_FACTOR = 15;
    private static final long PAUSE_AFTER_FAILURE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final String LOOKS_AGAIN = "The reaper will check again";
    private static final String NO_SIGNAL = "The reaper continues without a signal for a while";
    private static final long LONGEST_REST_NANOS = TimeUnit.SECONDS.toNanos(3);

    /** How the JVM writes the package in the message of a {@link NoClassDefFoundError}. */
    private static final String OWN = "dev/weakref/";

    private final ThreadFactory threads;
    private final long keepAliveNanos;
    private final AtomicBoolean running = new AtomicBoolean();
    private final ReferenceQueue<Object> signals = new ReferenceQueue<>();
    private final ConcurrentLinkedQueue<Watched> watches = new ConcurrentLinkedQueue<>();
    private volatile @Nullable Sentinel sentinel;
    private boolean postponed;

    public Reaper(ThreadFactory threads, Duration keepAlive) {
        this.threads = threads;
        this.keepAliveNanos = Defaults.nanos(keepAlive);
        sentinel = new Sentinel(signals); // so that its class is loaded while there is a loader
    }

    public boolean isRunning() {
        return running.get();
    }

    /** Looks at everything that is watched, for those who want to see it. */
    public void forEachWatched(Consumer<Reapable> action) {
        Set<Reapable> seen = Collections.newSetFromMap(new IdentityHashMap<>()); // an addition may put it there twice
        for (Watched watch : watches) {
            Reapable reapable = watch.get();
            if (reapable != null && seen.add(reapable)) {
                action.accept(reapable);
            }
        }
    }

    /** For tests: how long the list is. */
    int watched() {
        return watches.size();
    }

    /**
     * Puts it on the list and starts the thread if it does not run. If there is no thread for it, the next addition tries again.
     *
     * @throws OutOfMemoryError if it cannot be put on the list
     */
    void watch(Reapable reapable) {
        enlist(reapable);
        try {
            start();
        } catch (Throwable shortage) {
            Logging.failure("The reaper could not be started; the next addition tries again", shortage);
        }
    }

    private void enlist(Reapable reapable) {
        synchronized (reapable.queue) {
            if (!reapable.watched) {
                watches.add(new Watched(reapable));
                reapable.watched = true;
            }
        }
    }

    /** Has it reaped soon, even though nothing was found on its queue, and even if it rests. */
    void requestSweep(Reapable reapable) {
        reapable.sweepRequested.set(true);
        reapable.watch();
        Sentinel current = sentinel;
        if (current != null) {
            current.enqueue();
        }
    }

    private void start() {
        if (running.compareAndSet(false, true)) {
            boolean started = false;
            try {
                threads.newThread(this::run).start();
                started = true;
            } finally {
                if (!started) {
                    running.set(false);
                }
            }
        }
    }

    /**
     * What the thread does.
     *
     * <p><b>Why it does not end while something is watched.</b> Whatever is thrown, it begins again; the handlers allocate
     * nothing. When it ends because the list is empty, it gives {@code running} back before it looks at the list once more: so
     * either it sees an addition and takes {@code running} again, or the addition starts a thread.
     */
    private void run() {
        while (true) {
            try {
                watchUntilIdle();
            } catch (LinkageError unloaded) {
                running.set(false);
                return; // the library's class loader was closed, and another thread would fare no better
            } catch (Throwable shortage) {
                Logging.failure(LOOKS_AGAIN, shortage);
                LockSupport.parkNanos(PAUSE_AFTER_FAILURE_NANOS);
                continue;
            }
            running.set(false);
            if (watches.isEmpty() || !running.compareAndSet(false, true)) {
                return;
            }
        }
    }

    private void watchUntilIdle() {
        long pause = 1;
        long lastTidied = System.nanoTime();
        long lastBusy = lastTidied;
        while (true) {
            boolean signalled = awaitSignal(pause);
            Logging.writeMissed();
            boolean found = passSafely();
            long longest = postponed ? PAUSE_IN_A_REST_MILLIS : LONGEST_PAUSE_MILLIS;
            pause = signalled || found ? 1 : Math.min(2 * pause, longest);
            long now = System.nanoTime();
            if (now - lastTidied >= keepAliveNanos) {
                lastTidied = now;
                compactSafely();
            }
            if (!watches.isEmpty()) {
                lastBusy = now;
            } else if (now - lastBusy >= keepAliveNanos) {
                return;
            }
        }
    }

    /** Makes one pass as the thread would; see {@link Bootstrap}. */
    public void exercise() {
        awaitSignal(1);
        passSafely();
        compactSafely();
    }

    /** Waits for a collection, or until it is time to look again; whether there was a collection. */
    private boolean awaitSignal(long pauseMillis) {
        try {
            if (sentinel == null) {
                sentinel = new Sentinel(signals);
            }
            if (signals.remove(pauseMillis) != null) {
                sentinel = null;
                return true;
            }
        } catch (InterruptedException nobodyMayStopIt) {
            Thread.interrupted();
        } catch (Throwable shortage) {
            Logging.failure(NO_SIGNAL, shortage);
            LockSupport.parkNanos(PAUSE_AFTER_FAILURE_NANOS);
        }
        return false;
    }

    /** Goes on where even the list cannot be walked, for want of memory. */
    private boolean passSafely() {
        try {
            return pass();
        } catch (VirtualMachineError shortage) {
            Logging.failure(LOOKS_AGAIN, shortage);
            return false;
        }
    }

    private void compactSafely() {
        try {
            compact();
        } catch (VirtualMachineError shortage) {
            Logging.failure("The reaper will compact again", shortage);
        }
    }

    /** Looks once at everything watched, and has reaped where something died; whether anything was found. */
    public boolean pass() {
        boolean found = false;
        postponed = false;
        for (Iterator<Watched> list = watches.iterator(); list.hasNext(); ) {
            Watched watch = list.next();
            try {
                if (watch.refersTo(null)) {
                    list.remove();
                } else {
                    found |= poll(watch);
                    watch.everyPass();
                }
            } catch (Throwable failure) {
                watch.failed = true;
                giveUpIfUnloaded(failure);
                Logging.failure("Reaping failed and will be tried again", failure);
            }
        }
        return found;
    }

    private boolean poll(Watched watch) {
        // Taken before it is reaped, so that a hurry that comes meanwhile counts for the next look.
        boolean everywhere = watch.failed || (watch.sweepRequested.get() && watch.sweepRequested.getAndSet(false));
        boolean resting = !everywhere && watch.isResting();
        if (resting && watch.alwaysSweeps) {
            postponed = true;
            return false;
        }
        Reference<?> first = everywhere ? null : watch.queue.poll();
        if (first == null && !everywhere) {
            return false;
        }
        Reapable reapable = watch.get();
        if (reapable != null) {
            watch.failed = false;
            long begin = System.nanoTime();
            Object event = ReapEvents.begin();
            double onTheLiving = reapable.reap(first, resting);
            ReapEvents.end(event, reapable);
            if (!everywhere) {
                watch.rest(begin, onTheLiving);
            }
        }
        return true;
    }

    /** Where a class of the library is not found any more, its class loader was closed, and nothing can go on. */
    private static void giveUpIfUnloaded(Throwable failure) {
        if (failure instanceof NoClassDefFoundError missing
                && String.valueOf(missing.getMessage()).startsWith(OWN)) {
            throw missing;
        }
    }

    /** Takes what is empty off the list. */
    private void compact() {
        for (Iterator<Watched> list = watches.iterator(); list.hasNext(); ) {
            Watched watch = list.next();
            try {
                Reapable reapable = watch.get();
                if (reapable != null) {
                    reapable.compact();
                    reapable.watched = false;
                    if (reapable.isEmpty()) {
                        list.remove();
                    } else {
                        keep(reapable, list);
                    }
                }
            } catch (Throwable failure) {
                giveUpIfUnloaded(failure);
                Logging.failure("Compaction failed and will be tried again", failure);
            }
        }
    }

    /** Goes on watching, unless an addition has put it on the list a second time. */
    private static void keep(Reapable reapable, Iterator<Watched> list) {
        synchronized (reapable.queue) {
            if (reapable.watched) {
                list.remove();
            }
            reapable.watched = true;
        }
    }

    /**
     * Dies at the next collection. A phantom reference, because those lead the list that the JVM enqueues: its collectors
     * but ZGC and Shenandoah put each kind that they are done with in front of the kinds before, and do phantom references last
     * ({@code ReferenceProcessor} in the sources of HotSpot). Found among a million weak ones it would come late.
     */
    private static final class Sentinel extends PhantomReference<Object> {
        Sentinel(ReferenceQueue<Object> signals) {
            super(new Object(), signals);
        }
    }

    /** One line of the list: reaches a table only weakly, so that the table itself can be collected. */
    private static final class Watched extends WeakReference<Reapable> {
        final ReferenceQueue<Object> queue;
        final AtomicBoolean sweepRequested;

        private final @Nullable Reapable held;

        final boolean alwaysSweeps;
        boolean failed;
        private boolean resting;
        private long restUntil;

        void everyPass() {
            if (held != null) {
                held.everyPass();
            }
        }

        Watched(Reapable reapable) {
            super(reapable);
            queue = reapable.queue;
            sweepRequested = reapable.sweepRequested;
            held = reapable.keepsAlive() ? reapable : null;
            alwaysSweeps = reapable.alwaysSweeps();
        }

        /** Rests after work that began then, by the part of it that went to the living. */
        void rest(long begin, double onTheLiving) {
            long now = System.nanoTime();
            long rest = (long) (REST_FACTOR * onTheLiving * (now - begin));
            if (rest > 0) {
                resting = true;
                restUntil = now + Math.min(rest, LONGEST_REST_NANOS);
            }
        }

        boolean isResting() {
            resting = resting && System.nanoTime() - restUntil < 0;
            return resting;
        }
    }
}

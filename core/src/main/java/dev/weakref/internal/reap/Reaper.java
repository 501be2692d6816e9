package dev.weakref.internal.reap;

import dev.weakref.internal.dispatch.ListenerCalls;
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
 * The one thread that finds what has died and lets it be removed. It runs no user code.
 *
 * <p>It sleeps on a queue that receives a <em>sentinel</em>: an object that nothing holds and that therefore dies at
 * the next collection. Awake, it polls the queue of each reapable, which is one volatile read if nothing died there.
 *
 * <p>The sentinel alone is not enough: references of one collection are enqueued one by one, in no particular order
 * within a kind, and an old-generation collection need not clear a young sentinel. So the reaper polls again after a
 * millisecond, then after ever longer pauses.
 *
 * <p>A pass that mostly visits live references is followed by a rest, so that the reaper uses a small share of one
 * core; after one that finds dead ones it continues at once. Each reapable rests by itself. A table that rests still
 * removes what is on its queue, one by one: otherwise endless short-lived entries would fill the memory.
 */
public final class Reaper {

    public static final Reaper SHARED = new Reaper(Threads.thatMayNotBlock("weakref-reaper"), Defaults.KEEP_ALIVE);

    /** Without a signal, so long a dead object may go unnoticed; shorter ones would wake an idle program more often. */
    private static final long LONGEST_PAUSE_MILLIS = 1_000;

    /** While something rests, its queue still has to be drained; 50 passes a second cost next to nothing. */
    private static final long PAUSE_IN_A_REST_MILLIS = 20;

    /** A rest is so many times as long as a pass over live references: these take a sixteenth of one core. */
    private static final int REST_FACTOR = 15;

    /** While memory is exhausted: long enough to leave the processor to others. */
    private static final long PAUSE_AFTER_FAILURE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final String LOOKS_AGAIN = "The reaper will check again";
    private static final String NO_SIGNAL = "The reaper continues without a signal for a while";

    /** Reached by a pass of 200 ms: a longer rest would delay actions by more, a shorter one would take more time. */
    private static final long LONGEST_REST_NANOS = TimeUnit.SECONDS.toNanos(3);

    /** The library's root package as a {@link NoClassDefFoundError} spells it. It covers the internal packages. */
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
        sentinel = new Sentinel(signals); // so that its class is loaded while the class loader is open
    }

    public boolean isRunning() {
        return running.get();
    }

    /** Visits everything that is watched. */
    public void forEachWatched(Consumer<Reapable> action) {
        Set<Reapable> seen = Collections.newSetFromMap(new IdentityHashMap<>()); // an addition may list it twice
        for (Watched watch : watches) {
            Reapable reapable = watch.get();
            if (reapable != null && seen.add(reapable)) {
                action.accept(reapable);
            }
        }
    }

    int watched() {
        return watches.size();
    }

    /**
     * Adds it to the list, and starts the thread if it does not run. If no thread is available, the next addition tries
     * again.
     *
     * @throws OutOfMemoryError if it cannot be put on the list
     */
    public void watch(Reapable reapable) {
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

    /** Requests that it is reaped soon, even if nothing was found on its queue or it rests. */
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
     * <p><b>Why it does not end while something is watched.</b> Whatever is thrown, the loop begins again; the handlers
     * allocate nothing. If the thread ends because the list is empty, it writes {@code running} before it reads the
     * list once more: so either it sees an addition and takes {@code running} again, or the addition starts a thread.
     */
    private void run() {
        while (true) {
            try {
                watchUntilIdle();
            } catch (LinkageError unloaded) {
                running.set(false);
                return; // the library's class loader was closed; another thread would fail as well
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
            boolean listenersWait = ListenerCalls.DISPATCHER.retry(); // tables do not try again themselves
            long longest = postponed ? PAUSE_IN_A_REST_MILLIS : LONGEST_PAUSE_MILLIS;
            pause = signalled || found ? 1 : Math.min(2 * pause, longest);
            long now = System.nanoTime();
            if (now - lastTidied >= keepAliveNanos) {
                lastTidied = now;
                compactSafely();
            }
            if (!watches.isEmpty() || listenersWait) {
                lastBusy = now;
            } else if (now - lastBusy >= keepAliveNanos) {
                return;
            }
        }
    }

    /** Makes one pass as the thread would; see {@code LibraryInitializer}. */
    public void exercise() {
        awaitSignal(1);
        passSafely();
        compactSafely();
    }

    /** Waits for a collection, but no longer than this; whether there was one. */
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

    /** Continues even if memory does not suffice to iterate over the list. */
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

    /** Polls everything watched once, and reaps where something died; whether anything was found. */
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
        // Cleared before it is reaped, so that a request that comes during the sweep counts for the next pass.
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
            Object event = JfrReapEvents.begin();
            double onTheLiving = reapable.reap(first, resting);
            JfrReapEvents.end(event, reapable);
            if (!everywhere) {
                watch.rest(begin, onTheLiving);
            }
        }
        return true;
    }

    /** If a class of the library is not found, its class loader was closed, and nothing can continue. */
    private static void giveUpIfUnloaded(Throwable failure) {
        if (failure instanceof NoClassDefFoundError missing
                && String.valueOf(missing.getMessage()).startsWith(OWN)) {
            throw missing;
        }
    }

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

    /** Keeps it on the list, unless an addition has listed it a second time. */
    private static void keep(Reapable reapable, Iterator<Watched> list) {
        synchronized (reapable.queue) {
            if (reapable.watched) {
                list.remove();
            }
            reapable.watched = true;
        }
    }

    @Override
    public String toString() {
        return "Reaper[" + (isRunning() ? "running" : "not running") + ", watches " + watched() + "]";
    }

    /**
     * Dies at the next collection. A phantom reference, because HotSpot's collectors (except ZGC and Shenandoah)
     * prepend each kind of reference to the pending list and process phantom references last
     * ({@code ReferenceProcessor}), so this one is enqueued first. As a weak reference among a million others it would
     * be found late.
     */
    private static final class Sentinel extends PhantomReference<Object> {
        Sentinel(ReferenceQueue<Object> signals) {
            super(new Object(), signals);
        }
    }

    /** An element of the list. It refers to a table only weakly, so that the table itself can be collected. */
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

        /** Begins a rest after a pass that began at this time, proportional to the part spent on live references. */
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

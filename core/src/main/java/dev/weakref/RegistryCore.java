package dev.weakref;

import dev.weakref.Finalizer.Trigger;
import dev.weakref.internal.dispatch.DispatchTask;
import dev.weakref.internal.dispatch.SerialDispatcher;
import dev.weakref.internal.dispatch.TaskBatch;
import dev.weakref.internal.dispatch.TaskOwner;
import dev.weakref.internal.dispatch.Watchdog;
import dev.weakref.internal.reap.CreationLog;
import dev.weakref.internal.reap.LogIterator;
import dev.weakref.internal.support.CoarseClock;
import dev.weakref.internal.support.Defaults;
import dev.weakref.internal.support.LogFields;
import dev.weakref.internal.support.Names;
import dev.weakref.internal.support.Threads;
import dev.weakref.internal.support.ValueBased;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What is behind a {@link FinalizerRegistry}: registers and finds finalizers, and connects creation log, dispatcher,
 * leak reports, counters and exit pass.
 *
 * <p>It is apart from the registry that the user holds, because the reaper holds it for as long as it has live
 * finalizers: so a registry that was dropped continues to run actions, and the drop can be noticed.
 */
final class RegistryCore {

    private static final AtomicLong COUNT = new AtomicLong();

    private final long number = COUNT.incrementAndGet();
    private final RegistrySettings settings;
    private final String name;
    private final long actionLimitNanos;
    private final @Nullable ClassLoader contextClassLoader =
            Thread.currentThread().getContextClassLoader();
    private final RegistryShutdown shutdown = new RegistryShutdown(this);
    private final ActionRunner runner;
    private final RunReporter reporter;
    private final CaptureScan captures;
    private final SerialDispatcher dispatcher;
    private final CreationLog log;
    private final LeakReporter leaks;
    private final OverdueMonitor overdueMonitor;
    private final long overdueAfterMillis;
    private final RunCounters counters = new RunCounters();
    private final RetriesAtExit retriesAtExit = new RetriesAtExit(this::registerForExit);
    private final AtomicInteger timingOut = new AtomicInteger();

    private @Nullable WeakReference<FinalizerRegistry> facade;
    private volatile boolean closed;

    RegistryCore(RegistrySettings settings) {
        this.settings = settings;
        name = String.valueOf(settings.name);
        actionLimitNanos = Defaults.nanos(settings.actionLimit);
        captures = new CaptureScan(settings.captureCheck, settings.lookup);
        long takeOverNanos = Defaults.nanos(settings.takeOver);
        dispatcher = new SerialDispatcher(
                "registry '" + Names.escape(name) + "'",
                threads(""),
                settings.maxWorkers,
                Watchdog.tickFor(settings.takeOver),
                task -> takeOverNanos,
                new Dispatching());
        runner = new ActionRunner(settings.executor, contextClassLoader, dispatcher::isStopped);
        log = new CreationLog(this, dispatcher, settings.reaper, this::registryWasDropped);
        leaks = new LeakReporter(name, settings);
        reporter = new RunReporter(settings, leaks, counters);
        overdueMonitor = new OverdueMonitor(() -> OverdueMonitor.reportOverdue(log, now()));
        overdueAfterMillis = Defaults.millis(settings.overdueAfter);
    }

    long number() {
        return number;
    }

    String name() {
        return name;
    }

    RegistrySettings settings() {
        return settings;
    }

    CreationLog log() {
        return log;
    }

    LeakReporter leaks() {
        return leaks;
    }

    /** For tests. */
    OverdueMonitor overdueMonitor() {
        return overdueMonitor;
    }

    RetriesAtExit retriesAtExit() {
        return retriesAtExit;
    }

    long overdueAfterMillis() {
        return overdueAfterMillis;
    }

    SerialDispatcher dispatcher() {
        return dispatcher;
    }

    long now() {
        return settings.clock.millis();
    }

    /** The wall-clock time at which {@link #now()} returned this. */
    Instant toInstant(long millis) {
        return settings.clock.toInstant(millis);
    }

    long actionLimitNanos() {
        return actionLimitNanos;
    }

    RunReporter reporter() {
        return reporter;
    }

    ActionRunner runner() {
        return runner;
    }

    RegistryShutdown shutdown() {
        return shutdown;
    }

    boolean isClosed() {
        return closed;
    }

    /** From now on a registration throws, unless the exit pass finds the finalizer first. */
    void refuseRegistrations() {
        closed = true;
        overdueMonitor.end();
    }

    ThreadFactory threads(String part) {
        ThreadFactory own = settings.threadFactory;
        return own != null ? own : Threads.daemons("weakref-" + Names.escape(name) + part, contextClassLoader);
    }

    void attachTo(FinalizerRegistry registry) {
        facade = new WeakReference<>(registry, log.queue);
    }

    private boolean registryWasDropped(Reference<?> gone) {
        if (gone == facade) {
            wasDropped();
        }
        return true;
    }

    /** Logs it, unless the registry was closed or has nothing that will not run at exit now. */
    void wasDropped() {
        long live = !shutdown.hasBegun() ? live() : 0;
        if (live > 0) {
            reporter.onDropped(live);
        }
    }

    /**
     * Registers a finalizer.
     *
     * <p><b>Why none is lost at the end.</b> This writes the slot, then reads {@code closed}; the exit pass writes
     * {@code closed}, then iterates over the slots once more; all of it volatile. So either the pass sees the
     * finalizer, or this sees {@code closed}; if both do, the state of the finalizer decides.
     */
    <R> FinalizerNode<R> register(Object referent, Object work, RareOptions details) {
        if (closed) {
            throw closedAlready();
        }
        ValueBased.check(referent, settings.refuseValueBased);
        captures.check(referent, BoundAction.actionOf(work), BoundAction.stateOf(work));
        FinalizerNode<R> node = new FinalizerNode<>(this, referent, work, details.withStack(leaks.stackOfCreation()));
        try {
            log.append(node);
            if (closed && (refuse(node) || node.isDetached())) { // or the exit pass found and detached it first
                throw closedAlready();
            }
            onRegistered(node);
        } catch (VirtualMachineError shortage) {
            refuse(node); // the caller gets the error and keeps the resource
            throw shortage;
        } finally {
            Reference.reachabilityFence(referent); // the log needs it until the slot is written
        }
        return node;
    }

    private void onRegistered(FinalizerNode<?> node) {
        if (node.id % CoarseClock.OFTEN == 0) {
            CoarseClock.SHARED.askedOften();
        }
        if (Jfr.recordsRegistrations()) {
            Jfr.registered(node, name);
        }
        long overdueAfter = node.overdueAfterMillis();
        if (overdueAfter != Long.MAX_VALUE) {
            overdueMonitor.expect(overdueAfter);
        }
    }

    /** Registers what is to run at exit, with the registry itself as the referent; not if the registry was dropped. */
    void registerForExit(String finalizer, Object work) {
        FinalizerRegistry registry = facade == null ? null : facade.get();
        if (registry != null) {
            register(registry, work, RareOptions.NONE.withName(finalizer));
        }
    }

    /** Takes back a registration, if it is still live; whether the resource is the caller's again. */
    boolean refuse(FinalizerNode<?> node) {
        boolean refused = node.slots != null && node.discard();
        if (refused) {
            counters.refused();
        }
        return refused;
    }

    private IllegalStateException closedAlready() {
        return new IllegalStateException("Registry '" + Names.escape(name)
                + "' is closed; release the resource yourself, or register before the registry closes");
    }

    Optional<FinalizerNode<?>> find(long id) {
        if (id < 1 || id == Long.MAX_VALUE) {
            return Optional.empty();
        }
        LogIterator live = log.newestFirst(id + 1);
        if (live.hasNext() && live.next() instanceof FinalizerNode<?> node && node.id() == id) {
            return Optional.of(node);
        }
        return Optional.empty();
    }

    /** Submits a live finalizer to be called; whether there is one with this id. */
    boolean callLater(long id) {
        Optional<FinalizerNode<?>> found = find(id);
        found.ifPresent(node -> {
            AtomicReference<@Nullable DispatchTask> once = new AtomicReference<>(node.asCall());
            dispatcher.submit(TaskBatch.of(() -> once.getAndSet(null)));
        });
        return found.isPresent();
    }

    /** How many finalizers are live. Takes no lock. */
    long live() {
        return counters.stats(log.appended(), Map.of(), 0).live();
    }

    RegistryStats stats() {
        return counters.stats(log.appended(), leaks.counts(), dispatcher.waiting());
    }

    /**
     * Counts an action that has passed its limit, and logs where it is.
     *
     * @param nanos how long it has run, as far as that was seen
     * @return false if it does not run any more, or not yet, and so has not timed out
     */
    boolean timeOut(FinalizerNode<?> node, Thread thread, long nanos) {
        StackTraceElement[] stack = thread.getStackTrace();
        timingOut.incrementAndGet();
        try {
            if (!node.markTimedOut()) {
                return node.hasTimedOut();
            }
            Trigger trigger = Objects.requireNonNull(node.trigger());
            ExitPass pass = shutdown.pass();
            try {
                if (pass != null) {
                    pass.timedOut(node);
                }
            } finally {
                reporter.onTimedOut(node, trigger, nanos, stack);
            }
            return true;
        } finally {
            timingOut.decrementAndGet();
        }
    }

    /** Whether an action runs that is waited for, or times out at this moment. */
    boolean isAnyRunning(ExitPass pass) {
        if (timingOut.get() > 0) {
            return true;
        }
        for (LogIterator running = log.running(); running.hasNext(); ) {
            if (pass.awaits(running.next())) {
                return true;
            }
        }
        return false;
    }

    /**
     * Starts no further automatic dispatch, and waits for what was started before.
     *
     * @param nanos how long to wait
     * @return whether nothing of that runs any more but what has timed out
     */
    boolean stopDispatching(ExitPass pass, long nanos) throws InterruptedException {
        dispatcher.stop();
        long begin = System.nanoTime();
        boolean ended = dispatcher.awaitRunning(nanos, task -> !pass.awaits(task));
        return ended && runner.isExecutorIdle(pass::awaits, nanos - (System.nanoTime() - begin));
    }

    @Override
    public String toString() {
        return "RegistryCore[" + Names.escape(name) + ", " + live() + " live, " + (closed ? "closed]" : "open]");
    }

    private final class Dispatching implements TaskOwner {

        @Override
        public void run(DispatchTask task) {
            runner.dispatch(task);
        }

        @Override
        public LogFields fields() {
            return reporter.fields();
        }

        @Override
        public void allStuck() {
            reporter.delayed(FinalizerDelay.Kind.ALL_WORKERS_STUCK, null, 0);
        }
    }
}

package dev.weakref;

import dev.weakref.Finalizer.Outcome;
import dev.weakref.Finalizer.Trigger;
import java.lang.System.Logger.Level;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * What is behind a {@link FinalizerRegistry}: its log, the relay that runs what dies, its counters and its end.
 *
 * <p>It is apart from the registry that the user holds, because the reaper holds it for as long as it has live
 * finalizers: so that a registry that was dropped goes on dispatching, and can be known to have been dropped.
 *
 * <p>It is long because it is the one place where log, relay, leaks, counters and exit pass meet.
 */
final class RegistryCore {

    private static final AtomicLong COUNT = new AtomicLong();

    private final long number = COUNT.incrementAndGet();
    private final Settings settings;
    private final String name;
    private final long actionLimitNanos;
    private final @Nullable ClassLoader contextClassLoader =
            Thread.currentThread().getContextClassLoader();
    private final CaptureScan captures;
    private final Relay dispatcher;
    private final Log log;
    private final Leaks leaks;
    private final OverdueWatch overdueWatch;
    private final long overdueAfterMillis;
    private final boolean timed;
    private final Counters counters = new Counters();
    private final SecondAttempts secondAttempts = new SecondAttempts(this);
    private final AtomicReference<@Nullable ExitPass> exitPass = new AtomicReference<>();

    private final AtomicInteger leavingBehind = new AtomicInteger();

    /** One permit for each action in the user's executor; all of them for the exit pass. */
    private final Semaphore inExecutor = new Semaphore(Integer.MAX_VALUE);

    private @Nullable WeakReference<FinalizerRegistry> facade;
    private @Nullable Thread jvmHook;
    private volatile boolean closed;

    RegistryCore(Settings settings) {
        this.settings = settings;
        name = String.valueOf(settings.name);
        actionLimitNanos = Settings.nanos(settings.actionLimit);
        captures = new CaptureScan(settings.captureCheck, settings.lookup);
        long takeOverNanos = Settings.nanos(settings.takeOver);
        dispatcher = new Relay(
                "registry '" + Names.escape(name) + "'",
                threads(""),
                settings.maxWorkers,
                Relay.tickFor(settings.takeOver),
                leg -> takeOverNanos,
                new Dispatching());
        log = new Log(this, dispatcher, settings.reaper, this::facadeIsGone);
        leaks = new Leaks(name, settings);
        overdueWatch = new OverdueWatch(log, this);
        overdueAfterMillis = Settings.millis(settings.overdueAfter);
        timed = !settings.listeners.isEmpty();
    }

    /** Its number among all registries. */
    long number() {
        return number;
    }

    String name() {
        return name;
    }

    Settings settings() {
        return settings;
    }

    Log log() {
        return log;
    }

    Leaks leaks() {
        return leaks;
    }

    /** For tests: the one that looks for the overdue. */
    OverdueWatch overdueWatch() {
        return overdueWatch;
    }

    SecondAttempts secondAttempts() {
        return secondAttempts;
    }

    long overdueAfterMillis() {
        return overdueAfterMillis;
    }

    Relay dispatcher() {
        return dispatcher;
    }

    /** The elapsed time now, in milliseconds. */
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

    boolean isTimed() {
        return timed;
    }

    boolean hasExecutor() {
        return settings.executor != null;
    }

    boolean isClosed() {
        return closed;
    }

    /** From now on whoever has registered is told that it was too late, unless the exit pass finds it first. */
    void refuseRegistrations() {
        closed = true;
        overdueWatch.end();
    }

    ThreadFactory threads(String part) {
        ThreadFactory own = settings.threadFactory;
        return own != null ? own : Threads.daemons("weakref-" + Names.escape(name) + part, contextClassLoader);
    }

    void ownedBy(FinalizerRegistry registry) {
        facade = new WeakReference<>(registry, log.queue);
    }

    private boolean facadeIsGone(Reference<?> gone) {
        if (gone == facade) {
            wasDropped();
        }
        return true;
    }

    /** Tells of it, unless the registry was closed or has nothing that will not run at exit now. */
    void wasDropped() {
        long live = exitPass.get() == null ? stats().live() : 0;
        if (live > 0) {
            Messages.log(
                    Level.WARNING,
                    () -> "Registry '" + Names.escape(name) + "' was dropped without being closed: its " + live
                            + " live finalizers run when their referents are collected,"
                            + " and not at exit; close it, or keep it until the program ends");
        }
    }

    /**
     * Registers a finalizer.
     *
     * <p><b>Why none is lost at the end.</b> This writes the slot, then reads {@code closed}; the exit pass writes
     * {@code closed}, then walks the slots once more; all of it volatile. So either the pass sees the finalizer, or
     * this sees {@code closed}; if both do, the state of the finalizer decides.
     */
    <R> FinalizerNode<R> register(Object referent, Object work, FinalizerNode.Details details) {
        if (closed) {
            throw closedAlready();
        }
        captures.check(referent, work);
        FinalizerNode<R> node = new FinalizerNode<>(this, referent, work, details.withStack(leaks.stackOfCreation()));
        StackReserve.ensure(); // so that no slot is claimed and not written
        try {
            log.append(node);
            if (closed && (refuse(node) || node.isDetached())) { // detached by the exit pass, which found it first
                throw closedAlready();
            }
            onRegistered(node);
        } catch (VirtualMachineError shortage) {
            refuse(node); // the caller is told that nothing was registered, and keeps the resource
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
        Flight.registered(node, name);
        long overdueAfter = node.overdueAfterMillis();
        if (overdueAfter != Long.MAX_VALUE) {
            overdueWatch.expect(overdueAfter);
        }
    }

    /** Registers what is to run at exit and belongs to nobody else; not if nobody holds the registry any more. */
    void registerForExit(String finalizer, Work work) {
        FinalizerRegistry registry = facade == null ? null : facade.get();
        if (registry != null) {
            register(registry, work, FinalizerNode.Details.NONE.withName(finalizer));
        }
    }

    /** Takes back what was registered, if it is still live; whether the resource is the caller's again. */
    boolean refuse(FinalizerNode<?> node) {
        boolean refused = node.place != null && node.discard();
        if (refused) {
            counters.refused();
        }
        return refused;
    }

    /** Whether the exit pass has begun. */
    boolean isClosing() {
        return exitPass.get() != null;
    }

    private IllegalStateException closedAlready() {
        return new IllegalStateException("Registry '" + Names.escape(name)
                + "' is closed; release the resource yourself, or register before the registry closes");
    }

    Stream<FinalizerInfo> finalizersBefore(long id) {
        Spliterator<LogNode> live = Spliterators.spliteratorUnknownSize(
                log.newestFirst(id), Spliterator.DISTINCT | Spliterator.NONNULL | Spliterator.ORDERED);
        return StreamSupport.stream(live, false).map(node -> ((FinalizerNode<?>) node).info());
    }

    Optional<FinalizerNode<?>> find(long id) {
        if (id < 1 || id == Long.MAX_VALUE) {
            return Optional.empty();
        }
        Log.Walk live = log.newestFirst(id + 1);
        if (live.hasNext() && live.next() instanceof FinalizerNode<?> node && node.id() == id) {
            return Optional.of(node);
        }
        return Optional.empty();
    }

    /** Hands a live finalizer over to be called; whether there is one with this id. */
    boolean callLater(long id) {
        Optional<FinalizerNode<?>> found = find(id);
        found.ifPresent(node -> {
            AtomicReference<Relay.@Nullable Leg> once = new AtomicReference<>(node.asCall());
            dispatcher.handOver(Relay.Batch.of(() -> once.getAndSet(null)));
        });
        return found.isPresent();
    }

    RegistryStats stats() {
        return counters.stats(log.appended(), leaks.counts(), dispatcher.waiting());
    }

    void countDetached() {
        counters.detached();
    }

    /** Counts a finalizer that its user has detached. Never throws: the caller is to get what was detached. */
    void onDetached(FinalizerNode<?> node) {
        try {
            counters.detached();
            if (node.isOverdue()) {
                leaks.found(Leak.Kind.RESOLVED, node.info());
            }
        } catch (VirtualMachineError shortage) {
            Messages.failure("A finalizer was detached and could not be counted", shortage);
        }
    }

    // What happens to the dead.

    /**
     * Runs what has died, or gives it to the user's executor. Allocates nothing without an executor. What cannot be run for
     * want of memory or stack is handed over again.
     */
    private void dispatch(Relay.Leg leg) {
        try {
            Executor executor = settings.executor;
            if (executor == null) {
                inContext(leg);
            } else {
                execute(executor, leg);
            }
        } catch (VirtualMachineError shortage) {
            tryAgain(leg);
            throw shortage;
        }
    }

    private final class Dispatching implements Relay.Owner {

        @Override
        public void run(Relay.Leg leg) {
            dispatch(leg);
        }

        @Override
        public void allStuck() {
            delayed(FinalizerDelay.Kind.ALL_WORKERS_STUCK, null, 0);
        }
    }

    /** Counts what delays others, and has the listeners told by another thread: the watch serves all registries. */
    void delayed(FinalizerDelay.Kind kind, @Nullable FinalizerInfo finalizer, long nanos) {
        counters.delayed(kind);
        if (!settings.listeners.isEmpty()) {
            FinalizerDelay delay = new FinalizerDelay(kind, name, finalizer, Duration.ofNanos(nanos));
            Callbacks.later(
                    "A finalizer listener",
                    List.<Runnable>of(() -> tell(listener -> listener.onDelay(delay)))
                            .iterator());
        }
    }

    private void tell(Consumer<FinalizerListener> event) {
        for (FinalizerListener listener : settings.listeners) {
            try {
                event.accept(listener);
            } catch (Throwable listenersFault) {
                Messages.failure("A listener of registry '" + Names.escape(name) + "' failed", listenersFault);
            }
        }
    }

    /** A call that no thread waits for is not repeated; its finalizer stays live. */
    private static void tryAgain(Relay.Leg leg) {
        if (leg instanceof LogNode node) {
            node.tryAgain();
        }
    }

    private void execute(Executor executor, Relay.Leg leg) {
        try {
            executor.execute(() -> runInExecutor(leg));
        } catch (Throwable rejection) {
            Messages.log(
                    Level.DEBUG, () -> leg.describe() + " was rejected by the executor and runs without it", rejection);
            inContext(leg);
        }
    }

    /** Runs it, unless the exit pass has begun, which will find it still live. */
    private void runInExecutor(Relay.Leg leg) {
        if (inExecutor.tryAcquire()) {
            try {
                if (exitPass.get() == null) {
                    inContext(leg);
                }
            } catch (VirtualMachineError shortage) {
                tryAgain(leg);
                throw shortage;
            } finally {
                inExecutor.release();
            }
        }
    }

    /** Runs it with the context class loader of the registry's creator, whatever the action before has left there. */
    private void inContext(Relay.Leg leg) {
        Thread me = Thread.currentThread();
        ClassLoader before = me.getContextClassLoader();
        useLoader(me, contextClassLoader);
        try {
            leg.run();
        } finally {
            useLoader(me, before);
        }
    }

    /** As {@link #inContext(Relay.Leg)}, for the turn of a finalizer in the exit pass. */
    void inContext(ExitPass pass, FinalizerNode<?> node) {
        Thread me = Thread.currentThread();
        ClassLoader before = me.getContextClassLoader();
        useLoader(me, contextClassLoader);
        try {
            pass.turn(node);
        } finally {
            useLoader(me, before);
        }
    }

    /** Writes it only where it is another one: writing a reference into an old object costs a fence with G1. */
    private static void useLoader(Thread me, @Nullable ClassLoader loader) {
        if (me.getContextClassLoader() != loader) {
            me.setContextClassLoader(loader);
        }
    }

    void ended(
            FinalizerNode<?> node, Trigger trigger, long nanos, @Nullable Object event, @Nullable Throwable failure) {
        ran(node, trigger, failure == null ? Outcome.SUCCESS : Outcome.FAILURE, nanos, event, failure);
    }

    private void ran(
            FinalizerNode<?> node,
            Trigger trigger,
            Outcome outcome,
            long nanos,
            @Nullable Object event,
            @Nullable Throwable failure) {
        counters.ran(trigger, outcome);
        if (trigger == Trigger.EXPLICIT ? node.isOverdue() : node.mustBeClosed()) {
            leaks.found(trigger == Trigger.EXPLICIT ? Leak.Kind.RESOLVED : Leak.Kind.NOT_CLOSED, node.info());
        }
        if (Messages.isDebugging()) {
            Messages.log(
                    Level.DEBUG,
                    () -> trigger + " finalizer " + node.id() + " '"
                            + node.info().name() + "' of registry '" + Names.escape(name) + "' " + outcome);
        }
        if (isTimed() || event != null) {
            FinalizerRun run = new FinalizerRun(node.info(), trigger, outcome, Duration.ofNanos(nanos), failure);
            Flight.runEnded(event, run, name);
            tell(listener -> listener.onRun(run));
        }
    }

    /** Tells the handler, or the log, of a failure that no caller waits for. */
    void report(FinalizerInfo info, Trigger trigger, Throwable failure) {
        String message = "Finalizer " + info.id() + " '" + info.name() + "' of registry '" + Names.escape(name)
                + "' failed (" + trigger + ", action " + info.action()
                + (info.createdBy() == null ? "" : ", created by " + info.createdBy()) + ")";
        if (settings.failureHandler == null) {
            Messages.failure(message, failure);
            return;
        }
        try {
            settings.failureHandler.accept(info, failure);
        } catch (Throwable handlersFault) {
            if (handlersFault != failure) {
                failure.addSuppressed(handlersFault);
            }
            Messages.failure(message + ", and so did the failure handler", failure);
        }
    }

    /**
     * An action has passed its limit: counts it and shows where it is.
     *
     * @param nanos how long it has run, as far as that was seen
     * @return false if it does not run any more, or not yet, and so was not left behind
     */
    boolean leaveBehind(FinalizerNode<?> node, Thread thread, long nanos) {
        StackTraceElement[] stack = thread.getStackTrace();
        leavingBehind.incrementAndGet();
        try {
            if (!node.markLeftBehind()) {
                return node.wasLeftBehind();
            }
            Trigger trigger = Objects.requireNonNull(node.trigger());
            ExitPass pass = exitPass.get();
            if (pass != null) {
                pass.leftBehind(node);
            }
            Messages.log(
                    Level.WARNING,
                    () -> node.describe() + " has passed its limit of " + Duration.ofNanos(node.limitNanos())
                            + ", or that of the exit pass, and is interrupted and left behind (" + trigger
                            + "); what it reaches is not collected until it ends. It is here:"
                            + Messages.stack(stack));
            Object event = Flight.runBegins();
            Flight.runStops(event);
            ran(node, trigger, Outcome.TIMEOUT, nanos, event, null);
            return true;
        } finally {
            leavingBehind.decrementAndGet();
        }
    }

    /** Whether an action runs that is waited for, or is being left behind at this moment. */
    boolean isAnyRunning(ExitPass pass) {
        if (leavingBehind.get() > 0) {
            return true;
        }
        for (Log.Walk running = log.running(); running.hasNext(); ) {
            if (pass.awaits(running.next())) {
                return true;
            }
        }
        return false;
    }

    void cameBack(FinalizerNode<?> node, long nanos, @Nullable Throwable failure) {
        delayed(FinalizerDelay.Kind.FINISHED_AFTER_ALL, node.info(), nanos);
        Messages.log(
                Level.INFO,
                () -> "Finalizer " + node.id() + " '" + node.info().name() + "' of registry '"
                        + Names.escape(name) + "' has come back after it was left behind, and "
                        + (failure == null ? "has done its work" : "has failed: " + failure),
                failure);
    }

    // The end.

    /** Begins the exit pass with all the time that the registry has for it, or waits for the one that was begun. */
    ExitReport shutdown() {
        return shutdown(settings.exitLimit);
    }

    /** Begins the exit pass, or waits for the one that was begun. */
    ExitReport shutdown(Duration atMost) {
        return shutdown(atMost, Thread.currentThread());
    }

    /**
     * Begins the exit pass, or waits for the one that was begun.
     *
     * <p><b>Why this works if a pass is given up.</b> An action that closes the registry needs a thread for the pass.
     * If there is none, the pass is removed from {@code exitPass} first and given up then. Another thread that closes
     * the registry, or the hook of the JVM, holds the pass that it met, and does not read the field before that pass
     * has ended. When it sees that pass given up, it finds the field empty, or another pass there, and so it begins one
     * or waits for one.
     *
     * @param waiting the thread that waits until this returns: the calling thread, or another one. The actions that it runs
     *     are not waited for
     */
    ExitReport shutdown(Duration atMost, Thread waiting) {
        StackReserve.ensure(); // for the thread that takes over if the pass overflows the stack of this one
        boolean inside = isInsideAction();
        List<Long> waitsInside = Inside.running(waiting, number);
        while (true) {
            ExitPass mine = new ExitPass(this, atMost);
            mine.doNotAwait(waitsInside); // before others can meet it: this needs memory
            ExitPass before = exitPass.compareAndExchange(null, mine);
            ExitPass pass = before == null ? mine : before;
            if (before != null) {
                before.doNotAwait(waitsInside);
            } else {
                if (!inside) {
                    try {
                        return run(mine);
                    } catch (StackOverflowError tooDeep) {
                        // Another thread has all the stack that it needs. What was done so far may be done twice.
                    }
                }
                runInAThread(mine);
            }
            if (inside) {
                return ExitPass.NOTHING;
            }
            ExitReport report = pass.await();
            if (!pass.wasGivenUp()) {
                return report;
            }
        }
    }

    /** With the hook in place until the end: a JVM that exits meanwhile waits for the pass. */
    private ExitReport run(ExitPass pass) {
        try {
            return pass.run();
        } finally {
            removeJvmHook();
        }
    }

    private void runInAThread(ExitPass pass) {
        boolean started = false;
        try {
            threads("-exit").newThread(() -> run(pass)).start();
            started = true;
        } finally {
            if (!started) {
                exitPass.set(null); // the next close begins it
                pass.giveUp();
            }
        }
    }

    /**
     * Starts no further automatic dispatch, and waits for what was started before.
     *
     * @param nanos how long to wait for what runs on and on
     * @return whether nothing of that runs any more but what was left behind
     */
    boolean stopDispatching(ExitPass pass, long nanos) throws InterruptedException {
        dispatcher.stop();
        long begin = System.nanoTime();
        boolean ended = dispatcher.awaitLegs(nanos, leg -> !pass.awaits(leg));
        return ended && (!hasExecutor() || isExecutorIdle(pass, nanos - (System.nanoTime() - begin)));
    }

    /**
     * Waits until the executor runs nothing that is waited for. What is stuck there keeps its permit; what begins from now on
     * sees the exit pass and does nothing.
     */
    private boolean isExecutorIdle(ExitPass pass, long nanos) throws InterruptedException {
        int free = Integer.MAX_VALUE - pass.notAwaited();
        if (!inExecutor.tryAcquire(free, nanos, TimeUnit.NANOSECONDS)) {
            return false;
        }
        inExecutor.release(free);
        return true;
    }

    /** Whether the calling thread is inside an action of this registry, which the exit pass would wait for. */
    private boolean isInsideAction() {
        Thread me = Thread.currentThread();
        ExitPass pass = exitPass.get();
        return Inside.isIn(number) || dispatcher.runsIn(me) || (pass != null && pass.runsIn(me));
    }

    /** Closes this registry when the JVM exits; closes it now if the JVM is exiting already. */
    void closeWithJvm() {
        Thread hook = new Thread(null, this::shutdownInHook, "weakref-" + name + "-shutdown-hook", 0, false);
        try {
            Runtime.getRuntime().addShutdownHook(hook);
            jvmHook = hook;
        } catch (IllegalStateException exitingAlready) {
            shutdown();
        }
    }

    /** Waits for a pass that was begun no longer than it may take: the thread that runs it may be the one that exits. */
    private void shutdownInHook() {
        Messages.jvmExits();
        ExitPass mine = new ExitPass(this, settings.exitLimit);
        ExitPass before = exitPass.compareAndExchange(null, mine);
        while (before != null) {
            before.awaitEnd();
            if (!before.wasGivenUp()) {
                return;
            }
            before = exitPass.compareAndExchange(null, mine);
        }
        run(mine);
    }

    private void removeJvmHook() {
        Thread hook = jvmHook;
        if (hook != null && hook != Thread.currentThread()) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException exitingAlready) {
                // The hook finds that the pass is over.
            }
        }
    }
}

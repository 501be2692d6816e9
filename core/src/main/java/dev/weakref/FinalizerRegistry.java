package dev.weakref;

import dev.weakref.internal.reap.Reaper;
import dev.weakref.internal.reap.TrackedReference;
import dev.weakref.internal.support.Arguments;
import dev.weakref.internal.support.Names;
import dev.weakref.internal.support.TimeSource;
import java.lang.invoke.MethodHandles;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Ties actions to the death of objects, and runs what is left when it is closed.
 *
 * <pre>{@code
 * try (var registry = FinalizerRegistry.create("workspaces")) {
 *     Path directory = Files.createTempDirectory("workspace");
 *     registry.register(workspace, directory, Files::delete);
 *     // … the directory goes when workspace is collected, at the latest here:
 * }
 * }</pre>
 *
 * <p>Each action runs exactly once, unless it is detached: when its finalizer is {@linkplain Finalizer#call() called},
 * when its referent has been collected, or, newest first, when the registry closes. The registry holds its finalizers
 * strongly and their referents weakly, so an action must not hold its referent: {@link CaptureCheck} refuses those that
 * do. Registries are independent of one another.
 *
 * <p><b>Threads.</b> All methods may be called by any thread. Actions of collected referents run on a thread of the
 * registry, newest first for one referent, with the context class loader of the registry's creator. An action that runs
 * for longer than the take-over time delays the others no further, and is interrupted at its limit. Threads are
 * daemons, start when needed, and end when idle. No lock of the registry is held while an action runs.
 *
 * <p><b>Failures.</b> What an action throws goes to the caller of {@code call()}, otherwise to the handler given to
 * {@link Builder#onFailure}, by default a log line of level {@code WARNING}.
 *
 * <p><b>Dropped without being closed,</b> a registry continues to run the actions of collected referents; it gets no
 * exit pass, and logs that once.
 *
 * <p>For an object whose end is a block of code, {@code try}-with-resources is simpler.
 *
 * @since 0.1
 */
public final class FinalizerRegistry implements AutoCloseable {

    private static final AtomicLong MADE = new AtomicLong();

    /** Not a {@link WeakSet}, which would keep the reaper running for as long as a registry is open. */
    private static final Set<FinalizerRegistry> OPEN =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    private static volatile @Nullable FinalizerRegistry global;

    private final long number = MADE.incrementAndGet();
    private final RegistryCore core;

    private FinalizerRegistry(RegistryCore core) {
        this.core = core;
        core.attachTo(this);
        OPEN.add(this);
    }

    /** A registry with all defaults, named {@code registry-}<i>n</i>. */
    public static FinalizerRegistry create() {
        return builder().build();
    }

    /**
     * A registry with all defaults but its name.
     *
     * @throws IllegalArgumentException if the name is blank or longer than 200 characters
     */
    public static FinalizerRegistry create(String name) {
        return builder().name(name).build();
    }

    /** For a registry with options. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The registry for plain Java programs, closed by a JVM shutdown hook. Closing it by hand removes the hook, and
     * closes it for good. If it is first used while the JVM shuts down, it is closed already.
     */
    public static FinalizerRegistry global() {
        FinalizerRegistry made = global;
        return made != null ? made : makeGlobal();
    }

    /** Not a static initializer: if the stack overflows in one, the class can never be used again. */
    private static synchronized FinalizerRegistry makeGlobal() {
        if (global == null) {
            FinalizerRegistry registry = create("global");
            registry.core.shutdown().closeWithJvm();
            global = registry;
        }
        return global;
    }

    /** All registries that the program holds and that have not begun to close, oldest first. */
    public static List<FinalizerRegistry> open() {
        synchronized (OPEN) { // as its wrapper requires for an iteration
            return OPEN.stream()
                    .filter(registry -> !registry.core.shutdown().hasBegun())
                    .sorted(Comparator.comparingLong(registry -> registry.number))
                    .toList();
        }
    }

    /** How much detail is recorded for leak reports. */
    public LeakLevel leakLevel() {
        return core.leaks().level();
    }

    /** Sets how much detail is recorded for leak reports, for what is registered from now on. */
    public void setLeakLevel(LeakLevel level) {
        core.leaks().level(Objects.requireNonNull(level, "level"));
    }

    /** The leaks that were reported, newest first; the newest 50 of them. */
    public List<Leak> leaks() {
        return core.leaks().newest();
    }

    /** Its name, as it appears in the log and in the names of its threads. */
    public String name() {
        return core.name();
    }

    /**
     * Registers an action to run when the referent has been collected, or at exit.
     *
     * @throws IllegalArgumentException if the action surely holds the referent, see {@link CaptureCheck#FAIL}, or as
     *     {@link Builder#refuseValueBased} says
     * @throws IllegalStateException if the registry is closed; the resource stays with the caller
     */
    public Finalizer<Void> register(Object referent, Action action) {
        Objects.requireNonNull(referent, "referent");
        Objects.requireNonNull(action, "action");
        return core.register(referent, action, RareOptions.NONE);
    }

    /**
     * Registers an action that is given a state, so that it need not capture anything.
     *
     * @throws IllegalArgumentException if action or state surely hold the referent, see {@link CaptureCheck#FAIL}, or
     *     as {@link Builder#refuseValueBased} says
     * @throws IllegalStateException if the registry is closed; the resource stays with the caller
     */
    public <S> Finalizer<Void> register(Object referent, S state, StateAction<? super S> action) {
        Objects.requireNonNull(referent, "referent");
        return core.register(referent, BoundAction.ofAction(state, action), RareOptions.NONE);
    }

    /** Begins a registration with options. Nothing is registered until one of its last methods is called. */
    public <T> Registration<T> finalizer(T referent) {
        return new Registration<>(core, null, referent);
    }

    /**
     * Makes a handle of a resource: an object that forwards to it, and whose collection closes it. It is the way to
     * have an <em>instance</em> method run when an object is collected.
     *
     * <p>{@code close()} on the handle closes the resource now, once; otherwise it is closed when the handle has been
     * collected, or at exit. The handle is reachable while one of its methods runs. A method that returns the resource
     * itself returns the handle. A handle equals what its resource equals.
     *
     * <p>What was got through a handle does not keep it alive: hold the {@code Connection} for as long as its
     * {@code Statement} is used. A caller that holds the resource itself can still use it after it was closed; so keep
     * the handle only.
     *
     * @param type an interface of the resource, which the handle implements
     * @param others further interfaces of the resource, which the handle implements as well
     * @throws IllegalArgumentException if a type is no interface or a sealed one, or if the resource does not
     *     implement it, or is such a handle; if no class loader sees all the types
     * @throws IllegalStateException if the registry is closed; the resource stays open and with the caller
     */
    public <I> I guard(AutoCloseable resource, Class<I> type, Class<?>... others) {
        return guard(resource, type, options -> options, others);
    }

    /** The same with options for the finalizer of the handle, such as {@link Registration#mustBeClosed()}. */
    public <I> I guard(
            AutoCloseable resource, Class<I> type, UnaryOperator<Registration<I>> options, Class<?>... others) {
        return GuardedHandle.handle(resource, type, this::finalizer, options, others);
    }

    /**
     * Opens a scope, which owns the finalizers that are registered through it, and calls them when it is closed.
     *
     * @throws IllegalArgumentException if the name is blank or longer than 200 characters
     */
    public FinalizerScope openScope(String name) {
        return new FinalizerScope(core, Names.check(name, "scope name"));
    }

    /**
     * The live finalizers, newest first. Lazy and weakly consistent: what is live during the whole walk appears
     * exactly once.
     */
    public Stream<FinalizerInfo> finalizers() {
        return finalizersBefore(Long.MAX_VALUE);
    }

    /** The live finalizers with a smaller id than this one, newest first, as {@link #finalizers()}. */
    public Stream<FinalizerInfo> finalizersBefore(long id) {
        return core.log().newestFirst(id).stream().map(FinalizerRegistry::infoOf);
    }

    /** The live finalizers with a greater id than this one, oldest first, as {@link #finalizers()}; 0 for all. */
    public Stream<FinalizerInfo> finalizersAfter(long id) {
        return core.log().oldestFirst(id).stream().map(FinalizerRegistry::infoOf);
    }

    private static FinalizerInfo infoOf(TrackedReference node) {
        return ((FinalizerNode<?>) node).info();
    }

    /** The live finalizer with this id. */
    public Optional<FinalizerInfo> find(long id) {
        return core.find(id).map(FinalizerNode::info);
    }

    /** The live finalizer with this id, to be called, detached or inspected; holding it keeps its action. */
    public Optional<Finalizer<?>> get(long id) {
        return core.find(id).map(node -> node);
    }

    /**
     * Requests that a thread of the registry calls the live finalizer with this id, with the trigger {@code EXPLICIT}:
     * after what was submitted before, within its limit, and with failures reported as for collected referents. The
     * user's own executor runs it without a limit. If the registry closes before its turn has come, the exit pass finds
     * it still live, and runs it or, if it is not to run at exit, detaches it.
     *
     * @return whether there is such a finalizer
     */
    public boolean callLater(long id) {
        return core.callLater(id);
    }

    /** The counters. They are kept up to date, so this visits no finalizer. */
    public RegistryStats stats() {
        return core.stats();
    }

    /**
     * Whether all workers are stuck at this moment, as {@link FinalizerDelay.Kind#ALL_WORKERS_STUCK} describes: no
     * action of a collected referent starts until one of theirs has ended.
     */
    public boolean isStuck() {
        return core.dispatcher().isStuck();
    }

    /**
     * Closes the registry and runs what is left, within the exit limit.
     *
     * <p>First run those whose referent is dead already, then the live ones that are to run at exit, newest first, one
     * at a time, those registered during the pass next. An action that passes its limit is interrupted and times out.
     * The pass waits for actions that are running already. No other action is started during the pass. A second call
     * waits for the first and returns the same report; called from inside an action of this registry it returns at
     * once, with an empty report, and the pass continues in a thread of its own. An interrupt of the closing thread
     * does not end the pass; it is kept for later.
     */
    public ExitReport shutdown() {
        return core.shutdown().run();
    }

    /**
     * The same as {@link #shutdown()} in less time, as where several registries share one limit.
     *
     * @param atMost how long the pass may take, if that is shorter than the exit limit; with no time left nothing more
     *     is run, and what was to run is reported as cut off
     */
    public ExitReport shutdown(Duration atMost) {
        return core.shutdown().run(Objects.requireNonNull(atMost, "atMost"));
    }

    /**
     * The same as {@link #shutdown(Duration)}, called on behalf of another thread, as by a framework that closes
     * registries in a thread of its own.
     *
     * @param waiting the thread that waits until this has returned. If it runs an action of this registry, the pass
     *     does not wait for that action, which cannot end before the pass has
     */
    public ExitReport shutdown(Duration atMost, Thread waiting) {
        return core.shutdown()
                .run(Objects.requireNonNull(atMost, "atMost"), Objects.requireNonNull(waiting, "waiting"));
    }

    /** The same as {@link #shutdown()}. */
    @Override
    public void close() {
        shutdown();
    }

    /** Whether it takes no more registrations: the exit pass has run what it found, or ran out of time. */
    public boolean isClosed() {
        return core.isClosed();
    }

    /** Its name and its number of live finalizers. */
    @Override
    public String toString() {
        return "FinalizerRegistry[" + Names.escape(name()) + ", " + core.live() + " live]";
    }

    /** What to do when the referent is gone. */
    @FunctionalInterface
    public interface Action {
        /** Releases what belonged to the referent. */
        void run() throws Exception;
    }

    /** What to do with a state when the referent is gone. */
    @FunctionalInterface
    public interface StateAction<S> {
        /** Releases what the state describes. */
        void run(S state) throws Exception;
    }

    /** What to compute from a state when the referent is gone. */
    @FunctionalInterface
    public interface StateFunction<S, R> {
        /** Computes the result that {@link Finalizer#call()} returns. */
        @Nullable R call(S state) throws Exception;
    }

    /** What to do, given the trigger, and the referent if it still lives. */
    @FunctionalInterface
    public interface TriggerAction<T> {
        /**
         * Runs the action.
         *
         * @param referent the referent for {@code EXPLICIT} and {@code EXIT}, unless it has died; {@code null} for
         *     {@code UNREACHABLE}
         */
        void run(@Nullable T referent, Finalizer.Trigger trigger) throws Exception;
    }

    /**
     * The options of one registration; the last call registers. Not for use by several threads.
     *
     * @param <T> the type of the referent
     */
    public static final class Registration<T> extends RegistrationOptions<Registration<T>> {

        private final T referent;

        Registration(RegistryCore core, @Nullable FinalizerScope scope, T referent) {
            super(core, scope);
            this.referent = Objects.requireNonNull(referent, "referent");
        }

        /** A state to be given to the action, so that it need not capture anything. */
        public <S> StateRegistration<S> state(S state) {
            return new StateRegistration<>(this, referent, Objects.requireNonNull(state, "state"));
        }

        /** Registers this action; errors as in {@link FinalizerRegistry#register(Object, Action)}. */
        public Finalizer<Void> run(Action action) {
            return register(referent, Objects.requireNonNull(action, "action"));
        }

        /**
         * Registers this function, whose result {@link Finalizer#call()} returns; errors as in {@code run}. If the
         * result is a {@link java.util.concurrent.CompletionStage}, the exit pass waits for it within the limit of the
         * action and then cancels it. Otherwise no thread waits, and a failure is reported when it comes.
         */
        public <R> Finalizer<R> call(Callable<R> function) {
            return register(referent, BoundAction.ofCallable(function));
        }

        /** Registers an action that is told its trigger and given the living referent; errors as in {@code run}. */
        public Finalizer<Void> onTrigger(TriggerAction<? super T> action) {
            return register(referent, BoundAction.ofTrigger(action));
        }
    }

    /**
     * The options of one registration with a state; the last call registers. Not for use by several threads.
     *
     * @param <S> the type of the state
     */
    public static final class StateRegistration<S> extends RegistrationOptions<StateRegistration<S>> {

        private final Object referent;
        private final S state;

        StateRegistration(RegistrationOptions<?> options, Object referent, S state) {
            super(options);
            this.referent = referent;
            this.state = state;
        }

        /** Registers this action; errors as in {@link FinalizerRegistry#register(Object, Object, StateAction)}. */
        public Finalizer<Void> run(StateAction<? super S> action) {
            return register(referent, BoundAction.ofAction(state, action));
        }

        /** Registers this function; results and errors as in {@link Registration#call}. */
        public <R> Finalizer<R> call(StateFunction<? super S, ? extends R> function) {
            return register(referent, BoundAction.ofFunction(state, function));
        }
    }

    /** The options of a registry. Not for use by several threads; {@link #build()} may be called more than once. */
    public static final class Builder {

        private final RegistrySettings settings = new RegistrySettings();

        private Builder() {}

        /**
         * The name in the log and of the threads; by default {@code registry-}<i>n</i>.
         *
         * @throws IllegalArgumentException if it is blank or longer than 200 characters
         */
        public Builder name(String name) {
            settings.name = Names.check(name, "registry name");
            return this;
        }

        /**
         * Runs actions of collected referents in this executor instead of the registry's own threads. Then only the
         * order of hand-over holds. What the executor rejects, the registry runs itself.
         */
        public Builder executor(Executor executor) {
            settings.executor = Objects.requireNonNull(executor, "executor");
            return this;
        }

        /**
         * The factory of the threads that run actions, for example virtual ones; daemon threads by default. It may
         * block: only the actions of this registry wait for it.
         */
        public Builder threadFactory(ThreadFactory factory) {
            settings.threadFactory = Objects.requireNonNull(factory, "factory");
            return this;
        }

        /** What to do with an action that holds its referent; {@code FAIL} by default. */
        public Builder captureCheck(CaptureCheck check) {
            settings.captureCheck = Objects.requireNonNull(check, "check");
            return this;
        }

        /** Opens the fields of a named module to the capture check, which cannot look into it otherwise. */
        public Builder lookup(MethodHandles.Lookup lookup) {
            settings.lookup = Objects.requireNonNull(lookup, "lookup");
            return this;
        }

        /**
         * How long an action may run before it is interrupted and times out; 10 seconds by default.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder actionLimit(Duration limit) {
            settings.actionLimit = Arguments.positive(limit, "action limit");
            return this;
        }

        /**
         * How long an action may run before the next one starts alongside it; 1 second by default.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder takeOver(Duration time) {
            settings.takeOver = Arguments.positive(time, "take-over time");
            return this;
        }

        /**
         * How many threads may run actions at the same time if some are stuck; 8 by default.
         *
         * @throws IllegalArgumentException if it is less than 1
         */
        public Builder maxWorkers(int workers) {
            settings.maxWorkers = Arguments.atLeastOne(workers, "number of workers");
            return this;
        }

        /**
         * How long the exit pass may take; 28 seconds by default.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder exitLimit(Duration limit) {
            settings.exitLimit = Arguments.positive(limit, "exit limit");
            return this;
        }

        /** How much detail to record for leak reports; for the default see {@link LeakLevel}. */
        public Builder leakLevel(LeakLevel level) {
            settings.leakLevel = Objects.requireNonNull(level, "level");
            return this;
        }

        /**
         * The fraction of finalizers (0 to 1) whose creation stack is recorded at level {@code ADVANCED}; 0.01 by
         * default.
         *
         * @throws IllegalArgumentException if it is less than 0 or more than 1
         */
        public Builder leakSampling(double part) {
            settings.leakSampling = Arguments.fraction(part, "leak sampling");
            return this;
        }

        /**
         * After how long a finalizer that is still live is reported as an overdue {@link Leak}; never by default.
         * This is elapsed time, whatever the wall clock is set to. Time in which the machine was suspended counts
         * only if {@link System#nanoTime()} counts it.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder overdueAfter(Duration limit) {
            settings.overdueAfter = Arguments.positive(limit, "overdue limit");
            return this;
        }

        /**
         * Whether a finalizer that must be closed is a leak if it is still live when the registry closes; false by
         * default, because what a program uses until its end is open then and need not be closed.
         */
        public Builder reportOpenAtExit(boolean report) {
            settings.reportOpenAtExit = report;
            return this;
        }

        /**
         * Whether a referent of a value-based class, such as {@code Integer}, {@code LocalDate} or {@code Optional}, is
         * refused with an {@link IllegalArgumentException}; by default it is logged once for each class. Its finalizer
         * may run while an equal object is in use, or never before the exit.
         */
        public Builder refuseValueBased(boolean refuse) {
            settings.refuseValueBased = refuse;
            return this;
        }

        /** Adds a listener that is told of leaks, after those added before. */
        public Builder leakListener(LeakListener listener) {
            settings.leakListeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /** Adds a listener that is told of every run, after those added before. */
        public Builder listener(FinalizerListener listener) {
            settings.listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /**
         * Handles what actions throw if no caller waits for it, in the thread that ran the action; by default a log
         * line. What the handler throws itself is logged.
         */
        public Builder onFailure(BiConsumer<? super FinalizerInfo, ? super Throwable> handler) {
            settings.failureHandler = Objects.requireNonNull(handler, "handler");
            return this;
        }

        /** The settings as they are now. */
        @Override
        public String toString() {
            return "FinalizerRegistry.Builder[" + settings + "]";
        }

        Builder clock(TimeSource clock) {
            settings.clock = clock;
            return this;
        }

        Builder reaper(Reaper reaper) {
            settings.reaper = reaper;
            return this;
        }

        /** The registry. */
        public FinalizerRegistry build() {
            LibraryInitializer.ensure();
            return new FinalizerRegistry(new RegistryCore(settings.copy()));
        }
    }

    /** The core behind this registry, for other classes of the library. */
    RegistryCore core() {
        return core;
    }
}

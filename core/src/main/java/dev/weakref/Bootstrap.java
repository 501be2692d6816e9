package dev.weakref;

import dev.weakref.FinalizerRegistry.Action;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Initialises every class of the library before its first registry, collection or reference is made.
 *
 * <p><b>Why beforehand.</b> A class whose initialisation fails, because stack or memory is exhausted, fails for ever with a
 * {@link NoClassDefFoundError}. A class that is first used at the end may be gone by then: its file was replaced by a build, or
 * its class loader was closed by a server.
 *
 * <p><b>Why in a thread of its own.</b> It has a whole stack, however deep the caller is. The caller waits, and holds no lock
 * that this thread needs: no class of the library calls {@link #ensure()} while it is initialised.
 */
final class Bootstrap implements Runnable {

    static final Class<?>[] CLASSES = {
        AbstractWeakMap.class,
        Backlog.class,
        CallbackNode.class,
        Callbacks.class,
        CaptureCheck.class,
        CaptureScan.class,
        CapturedReferentException.class,
        CoarseClock.class,
        CollectionOptions.class,
        CollectionStats.class,
        ConstantPool.class,
        Counters.class,
        CreationStack.class,
        DeletionTarget.class,
        ElapsedTime.class,
        ExitPass.class,
        ExitReport.class,
        FieldReaders.class,
        Finalizer.class,
        FinalizerException.class,
        FinalizerInfo.class,
        FinalizerDelay.class,
        FinalizerListener.class,
        FinalizerNode.class,
        FinalizerRegistry.class,
        FinalizerRun.class,
        FinalizerScope.class,
        Flight.class,
        ForwarderWriter.class,
        Guard.class,
        Inside.class,
        Leak.class,
        LeakLevel.class,
        LeakListener.class,
        Leaks.class,
        Log.class,
        LogNode.class,
        LogQueue.class,
        LostHandlers.class,
        Messages.class,
        Names.class,
        OpenDirectory.class,
        OverdueWatch.class,
        ProxyClasses.class,
        ProxyRef.class,
        Reapable.class,
        Reaper.class,
        ReferentGoneException.class,
        RegistrationOptions.class,
        RegistryCore.class,
        RegistryStats.class,
        Relay.class,
        RemovalCause.class,
        RemovalListener.class,
        Reservation.class,
        SecondAttempts.class,
        Settings.class,
        SharedHolders.class,
        StackReserve.class,
        Stages.class,
        Stripe.class,
        Table.class,
        TableNode.class,
        TableWalk.class,
        TempFiles.class,
        Threads.class,
        TimeSource.class,
        TreeDeletion.class,
        Watchdog.class,
        WeakInterner.class,
        WeakKeyMap.class,
        WeakMethod.class,
        WeakProxy.class,
        WeakRef.class,
        WeakRefs.class,
        WeakSet.class,
        WeakValueMap.class,
        Work.class
    };

    /** Those that work on while memory is exhausted. */
    private static final Class<?>[] NEEDED_WITHOUT_MEMORY = {
        Reaper.class,
        Reapable.class,
        Log.class,
        LogNode.class,
        Relay.class,
        Watchdog.class,
        Messages.class,
        LogQueue.class,
        Threads.class,
        RegistryCore.class,
        FinalizerNode.class,
        CallbackNode.class,
        Callbacks.class,
        ExitPass.class,
        Inside.class,
        Work.class,
        Table.class,
        TableNode.class,
        Backlog.class,
        OverdueWatch.class
    };

    /** Their strings, which are held so that they stay interned. */
    @SuppressWarnings("UnusedVariable")
    private static volatile List<String> strings = List.of();

    /** Whether this was done; written by the thread that did it, at last. */
    private static volatile boolean done;

    private @Nullable Throwable failure;

    private Bootstrap() {}

    /**
     * Initialises the library, if that was not done before, and waits until that has ended.
     *
     * @throws Error if it cannot be done, because there is no memory or no thread for it; the next call tries again
     */
    static void ensure() {
        if (!done) {
            initialise();
        }
    }

    private static void initialise() {
        Bootstrap bootstrap = new Bootstrap();
        Thread thread = Threads.daemons("weakref-bootstrap", null).newThread(bootstrap);
        thread.start();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (bootstrap.failure != null) {
            throw new IllegalStateException("The library could not be initialised; try again", bootstrap.failure);
        }
    }

    @Override
    public void run() {
        try {
            for (Class<?> host : CLASSES) {
                for (Class<?> each : host.getNestMembers()) {
                    Class.forName(each.getName(), true, each.getClassLoader());
                }
            }
            List<String> found = new ArrayList<>(); // of this thread: two may initialise the library at the same time
            for (Class<?> host : NEEDED_WITHOUT_MEMORY) {
                for (Class<?> each : host.getNestMembers()) {
                    ConstantPool.resolve(each, found);
                }
            }
            Flight.load();
            strings = found;
            exercise();
            Flight.start();
            done = true;
            prepareLogging();
        } catch (Throwable thrown) {
            failure = thrown;
        }
    }

    /**
     * Runs in a thread that no caller waits for: a caller may hold a lock of the platform's logging. If there is no
     * thread for it, the library works without that.
     */
    private static void prepareLogging() {
        try {
            Threads.daemons("weakref-logging", null)
                    .newThread(LostHandlers::prepare)
                    .start();
        } catch (Throwable noThread) {
            // The platform prepares its logging itself, at its first line.
        }
    }

    /**
     * Uses what must not fail later once, so that the JVM has linked it: linking a {@code VarHandle} or a lambda takes memory
     * and much stack. No thread is started for it.
     */
    @SuppressWarnings("ReachabilityFenceUsage") // if it fails, nothing has to live
    private static void exercise() throws Exception {
        Reaper idle = new Reaper(task -> Threads.daemons("weakref-unused", null).newThread(() -> {}), Duration.ZERO);
        Object referent = new Object();
        for (Table.Kind kind : Table.Kind.values()) {
            Table<Object, Object> table = new Table<>(kind, idle);
            for (int i = 0; i < 2; i++) {
                table.put(referent, CLASSES, Table.When.ALWAYS);
                table.compute(referent, Table.When.ALWAYS, (key, old) -> referent);
                table.remove(referent, null);
            }
            table.reap(null, false);
        }
        Settings settings = new Settings();
        settings.reaper = idle;
        settings.leakLevel = LeakLevel.DISABLED;
        RegistryCore core = new RegistryCore(settings.copy());
        Action nothing = () -> {};
        FinalizerNode<Void> called = core.register(referent, nothing, FinalizerNode.Details.NONE);
        called.call();
        FinalizerNode<Void> collected = core.register(referent, nothing, FinalizerNode.Details.NONE);
        collected.clear();
        Relay.Batch dead = core.log().gatherAgain();
        for (Relay.Leg leg = dead.poll(); leg != null; leg = dead.poll()) {
            leg.run();
        }
        collected.ungather();
        core.register(referent, nothing, FinalizerNode.Details.NONE).detach();
        core.log().reap(null, false);
        Reference.reachabilityFence(referent);
        idle.exercise();
        LockSupport.parkNanos(1);
    }
}

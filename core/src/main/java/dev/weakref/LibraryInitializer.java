package dev.weakref;

import dev.weakref.internal.support.ConstantPool;
import dev.weakref.internal.support.JfrGate;
import dev.weakref.internal.support.Logging;
import dev.weakref.internal.support.Threads;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Initialises every class of the library before its first registry, collection or reference is made.
 *
 * <p><b>Why beforehand.</b> If the initialisation of a class fails, because stack or memory is exhausted, the class
 * fails for ever with a {@link NoClassDefFoundError}. A class that is first used at the end may be missing by then: a
 * build has replaced its file, or a server has closed its class loader.
 *
 * <p><b>Why in a thread of its own.</b> It has a whole stack, however deep the caller is. The caller waits, and holds
 * no lock that this thread needs: no class of the library calls {@link #ensure()} while it is initialised.
 */
final class LibraryInitializer implements Runnable {

    /** By name, so that what calls this class does not depend on all others. */
    static final List<String> CLASSES = List.of(
            "AbstractWeakMap",
            "ActionRunner",
            "BoundAction",
            "CallbackNode",
            "Callbacks",
            "CaptureCheck",
            "CaptureScan",
            "CapturedReferentException",
            "CollectionOptions",
            "CollectionStats",
            "CompletionStages",
            "CreationSite",
            "CurrentRegistries",
            "DeferredInterrupt",
            "ExitCounts",
            "ExitPass",
            "ExitProgress",
            "ExitReport",
            "ExplicitCall",
            "FieldReaders",
            "Finalizer",
            "FinalizerDelay",
            "FinalizerException",
            "FinalizerInfo",
            "FinalizerListener",
            "FinalizerNode",
            "FinalizerRegistry",
            "FinalizerRun",
            "FinalizerScope",
            "FinalizerState",
            "GuardedHandle",
            "Jfr",
            "Leak",
            "LeakLevel",
            "LeakListener",
            "LeakReporter",
            "Leftover",
            "NewestLiveFinalizer",
            "OverdueMonitor",
            "ProxyReference",
            "RareOptions",
            "ReferentGoneException",
            "RegistrationOptions",
            "RegistryCore",
            "RegistrySettings",
            "RegistryShutdown",
            "RegistryStats",
            "RemovalCause",
            "RemovalListener",
            "RetriesAtExit",
            "RunCounters",
            "RunReporter",
            "SetView",
            "SharedReferences",
            "TempFiles",
            "UnawaitedActions",
            "UnendedActions",
            "ValueView",
            "WeakInterner",
            "WeakKeyMap",
            "WeakMethod",
            "WeakProxy",
            "WeakRef",
            "WeakRefs",
            "WeakSet",
            "WeakValueMap",
            "internal.deletion.DeletionTarget",
            "internal.deletion.OpenDirectory",
            "internal.deletion.TreeDeletion",
            "internal.dispatch.DispatchReports",
            "internal.dispatch.DispatchTask",
            "internal.dispatch.ListenerCalls",
            "internal.dispatch.RunningTask",
            "internal.dispatch.SerialDispatcher",
            "internal.dispatch.TakeOverTime",
            "internal.dispatch.TaskBatch",
            "internal.dispatch.TaskOwner",
            "internal.dispatch.TaskQueue",
            "internal.dispatch.Watchdog",
            "internal.dispatch.Worker",
            "internal.dispatch.WorkerMonitor",
            "internal.dispatch.WorkerPool",
            "internal.dispatch.WorkerStarter",
            "internal.proxy.ConstantPoolWriter",
            "internal.proxy.MethodCode",
            "internal.proxy.OwnParameters",
            "internal.proxy.ProxyClassWriter",
            "internal.proxy.ProxyClasses",
            "internal.reap.Backlog",
            "internal.reap.ChunkIterator",
            "internal.reap.CreationLog",
            "internal.reap.DeadList",
            "internal.reap.JfrReapEvents",
            "internal.reap.LogChunk",
            "internal.reap.LogIterator",
            "internal.reap.LogSlots",
            "internal.reap.OldestFirstIterator",
            "internal.reap.Reapable",
            "internal.reap.Reaper",
            "internal.reap.TrackedReference",
            "internal.support.Arguments",
            "internal.support.CoarseClock",
            "internal.support.ConstantPool",
            "internal.support.Defaults",
            "internal.support.ElapsedTime",
            "internal.support.JavaUtilLogging",
            "internal.support.JfrGate",
            "internal.support.LogFields",
            "internal.support.LogLineQueue",
            "internal.support.Logging",
            "internal.support.Names",
            "internal.support.StackReserve",
            "internal.support.Threads",
            "internal.support.TimeSource",
            "internal.support.ValueBased",
            "internal.table.CollectedNotices",
            "internal.table.DeadEntries",
            "internal.table.NewEntries",
            "internal.table.RemovalNotifier",
            "internal.table.Reservation",
            "internal.table.ResizedTable",
            "internal.table.Stripe",
            "internal.table.TableChains",
            "internal.table.TableCounts",
            "internal.table.TableIterator",
            "internal.table.TableLookup",
            "internal.table.TableNode",
            "internal.table.TableOptions",
            "internal.table.TableSpliterator",
            "internal.table.WeakTable");

    /**
     * Those that continue to work while memory is exhausted, by the beginnings of their names: packages, then classes.
     */
    private static final List<String> NEEDED_WITHOUT_MEMORY = List.of(
            "internal.dispatch.",
            "internal.reap.",
            "internal.table.",
            "ActionRunner",
            "BoundAction",
            "CallbackNode",
            "Callbacks",
            "CollectionOptions",
            "CurrentRegistries",
            "DeferredInterrupt",
            "ExitCounts",
            "ExitPass",
            "ExitProgress",
            "ExplicitCall",
            "FinalizerNode",
            "FinalizerState",
            "Leftover",
            "NewestLiveFinalizer",
            "OverdueMonitor",
            "RareOptions",
            "RegistryCore",
            "RegistryShutdown",
            "RunReporter",
            "UnawaitedActions",
            "UnendedActions",
            "internal.support.LogLineQueue",
            "internal.support.Logging",
            "internal.support.Threads");

    /** Uses the library once; by name as well. */
    private static final String WARM_UP = "WarmUp";

    /** Their strings, which are held so that they stay interned. */
    @SuppressWarnings("UnusedVariable")
    private static volatile List<String> strings = List.of();

    /** Whether this was done; the last write of the thread that did it. */
    private static volatile boolean done;

    private @Nullable Throwable failure;

    private LibraryInitializer() {}

    /**
     * Initialises the library, if that was not done before, and waits until that has ended.
     *
     * @throws IllegalStateException if it fails, because there is no memory for it; the next call tries again
     * @throws OutOfMemoryError if its thread cannot be started; the next call tries again
     */
    static void ensure() {
        if (!done) {
            initialise();
        }
    }

    private static void initialise() {
        LibraryInitializer initializer = new LibraryInitializer();
        Thread thread = Threads.daemons("weakref-initializer", null).newThread(initializer);
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
        if (initializer.failure != null) {
            throw new IllegalStateException("The library could not be initialised; try again", initializer.failure);
        }
    }

    @Override
    public void run() {
        try {
            for (String host : CLASSES) {
                for (Class<?> each : named(host).getNestMembers()) {
                    Class.forName(each.getName(), true, each.getClassLoader());
                }
            }
            List<String> found = new ArrayList<>(); // of this thread: two may initialise the library at the same time
            for (String host : CLASSES) {
                if (NEEDED_WITHOUT_MEMORY.stream().anyMatch(host::startsWith)) {
                    for (Class<?> each : named(host).getNestMembers()) {
                        ConstantPool.resolve(each, found);
                    }
                }
            }
            JfrGate.load("dev.weakref.JfrEvents");
            JfrGate.load("dev.weakref.internal.reap.JfrReapEvent");
            strings = found;
            warmUp();
            JfrGate.open();
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
            Threads.daemons("weakref-logging", null).newThread(Logging::prepare).start();
        } catch (Throwable noThread) {
            // The platform prepares its logging itself, at its first line.
        }
    }

    private static Class<?> named(String name) throws ClassNotFoundException {
        return Class.forName(LibraryInitializer.class.getPackageName() + "." + name);
    }

    private static void warmUp() throws ReflectiveOperationException {
        ((Runnable) named(WARM_UP).getDeclaredConstructor().newInstance()).run();
    }
}

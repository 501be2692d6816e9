package dev.weakref;

import java.util.ArrayList;
import java.util.List;
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

    /** By name, so that what calls this class does not depend on all others. */
    static final List<String> CLASSES = List.of(
            "AbstractWeakMap",
            "ActionRunner",
            "Arguments",
            "Backlog",
            "BoundAction",
            "CallbackNode",
            "Callbacks",
            "CaptureCheck",
            "CaptureScan",
            "CapturedReferentException",
            "CoarseClock",
            "CollectedEntries",
            "CollectionOptions",
            "CollectionStats",
            "CompletionStages",
            "ConstantPool",
            "CreationLog",
            "CreationSite",
            "CurrentRegistries",
            "DeadEntries",
            "DeadList",
            "Defaults",
            "DeletionTarget",
            "DispatchReports",
            "DispatchTask",
            "ElapsedTime",
            "ExitPass",
            "ExitReport",
            "FieldReaders",
            "Finalizer",
            "FinalizerDelay",
            "FinalizerException",
            "FinalizerInfo",
            "FinalizerListener",
            "FinalizerNode",
            "FinalizerOptions",
            "FinalizerRegistry",
            "FinalizerRun",
            "FinalizerScope",
            "FinalizerState",
            "Guard",
            "Jfr",
            "JfrGate",
            "Leak",
            "LeakLevel",
            "LeakListener",
            "LeakReporter",
            "ListenerCalls",
            "LogChunk",
            "LogIterator",
            "LogQueue",
            "LogSlots",
            "Logging",
            "LostHandlers",
            "Names",
            "OpenDirectory",
            "OverdueMonitor",
            "ProxyClassWriter",
            "ProxyClasses",
            "ProxyReference",
            "ReapEvents",
            "Reapable",
            "Reaper",
            "ReferentGoneException",
            "RegistrationOptions",
            "RegistryCore",
            "RegistrySettings",
            "RegistryShutdown",
            "RegistryStats",
            "RemovalCause",
            "RemovalListener",
            "RemovalNotifier",
            "Reservation",
            "RunCounters",
            "RunReporter",
            "SecondAttempts",
            "SerialDispatcher",
            "SetView",
            "SharedHolders",
            "StackReserve",
            "Stripe",
            "TableChains",
            "TableCopy",
            "TableCounts",
            "TableIterator",
            "TableLookup",
            "TableNode",
            "TableOptions",
            "TaskBatch",
            "TaskQueue",
            "TempFiles",
            "Threads",
            "TimeSource",
            "TrackedReference",
            "TreeDeletion",
            "Watchdog",
            "WeakInterner",
            "WeakKeyMap",
            "WeakMethod",
            "WeakProxy",
            "WeakRef",
            "WeakRefs",
            "WeakSet",
            "WeakTable",
            "WeakValueMap",
            "Worker",
            "WorkerThreads");

    /** Those that work on while memory is exhausted. */
    private static final List<String> NEEDED_WITHOUT_MEMORY = List.of(
            "Reaper",
            "Reapable",
            "CreationLog",
            "TrackedReference",
            "SerialDispatcher",
            "Watchdog",
            "Logging",
            "LogQueue",
            "Threads",
            "RegistryCore",
            "FinalizerNode",
            "CallbackNode",
            "Callbacks",
            "ExitPass",
            "CurrentRegistries",
            "BoundAction",
            "WeakTable",
            "TableNode",
            "Backlog",
            "OverdueMonitor",
            "WorkerThreads",
            "TaskQueue",
            "ActionRunner",
            "RunReporter",
            "RegistryShutdown",
            "FinalizerState",
            "Worker",
            "DispatchTask",
            "TaskBatch",
            "DeadList",
            "LogChunk",
            "LogSlots",
            "LogIterator",
            "ListenerCalls",
            "TableChains",
            "DeadEntries",
            "CollectedEntries",
            "DispatchReports");

    /** Uses the library once; by name, as well. */
    private static final String REHEARSAL = "Rehearsal";

    /** Their strings, which are held so that they stay interned. */
    private static final List<String> STRINGS = new ArrayList<>();

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
            for (String host : CLASSES) {
                for (Class<?> each : named(host).getNestMembers()) {
                    Class.forName(each.getName(), true, each.getClassLoader());
                }
            }
            for (String host : NEEDED_WITHOUT_MEMORY) {
                for (Class<?> each : named(host).getNestMembers()) {
                    ConstantPool.resolve(each, STRINGS);
                }
            }
            JfrGate.load("dev.weakref.JfrEvents");
            JfrGate.load("dev.weakref.ReapEvent");
            rehearse();
            JfrGate.open();
            done = true;
        } catch (Throwable thrown) {
            failure = thrown;
        }
    }

    private static Class<?> named(String name) throws ClassNotFoundException {
        return Class.forName(Bootstrap.class.getPackageName() + "." + name);
    }

    private static void rehearse() throws ReflectiveOperationException {
        ((Runnable) named(REHEARSAL).getDeclaredConstructor().newInstance()).run();
    }
}

package dev.weakref;

import dev.weakref.FinalizerRegistry.Action;
import dev.weakref.internal.dispatch.DispatchTask;
import dev.weakref.internal.dispatch.TaskBatch;
import dev.weakref.internal.reap.Reaper;
import dev.weakref.internal.support.Threads;
import dev.weakref.internal.support.ValueBased;
import dev.weakref.internal.table.TableOptions;
import dev.weakref.internal.table.WeakTable;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Uses everything once that must not fail later, so that the JVM has linked it: linking a {@code VarHandle} or a lambda
 * takes memory and much stack. Starts no thread. The {@code toString} of each public record is written out, because
 * linking the generated ones takes some 90 ms of a processor. See {@link LibraryInitializer}.
 */
final class WarmUp implements Runnable {

    @Override
    public void run() {
        try {
            useAll();
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    @SuppressWarnings("ReachabilityFenceUsage") // if it fails, nothing has to live
    private static void useAll() throws Exception {
        Reaper idle = new Reaper(task -> Threads.daemons("weakref-unused", null).newThread(() -> {}), Duration.ZERO);
        Object referent = new Object();
        for (TableOptions.Kind kind : TableOptions.Kind.values()) {
            WeakTable<Object, Object> table = new WeakTable<>(kind, idle);
            for (int i = 0; i < 2; i++) {
                table.put(referent, table, WeakTable.When.ALWAYS);
                table.compute(referent, WeakTable.When.ALWAYS, (key, old) -> referent);
                table.remove(referent, null);
            }
            table.reap(null, false);
        }
        RegistrySettings settings = new RegistrySettings();
        settings.reaper = idle;
        settings.leakLevel = LeakLevel.DISABLED;
        RegistryCore core = new RegistryCore(settings.copy());
        Action nothing = () -> {};
        FinalizerNode<Void> called = core.register(referent, nothing, RareOptions.NONE);
        called.call();
        FinalizerNode<Void> collected = core.register(referent, nothing, RareOptions.NONE);
        collected.clear();
        TaskBatch dead = core.log().claimAllDead();
        for (DispatchTask task = dead.poll(); task != null; task = dead.poll()) {
            task.run();
        }
        collected.unclaim();
        core.register(referent, nothing, RareOptions.NONE).detach();
        core.log().reap(null, false);
        Reference.reachabilityFence(referent);
        idle.exercise();
        ValueBased.prepare();
        CreationSite.here(); // a class of the JDK that it needs stays broken if its initialisation overflows the stack
        LockSupport.parkNanos(1);
    }
}

package dev.weakref;

import dev.weakref.FinalizerRegistry.Action;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Uses once what must not fail later, so that the JVM has linked it: linking a {@code VarHandle} or a lambda takes memory
 * and much stack. It starts no thread. See {@link Bootstrap}.
 */
final class Rehearsal implements Runnable {

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
        for (Table.Kind kind : Table.Kind.values()) {
            Table<Object, Object> table = new Table<>(kind, idle);
            for (int i = 0; i < 2; i++) {
                table.put(referent, table, Table.When.ALWAYS);
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

package dev.weakref;

import dev.weakref.internal.dispatch.DispatchTask;
import dev.weakref.internal.reap.TrackedReference;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The actions for which an exit pass does not wait, because they themselves wait for the end of the registry or of the
 * JVM. For use by several threads; {@link #check} by the one that runs the pass.
 */
final class UnawaitedActions {

    /**
     * How often stacks are searched for {@code System.exit}: that stops threads, and finds one well within its limit.
     */
    static final long CHECK_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final long registry;
    private final Set<Long> ids = ConcurrentHashMap.newKeySet();
    private long checkedAt = System.nanoTime() - CHECK_INTERVAL_NANOS;

    /** @param registry its number */
    UnawaitedActions(long registry) {
        this.registry = registry;
    }

    void addAll(Collection<Long> finalizers) {
        ids.addAll(finalizers);
    }

    boolean contains(DispatchTask task) {
        return ids.contains(task instanceof ExplicitCall call ? call.finalizer().id : ((TrackedReference) task).id);
    }

    /** Adds actions that end the JVM, unless it has done so a moment ago: they return only after the pass. */
    void check() {
        long now = System.nanoTime();
        if (now - checkedAt >= CHECK_INTERVAL_NANOS) {
            checkedAt = now;
            ids.addAll(CurrentRegistries.endingTheJvm(registry));
        }
    }
}

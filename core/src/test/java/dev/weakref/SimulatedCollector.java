package dev.weakref;

import dev.weakref.internal.reap.LogIterator;
import dev.weakref.internal.reap.Reaper;
import dev.weakref.internal.table.TableIterator;
import dev.weakref.internal.table.TableNode;
import dev.weakref.internal.table.TableOptions;
import dev.weakref.internal.table.WeakTable;
import java.lang.ref.Reference;
import java.time.Duration;

/** Makes "it was collected" one deterministic line, and lets the test say when the reaper works. */
public final class SimulatedCollector {

    private SimulatedCollector() {}

    /** A reaper whose thread never starts: it works when the test calls {@link Reaper#pass()}. */
    public static Reaper idleReaper() {
        return new Reaper(
                task -> new Thread(task) {
                    @Override
                    public void start() {}
                },
                Duration.ofHours(1));
    }

    /**
     * Does to an entry what the collector does: its reference is cleared and on the queue, and nobody has looked yet.
     */
    public static void collect(AbstractWeakMap<?, ?> map, Object key) {
        collect(map.table, key);
    }

    public static void collect(WeakTable<?, ?> table, Object key) {
        if (!node(table, key).enqueue()) {
            throw new AssertionError("It was collected before: " + key);
        }
    }

    /**
     * Does to a reference, proxy, method or finalizer what the collector does when its referent dies: it is cleared,
     * and on the queue if it has a place in a log. The reaper may look at any moment.
     */
    public static void collect(Object holder) {
        if (holder instanceof WeakRef<?> ref) {
            ref.die();
            return;
        }
        if (holder instanceof Reference<?> reference) {
            reference.enqueue();
            return;
        }
        ProxyReference proxy = ProxyReference.of(holder);
        if (proxy != null) {
            proxy.enqueue();
        }
        if (holder instanceof WeakMethod<?, ?> method) {
            method.receiver.enqueue();
        }
        for (LogIterator live = Callbacks.LOG.newestFirst(Long.MAX_VALUE); live.hasNext(); ) {
            if (live.next() instanceof CallbackNode node && node.owner.refersTo(holder)) {
                node.enqueue();
                Callbacks.LOG.requestSweep();
                return;
            }
        }
    }

    /**
     * Does to the shared reference and proxies of an object what the collector does when the program has dropped them:
     * their keys are cleared and on the queue, and nobody has looked yet.
     */
    static void drop(SharedReferences holders, Object referent) {
        TableIterator<SharedReferences.Key, ?, TableNode> nodes = new TableIterator<>(holders.table, (same, node) -> {
            SharedReferences.Key live = same.liveKey(node);
            return live != null && live.isOf(referent) ? node : null;
        });
        if (!nodes.hasNext()) {
            throw new AssertionError("Nothing is shared of " + referent);
        }
        nodes.forEachRemaining(TableNode::enqueue);
    }

    /** The node of a live key. */
    public static <K> TableNode node(WeakTable<K, ?> table, Object key) {
        TableIterator<K, ?, TableNode> nodes = new TableIterator<>(table, (same, node) -> {
            K live = same.liveKey(node);
            return live != null && (table.kind == TableOptions.Kind.WEAK_IDENTITY_KEYS ? live == key : key.equals(live))
                    ? node
                    : null;
        });
        if (!nodes.hasNext()) {
            throw new AssertionError("No live entry: " + key);
        }
        return nodes.next();
    }
}

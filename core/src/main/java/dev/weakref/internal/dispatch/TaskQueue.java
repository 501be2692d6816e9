package dev.weakref.internal.dispatch;

import org.jspecify.annotations.Nullable;

/**
 * The batches that wait for their turn, oldest first. Guarded by the lock of its dispatcher.
 *
 * <p>It links batches by writing their fields: so it allocates nothing, and either adds a batch or throws.
 */
public final class TaskQueue {

    private @Nullable TaskBatch first;
    private @Nullable TaskBatch last;
    private long submissions;

    void add(TaskBatch tasks) {
        if (last == null) {
            first = tasks;
        } else {
            last.next = tasks;
        }
        last = tasks;
        submissions++;
    }

    /** The next task of the oldest batch that has one. If it throws, it has taken none. */
    @Nullable DispatchTask poll() {
        while (first != null) {
            DispatchTask task = first.poll();
            if (task != null) {
                return task;
            }
            first = first.next;
            if (first == null) {
                last = null;
            }
        }
        return null;
    }

    boolean isEmpty() {
        return first == null;
    }

    void clear() {
        first = null;
        last = null;
    }

    /** How many batches were ever added. */
    long submissions() {
        return submissions;
    }

    /** How many tasks wait, as far as their batches know. */
    long remaining() {
        long remaining = 0;
        for (TaskBatch tasks = first; tasks != null; tasks = tasks.next) {
            remaining += tasks.remaining();
        }
        return remaining;
    }
}

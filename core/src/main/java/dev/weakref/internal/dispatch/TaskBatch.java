package dev.weakref.internal.dispatch;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tasks that are submitted together. The dispatcher takes one after the other, under its lock. */
public abstract class TaskBatch {

    /** The batch that was submitted after this one; guarded by the lock of the dispatcher. */
    @Nullable TaskBatch next;

    /** The next task, or {@code null} if there is none left. If it throws, it has taken none. */
    public abstract @Nullable DispatchTask poll();

    /** How many tasks are left, as far as that is known. */
    public long remaining() {
        return 0;
    }

    /** A batch of what a supplier returns, until it returns {@code null}. */
    public static TaskBatch of(Supplier<? extends @Nullable DispatchTask> tasks) {
        return new TaskBatch() {
            @Override
            public @Nullable DispatchTask poll() {
                return tasks.get();
            }
        };
    }
}

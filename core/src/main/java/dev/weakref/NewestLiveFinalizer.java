package dev.weakref;

import dev.weakref.internal.dispatch.DispatchTask;
import dev.weakref.internal.reap.CreationLog;
import dev.weakref.internal.reap.LogIterator;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Returns the newest live finalizer of a log at each call, also if it was registered after the last call. Called by one
 * thread at a time.
 */
final class NewestLiveFinalizer implements Supplier<@Nullable DispatchTask> {

    private final CreationLog log;
    private final Deque<LogIterator> iterators = new ArrayDeque<>();
    private long newestSeen;

    NewestLiveFinalizer(CreationLog log) {
        this.log = log;
    }

    @Override
    public @Nullable DispatchTask get() {
        long appended = log.appended();
        if (appended > newestSeen) {
            iterators.push(log.newerThan(newestSeen));
            newestSeen = appended;
        }
        while (!iterators.isEmpty()) {
            LogIterator newest = iterators.element();
            if (newest.hasNext()) {
                return newest.next();
            }
            iterators.remove();
        }
        return null;
    }
}

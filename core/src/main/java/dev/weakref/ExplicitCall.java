package dev.weakref;

import dev.weakref.internal.dispatch.DispatchTask;
import dev.weakref.internal.reap.TrackedReference;
import dev.weakref.internal.support.LogFields;

/**
 * The run of a finalizer in a thread of its registry because of {@code callLater}. It has the limit and the description
 * of the finalizer.
 *
 * @param call runs the finalizer if it is live, with its referent
 */
record ExplicitCall(TrackedReference finalizer, Runnable call) implements DispatchTask {

    @Override
    public void run() {
        call.run();
    }

    @Override
    public long limitNanos() {
        return finalizer.limitNanos();
    }

    @Override
    public String describe() {
        return finalizer.describe();
    }

    @Override
    public LogFields fields() {
        return finalizer.fields();
    }

    @Override
    public boolean timeOut(Thread thread, long nanos) {
        return finalizer.timeOut(thread, nanos);
    }

    @Override
    public void stillRunning(long nanos) {
        finalizer.stillRunning(nanos);
    }

    @Override
    public void finishedAfterAll(long nanos) {
        finalizer.finishedAfterAll(nanos);
    }
}

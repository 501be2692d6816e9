package dev.weakref.internal.dispatch;

import dev.weakref.internal.support.Logging;
import dev.weakref.internal.support.Threads;
import java.util.concurrent.ThreadFactory;

/** Starts the threads of a dispatcher's workers, and remembers whether that has failed. */
public final class WorkerStarter {

    private static final ThreadFactory STARTERS = Threads.daemons("weakref-starter", null);

    private final ThreadFactory threads;
    private final String noThread;

    /** Whether the last attempt to start a worker has failed. A field, because a write of it needs no stack. */
    volatile boolean areShort;

    /** @param noThread what is logged if a thread cannot be started */
    WorkerStarter(ThreadFactory threads, String noThread) {
        this.threads = threads;
        this.noThread = noThread;
    }

    /**
     * Starts a worker, or removes it. A user's {@link ThreadFactory} runs in a thread of its own, because it must not
     * run in a thread that others wait for, such as the reaper.
     */
    void start(Worker worker) {
        try {
            if (Threads.areOwn(threads)) {
                startHere(worker);
            } else {
                STARTERS.newThread(() -> startOrRemove(worker)).start();
            }
        } catch (Throwable shortage) {
            notStarted(worker, shortage);
        }
    }

    private void startOrRemove(Worker worker) {
        try {
            startHere(worker);
        } catch (Throwable shortage) {
            notStarted(worker, shortage);
        }
    }

    private void startHere(Worker worker) {
        Thread thread = threads.newThread(worker);
        if (thread == null) {
            throw new IllegalStateException("The thread factory returned no thread");
        }
        worker.startIn(thread);
        areShort = false;
    }

    /** Removes it first, which needs no memory; the rest may fail. */
    private void notStarted(Worker worker, Throwable shortage) {
        boolean isNews = !areShort;
        areShort = true;
        boolean more = worker.remove();
        if (isNews) {
            Logging.failure(noThread, shortage);
        }
        if (more) {
            worker.ensureAnother(); // for what was submitted while this one was to start
        }
    }
}

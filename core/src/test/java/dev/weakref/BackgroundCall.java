package dev.weakref;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** A second thread of a test. */
public final class BackgroundCall<T> {

    private static final long DEADLINE_SECONDS = 30;

    private final FutureTask<T> task;
    private final Thread thread;

    private BackgroundCall(Callable<T> work) {
        task = new FutureTask<>(work);
        thread = new Thread(task, "side");
        thread.setDaemon(true);
        thread.start();
    }

    public static <T> BackgroundCall<T> call(Callable<T> work) {
        return new BackgroundCall<>(work);
    }

    public static BackgroundCall<Void> run(Body work) {
        return new BackgroundCall<>(() -> {
            work.run();
            return null;
        });
    }

    /** Waits until it has ended; throws what it threw. */
    public T result() throws Exception {
        return result(Duration.ofSeconds(DEADLINE_SECONDS));
    }

    /** The same for work that takes its time on a slow or busy machine. */
    public T result(Duration deadline) throws Exception {
        return task.get(deadline.toNanos(), TimeUnit.NANOSECONDS);
    }

    boolean hasEnded() {
        return task.isDone();
    }

    Thread thread() {
        return thread;
    }

    /** Waits until it can go no further by itself. */
    void awaitWaiting() {
        Gc.awaitWithoutCollecting(
                () -> thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING,
                "the other thread does not wait, it is " + thread.getState());
    }

    public static void await(CountDownLatch latch) {
        try {
            if (!latch.await(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("Nobody opened the latch");
            }
        } catch (InterruptedException stop) {
            throw new AssertionError("interrupted while waiting for a latch", stop);
        }
    }

    /** Like {@code Runnable}, but may throw. */
    public interface Body {
        void run() throws Exception;
    }
}

package dev.weakref.faults;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * Things asked of another thread, with a deadline: one that does not answer hangs. The only place that collects and
 * sleeps.
 */
public final class Asked {

    private static final ExecutorService OTHER = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "faults-other");
        thread.setDaemon(true);
        return thread;
    });

    private Asked() {}

    /** Does it in another thread. What it throws is a fault. */
    public static void other(String what, Callable<?> task) {
        Future<?> answer = OTHER.submit(task);
        try {
            answer.get(Verdict.DEADLINE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            Verdict.hangs(what);
        } catch (ExecutionException thrown) {
            Verdict.fault(what + " throws " + thrown.getCause());
        } catch (InterruptedException stop) {
            throw new IllegalStateException(what, stop);
        }
    }

    /** Waits until a thread has ended. */
    public static void ended(String what, Thread thread) {
        try {
            thread.join(Verdict.DEADLINE_MILLIS);
        } catch (InterruptedException stop) {
            throw new IllegalStateException(what, stop);
        }
        if (thread.isAlive()) {
            Verdict.hangs(what);
        }
    }

    /**
     * Whether this becomes so while it collects; if not, the fault is noted. Waits for less than the deadline, so that
     * it can be asked of the other thread.
     */
    public static boolean collected(String otherwise, BooleanSupplier condition) {
        return until(otherwise, Verdict.DEADLINE_MILLIS * 2 / 3, true, condition);
    }

    /** Whether this becomes so in time; if not, the fault is noted. */
    public static boolean becameSo(String otherwise, long millis, BooleanSupplier condition) {
        return until(otherwise, millis, false, condition);
    }

    private static boolean until(String otherwise, long millis, boolean collecting, BooleanSupplier condition) {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - begin > TimeUnit.MILLISECONDS.toNanos(millis)) {
                Verdict.fault(otherwise);
                return false;
            }
            if (collecting) {
                System.gc();
            }
            pause(2);
        }
        return true;
    }

    /** Sleeps. */
    public static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException stop) {
            throw new IllegalStateException(stop);
        }
    }
}

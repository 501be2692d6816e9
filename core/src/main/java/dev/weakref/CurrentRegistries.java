package dev.weakref;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * The finalizers whose actions each thread is running, with their registries, innermost last.
 *
 * <p>Both are numbers in an array: so no object of the library remains in a user's thread, and entering writes no
 * reference. Another thread may read the array of a thread that waits for it.
 */
final class CurrentRegistries {

    private static final int DEPTH = 0;

    /** Replaces the depth of an array that was replaced by a larger one. */
    private static final int OUTGROWN = -1;

    /** Threads that have run a finalizer, with their arrays. */
    private static final Map<Thread, long[]> THREADS = Collections.synchronizedMap(new WeakHashMap<>());

    /** The depth, and then the number of a registry and of its finalizer in turn. */
    private static final ThreadLocal<long[]> NUMBERS = ThreadLocal.withInitial(() -> register(new long[9]));

    private CurrentRegistries() {}

    private static long[] register(long[] numbers) {
        THREADS.put(Thread.currentThread(), numbers);
        return numbers;
    }

    /**
     * Notes that the calling thread is about to run a finalizer of a registry.
     *
     * @return the argument for {@link #leave}, which need not read the thread-local again
     */
    static long[] enter(long registry, long finalizer) {
        long[] numbers = NUMBERS.get();
        int depth = (int) numbers[DEPTH] + 1;
        if (2 * depth == numbers.length + 1) {
            long[] larger = register(Arrays.copyOf(numbers, 2 * numbers.length - 1));
            NUMBERS.set(larger);
            numbers[DEPTH] = OUTGROWN; // for outer calls, which still have it
            numbers = larger;
        }
        numbers[2 * depth - 1] = registry;
        numbers[2 * depth] = finalizer;
        numbers[DEPTH] = depth;
        return numbers;
    }

    static void leave(long[] entered) {
        long[] numbers = entered[DEPTH] == OUTGROWN ? NUMBERS.get() : entered;
        numbers[DEPTH]--;
    }

    /** Whether the calling thread runs a finalizer of this registry. */
    static boolean isIn(long registry) {
        return !running(NUMBERS.get(), registry).isEmpty();
    }

    /**
     * The finalizers of a registry that a thread runs: the calling thread, or one that waits for the calling thread.
     */
    static List<Long> running(Thread thread, long registry) {
        long[] numbers = THREADS.get(thread);
        return numbers == null ? List.of() : running(numbers, registry);
    }

    private static List<Long> running(long[] numbers, long registry) {
        List<Long> running = new ArrayList<>();
        for (int depth = 1; depth <= numbers[DEPTH]; depth++) {
            if (numbers[2 * depth - 1] == registry) {
                running.add(numbers[2 * depth]);
            }
        }
        return running;
    }

    /**
     * The finalizers of a registry whose action ends the JVM, and so does not return.
     *
     * <p>Whether a thread does that is seen in its stack: it waits in {@link Runtime#exit} until the shutdown hooks
     * have ended.
     */
    static Set<Long> endingTheJvm(long registry) {
        Set<Long> ending = new HashSet<>();
        for (Thread thread : threads()) {
            List<Long> running = running(thread, registry);
            if (!running.isEmpty() && isInExit(thread)) {
                ending.addAll(running);
            }
        }
        return ending;
    }

    private static List<Thread> threads() {
        synchronized (THREADS) {
            return new ArrayList<>(THREADS.keySet());
        }
    }

    private static boolean isInExit(Thread thread) {
        for (StackTraceElement frame : thread.getStackTrace()) {
            if (frame.getMethodName().equals("exit")
                    && (frame.getClassName().equals("java.lang.Runtime")
                            || frame.getClassName().equals("java.lang.Shutdown"))) {
                return true;
            }
        }
        return false;
    }
}

package dev.weakref;

import java.util.Arrays;

/**
 * Which registries' actions the current thread is inside of, the innermost last. Only for threads that are none of
 * the registry's own.
 *
 * <p>Numbers in an array stand for the registries: so that nothing of the library remains in a thread of somebody
 * else's, and entering writes no reference.
 */
final class Inside {

    private static final int DEPTH = 0;

    /** In the place of the depth, where a larger array has taken this one's place. */
    private static final int OUTGROWN = -1;

    /** The depth, and then the numbers. */
    private static final ThreadLocal<long[]> NUMBERS = ThreadLocal.withInitial(() -> new long[4]);

    private Inside() {}

    /** Goes inside; what is to be given back to {@link #leave}, which saves it from looking for it again. */
    static long[] enter(RegistryCore core) {
        long[] numbers = NUMBERS.get();
        int depth = (int) numbers[DEPTH] + 1;
        if (depth == numbers.length) {
            long[] larger = Arrays.copyOf(numbers, 2 * depth);
            NUMBERS.set(larger);
            numbers[DEPTH] = OUTGROWN; // for those further out, who still have it
            numbers = larger;
        }
        numbers[depth] = core.number();
        numbers[DEPTH] = depth;
        return numbers;
    }

    static void leave(long[] entered) {
        long[] numbers = entered[DEPTH] == OUTGROWN ? NUMBERS.get() : entered;
        numbers[DEPTH]--;
    }

    static boolean isIn(RegistryCore core) {
        long[] numbers = NUMBERS.get();
        for (int depth = 1; depth <= numbers[DEPTH]; depth++) {
            if (numbers[depth] == core.number()) {
                return true;
            }
        }
        return false;
    }
}

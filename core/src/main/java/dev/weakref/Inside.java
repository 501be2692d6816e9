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

    /** The depth, and then the numbers. */
    private static final ThreadLocal<long[]> NUMBERS = ThreadLocal.withInitial(() -> new long[4]);

    private Inside() {}

    static void enter(RegistryCore core) {
        long[] numbers = NUMBERS.get();
        int depth = (int) numbers[DEPTH] + 1;
        if (depth == numbers.length) {
            numbers = Arrays.copyOf(numbers, 2 * depth);
            NUMBERS.set(numbers);
        }
        numbers[depth] = core.number();
        numbers[DEPTH] = depth;
    }

    static void leave() {
        NUMBERS.get()[DEPTH]--;
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

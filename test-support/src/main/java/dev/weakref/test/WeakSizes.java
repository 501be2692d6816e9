package dev.weakref.test;

import java.time.Duration;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/** Waits for the size of a weak collection. */
final class WeakSizes {

    private WeakSizes() {}

    /**
     * What is wrong at the deadline, if there were never so many entries, or some of the dead have not been removed.
     */
    static Optional<String> eventually(int expected, IntSupplier size, LongSupplier estimatedSize, Duration deadline) {
        if (Gc.collectUntil(() -> size.getAsInt() == expected && estimatedSize.getAsLong() == expected, deadline)) {
            return Optional.empty();
        }
        int live = size.getAsInt();
        return Optional.of("After " + deadline + " of collecting the size is " + live + ", and should be " + expected
                + "; including dead entries that have not been removed it is " + estimatedSize.getAsLong());
    }
}

package dev.weakref.internal.support;

import java.time.Instant;

/** Where a registry reads the time: elapsed time to keep and to compare, wall-clock time for people. */
public interface TimeSource {

    /** The wall-clock time now. */
    Instant instant();

    /** The elapsed time now, in milliseconds from any origin. Setting the wall clock does not change it. */
    default long millis() {
        return instant().toEpochMilli();
    }

    /** The wall-clock time at which {@link #millis()} returned this. */
    default Instant toInstant(long millis) {
        return Instant.ofEpochMilli(millis);
    }
}

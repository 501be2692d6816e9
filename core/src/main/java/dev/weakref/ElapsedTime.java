package dev.weakref;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Elapsed time beside a wall clock that may be set at any time. The elapsed time begins as the time of the wall clock.
 *
 * <p>What is shown of an earlier time is what the wall clock shows now, minus what has elapsed since. So after the wall
 * clock was set, earlier times move with it. This also corrects what is shown after the machine was suspended, which
 * elapsed time does not count on all systems.
 *
 * <p>For use by any thread: each thread that finds {@link #correction} wrong measures it anew, and all of them find
 * about the same.
 */
final class ElapsedTime implements TimeSource {

    /**
     * Wall clock and elapsed time are taken as one while they differ by no more than this: so a time is always shown as
     * the same, though the two are read one after the other and do not run equally fast on all systems.
     */
    static final long TOLERANCE_MILLIS = 1_000;

    private static final long NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final InstantSource wall;
    private final LongSupplier nanoTime;
    private final long originNanos;

    /** How many milliseconds the wall clock is ahead of the elapsed time. */
    private volatile long correction;

    ElapsedTime(InstantSource wall, LongSupplier nanoTime) {
        this.wall = wall;
        this.nanoTime = nanoTime;
        Instant start = wall.instant();
        originNanos = TimeUnit.SECONDS.toNanos(start.getEpochSecond()) + start.getNano() - nanoTime.getAsLong();
    }

    @Override
    public Instant instant() {
        return wall.instant();
    }

    @Override
    public long millis() {
        return (originNanos + nanoTime.getAsLong()) / NANOS_PER_MILLI;
    }

    @Override
    public Instant toInstant(long millis) {
        long elapsed = millis();
        long ahead = wall.millis() - elapsed;
        boolean stepped = Math.abs(ahead - correction) > TOLERANCE_MILLIS;
        if (stepped
                && millis() - elapsed < TOLERANCE_MILLIS / 2) { // else this thread was held up between its two reads
            correction = ahead;
        }
        return Instant.ofEpochMilli(millis + correction);
    }
}

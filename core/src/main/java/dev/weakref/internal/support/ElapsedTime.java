package dev.weakref.internal.support;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Elapsed time together with a wall clock that may be set at any time. The elapsed time begins as the time of the wall
 * clock.
 *
 * <p>An earlier time is shown as what the wall clock shows now, minus what has elapsed since. So if the wall clock is
 * set, earlier times move with it. This also corrects what is shown after the machine was suspended, which elapsed time
 * does not count on all systems. The two are compared ten times a second at most.
 *
 * <p>For use by any thread: each thread that finds {@link #correction} wrong measures it again, and all of them find
 * about the same value.
 */
public final class ElapsedTime implements TimeSource {

    /**
     * Wall clock and elapsed time count as equal while they differ by no more than this. Less, and the shown time would
     * jump: the two are read one after the other, and do not run equally fast on all systems. More, and a person would
     * notice.
     */
    public static final long TOLERANCE_MILLIS = 1_000;

    /**
     * The wall clock is read no more often than this. A read takes about 30 ns of the 400 that a call takes
     * if a listener is told of it; a person does not notice that a time is shown wrong for so long.
     */
    static final long CHECK_INTERVAL_MILLIS = 100;

    private static final long NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final InstantSource wall;
    private final LongSupplier nanoTime;
    private final long originNanos;

    /** How many milliseconds the wall clock is ahead of the elapsed time. */
    private volatile long correction;

    /** The elapsed time when the two were compared last. */
    private volatile long checked;

    public ElapsedTime(InstantSource wall, LongSupplier nanoTime) {
        this.wall = wall;
        this.nanoTime = nanoTime;
        Instant start = wall.instant();
        originNanos = TimeUnit.SECONDS.toNanos(start.getEpochSecond()) + start.getNano() - nanoTime.getAsLong();
        checked = millis();
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
        if (elapsed - checked >= CHECK_INTERVAL_MILLIS) {
            check(elapsed);
        }
        return Instant.ofEpochMilli(millis + correction);
    }

    private void check(long elapsed) {
        long ahead = wall.millis() - elapsed;
        if (millis() - elapsed >= TOLERANCE_MILLIS / 2) {
            return; // this thread was suspended between its two reads
        }
        if (Math.abs(ahead - correction) > TOLERANCE_MILLIS) {
            correction = ahead;
        }
        checked = elapsed;
    }
}

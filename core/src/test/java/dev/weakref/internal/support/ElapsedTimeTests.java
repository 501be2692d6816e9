package dev.weakref.internal.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ElapsedTimeTests {

    private static final Instant START = Instant.parse("2026-03-29T00:59:00.123456789Z");

    private static final Duration CHECK_INTERVAL = Duration.ofMillis(ElapsedTime.CHECK_INTERVAL_MILLIS);

    private Instant wall = START;
    private long nanos = Long.MAX_VALUE - 1; // about to overflow, which System.nanoTime() may
    private final TimeSource time = new ElapsedTime(() -> wall, () -> nanos);

    private void pass(Duration duration) {
        nanos += duration.toNanos();
        wall = wall.plus(duration);
    }

    @Test
    void beginsAsTheWallClockAndGoesOnAsItDoes() {
        assertThat(time.millis()).isEqualTo(START.toEpochMilli());

        pass(Duration.ofHours(1));

        assertThat(time.millis()).isEqualTo(wall.toEpochMilli());
        assertThat(time.toInstant(time.millis())).isEqualTo(wall.truncatedTo(ChronoUnit.MILLIS));
        assertThat(time.instant()).isEqualTo(wall);
    }

    @Test
    void settingTheWallClockDoesNotChangeIt() {
        wall = wall.minus(Duration.ofDays(365));
        assertThat(time.millis()).isEqualTo(START.toEpochMilli());

        wall = wall.plus(Duration.ofDays(20_000));
        pass(Duration.ofMillis(7));

        assertThat(time.millis()).isEqualTo(START.toEpochMilli() + 7);
    }

    @Test
    void whatIsShownOfAnEarlierTimeMovesWithTheWallClock() {
        long early = time.millis();
        pass(Duration.ofMinutes(1));
        Duration step = Duration.ofDays(20_000); // from a clock that was never set
        wall = wall.plus(step);

        assertThat(time.toInstant(early)).isEqualTo(Instant.ofEpochMilli(early).plus(step));
        wall = wall.minus(step);
        pass(CHECK_INTERVAL);

        assertThat(time.toInstant(early)).isEqualTo(Instant.ofEpochMilli(early));
    }

    @Test
    void whatIsShownStaysTheSameWhileTheTwoDifferByNoMoreThanASecond() {
        long early = time.millis();
        wall = wall.plusMillis(ElapsedTime.TOLERANCE_MILLIS);
        pass(CHECK_INTERVAL);
        assertThat(time.toInstant(early)).isEqualTo(Instant.ofEpochMilli(early));

        wall = wall.plusMillis(1);
        pass(CHECK_INTERVAL);

        assertThat(time.toInstant(early)).isEqualTo(Instant.ofEpochMilli(early + ElapsedTime.TOLERANCE_MILLIS + 1));
    }

    @Test
    void aThreadThatIsHeldUpBetweenItsReadsTakesThatForNoStep() {
        long[] heldUp = {0};
        InstantSource slow = () -> {
            nanos += heldUp[0]; // between the elapsed time and what follows
            wall = wall.plusNanos(heldUp[0]);
            return wall;
        };
        TimeSource read = new ElapsedTime(slow, () -> nanos);
        long early = read.millis();
        pass(CHECK_INTERVAL);
        heldUp[0] = TimeUnit.HOURS.toNanos(1);

        assertThat(read.toInstant(early)).isEqualTo(Instant.ofEpochMilli(early));
    }
}

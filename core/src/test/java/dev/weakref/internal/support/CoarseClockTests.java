package dev.weakref.internal.support;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.CaptureCheck;
import dev.weakref.FinalizerRegistry;
import dev.weakref.Gc;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CoarseClockTests {

    private Instant now = Instant.ofEpochMilli(1_000);

    /** What the clock wanted to have run in threads, which these tests run themselves. */
    private final List<Runnable> threads = new ArrayList<>();

    private final List<Runnable> ticks = new ArrayList<>();
    private final ThreadFactory factory = task -> {
        threads.add(task);
        return new Thread(() -> {});
    };
    private final CoarseClock clock = clock(factory);

    private CoarseClock clock(ThreadFactory made) {
        return new CoarseClock(() -> now, made, () -> {
            if (!ticks.isEmpty()) {
                ticks.remove(0).run();
            }
        });
    }

    private void later(long millis) {
        now = now.plusMillis(millis);
    }

    private void askTooOften(CoarseClock asked) {
        for (int i = 0; i <= CoarseClock.ENOUGH; i++) {
            asked.askedOften();
        }
    }

    @Test
    void whereFewAskEachReadsTheClock() {
        for (int i = 0; i < 100; i++) {
            clock.askedOften();
            later(2);
            assertThat(clock.millis()).isEqualTo(now.toEpochMilli());
        }

        assertThat(threads).isEmpty();
    }

    @Test
    void whereVeryManyAskOneThreadReadsItForAll() {
        askTooOften(clock);
        askTooOften(clock);
        ticks.add(() -> {
            later(1);
            assertThat(clock.millis())
                    .as("late, until the thread has read again")
                    .isEqualTo(1_000);
        });
        ticks.add(() -> assertThat(clock.millis()).isEqualTo(1_001));

        assertThat(threads).hasSize(1);
        threads.get(0).run();

        assertThat(ticks).isEmpty();
    }

    @Test
    void theThreadGoesOnForAsLongAsManyAskAndNoTimeStandsStillAfterIt() {
        int rounds = 3 * CoarseClock.IDLE_TICKS;
        for (int i = 0; i < rounds; i++) {
            ticks.add(clock::askedOften);
        }
        for (int i = 0; i < CoarseClock.IDLE_TICKS; i++) {
            ticks.add(() -> {});
        }
        ticks.add(() -> later(500));
        askTooOften(clock);

        threads.get(0).run();

        assertThat(ticks).as("the first tick for which it was over").hasSize(1);
        assertThatEachReadsAndAThreadIsTriedAgain();
    }

    @Test
    void whatEndsTheThreadLeavesNoTimeBehind() {
        ticks.add(() -> {
            throw new OutOfMemoryError("provoked");
        });
        askTooOften(clock);

        assertThat(thrownBy(threads.get(0))).hasMessage("provoked");

        assertThatEachReadsAndAThreadIsTriedAgain();
    }

    @Test
    void withoutAThreadEachReadsTheClockAndOneIsTriedAgainAfterAWhile() {
        CoarseClock alone = clock(task -> {
            threads.add(task);
            throw new OutOfMemoryError("unable to create native thread");
        });

        askTooOften(alone);
        later(2);
        assertThat(alone.millis()).isEqualTo(now.toEpochMilli());
        for (int i = 0; i < CoarseClock.PATIENCE; i++) {
            alone.askedOften();
        }
        assertThat(threads).hasSize(1);
        askTooOften(alone);

        assertThat(threads).hasSize(2);
    }

    private void assertThatEachReadsAndAThreadIsTriedAgain() {
        later(1);
        assertThat(clock.millis()).isEqualTo(now.toEpochMilli());
        askTooOften(clock);
        assertThat(threads).hasSize(2);
    }

    @Test
    void registeringInGreatNumberStartsTheThreadWhichEndsWithIt() {
        try (FinalizerRegistry registry =
                FinalizerRegistry.builder().captureCheck(CaptureCheck.OFF).build()) {
            Gc.awaitWithoutCollecting(
                    () -> {
                        for (int i = 0; i < 10_000; i++) {
                            registry.register(registry, () -> {}).detach();
                        }
                        return isTicking();
                    },
                    "no thread reads the clock");
        }

        Gc.awaitWithoutCollecting(() -> !isTicking(), "the thread goes on");
    }

    private static boolean isTicking() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith("weakref-clock"));
    }

    private static @Nullable Throwable thrownBy(Runnable task) {
        try {
            task.run();
            return null;
        } catch (Throwable thrown) {
            return thrown;
        }
    }
}

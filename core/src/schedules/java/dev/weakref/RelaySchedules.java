package dev.weakref;

import static dev.weakref.Exploration.explore;
import static dev.weakref.Exploration.together;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Each action that is handed over to a relay runs once and in time, in each schedule of its threads. */
class RelaySchedules {

    @Test
    void actionsOfTwoThreadsRunOnceEachAndOneAtATime() {
        explore(() -> {
            Relay relay = relay(Threads.daemons("worker", null), 1);
            Leg[] legs = {new Leg(), new Leg(), new Leg(), new Leg()};

            together(() -> handOver(relay, legs[0], legs[1]), () -> {
                handOver(relay, legs[2]);
                handOver(relay, legs[3]);
            });

            for (Leg leg : legs) {
                leg.hasRunOnceAndSoon();
                assertThat(leg.isAlone).isTrue();
            }
            assertThat(legs[1].startedBefore(legs[0]) || legs[3].startedBefore(legs[2]))
                    .isFalse();
        });
    }

    @Test
    void aFurtherThreadTakesOverFromAStuckAction() {
        explore(() -> {
            Relay relay = relay(Threads.daemons("worker", null), 2);
            CountDownLatch stuck = new CountDownLatch(1);
            Leg first = new Leg() {
                @Override
                public void run() {
                    stuck.countDown();
                    await(second);
                    super.run();
                }
            };
            Leg second = new Leg();
            Leg third = new Leg();
            first.second = second.ended;

            together(() -> handOver(relay, first, second), () -> handOver(relay, third), () -> {
                stuck.await();
                relay.look();
            });

            for (Leg leg : List.of(first, second, third)) {
                leg.hasRunOnceAndSoon();
            }
        });
    }

    @Test
    void anActionRunsThatIsHandedOverWhileTheThreadEnds() {
        explore(() -> {
            AtomicReference<Thread> worker = new AtomicReference<>();
            Relay relay = relay(
                    task -> {
                        Thread thread = new Thread(task);
                        worker.compareAndSet(null, thread);
                        return thread;
                    },
                    1);
            Leg first = new Leg();
            Leg second = new Leg();
            handOver(relay, first);
            first.ended.await();

            together(
                    () -> worker.get().interrupt(), // so it ends as if it had waited for long
                    () -> handOver(relay, second));

            second.hasRunOnceAndSoon();
        });
    }

    @Test
    void anActionRunsThatIsHandedOverWhileTheThreadForAnotherCannotBeStarted() {
        explore(() -> {
            CountDownLatch asked = new CountDownLatch(1);
            AtomicInteger attempts = new AtomicInteger();
            Relay relay = relay(
                    task -> {
                        asked.countDown();
                        if (attempts.incrementAndGet() == 1) {
                            throw new OutOfMemoryError("for the test");
                        }
                        return new Thread(task);
                    },
                    1);
            Leg first = new Leg();
            Leg second = new Leg();

            together(() -> handOver(relay, first), () -> {
                asked.await();
                handOver(relay, second);
            });

            first.hasRunOnceAndSoon();
            second.hasRunOnceAndSoon();
        });
    }

    /** Another thread takes over from each action that is found running when a test calls {@link Relay#look()}. */
    private static Relay relay(ThreadFactory threads, int most) {
        return new Relay("schedule", threads, most, Duration.ofDays(1), leg -> 0, Relay.Leg::run);
    }

    static void handOver(Relay relay, Relay.Leg... legs) {
        var left = new ArrayList<>(List.of(legs)).iterator();
        relay.handOver(Relay.Batch.of(() -> left.hasNext() ? left.next() : null));
    }

    private static class Leg implements Relay.Leg {

        private static final AtomicInteger STARTS = new AtomicInteger();

        private static final AtomicInteger RUNNING = new AtomicInteger();

        final AtomicInteger runs = new AtomicInteger();
        final CountDownLatch ended = new CountDownLatch(1);
        CountDownLatch second;
        private boolean isAlone;
        private int start;

        @Override
        public void run() {
            start = STARTS.incrementAndGet();
            isAlone = RUNNING.incrementAndGet() == 1;
            runs.incrementAndGet();
            RUNNING.decrementAndGet();
            ended.countDown();
        }

        /** The wait is shorter than the time until a later signal could make up for one that was lost. */
        void hasRunOnceAndSoon() throws InterruptedException {
            assertThat(ended.await(5, TimeUnit.SECONDS)).isTrue();
            assertThat(runs).hasValue(1);
        }

        boolean startedBefore(Leg other) {
            return start < other.start;
        }

        void await(CountDownLatch latch) {
            try {
                latch.await();
            } catch (InterruptedException stop) {
                throw new AssertionError(stop);
            }
        }

        @Override
        public long limitNanos() {
            return Long.MAX_VALUE;
        }

        @Override
        public String describe() {
            return "leg";
        }

        @Override
        public boolean leaveBehind(Thread thread, long nanos) {
            return true;
        }
    }
}

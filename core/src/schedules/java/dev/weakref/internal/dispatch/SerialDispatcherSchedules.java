package dev.weakref.internal.dispatch;

import static dev.weakref.Exploration.explore;
import static dev.weakref.Exploration.together;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.internal.support.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Each action that is handed over to a dispatcher runs once and in time, in each schedule of its threads. */
class SerialDispatcherSchedules {

    @Test
    void actionsOfTwoThreadsRunOnceEachAndOneAtATime() {
        explore(() -> {
            SerialDispatcher dispatcher = dispatcher(Threads.daemons("worker", null), 1);
            Task[] tasks = {new Task(), new Task(), new Task(), new Task()};

            together(() -> submit(dispatcher, tasks[0], tasks[1]), () -> {
                submit(dispatcher, tasks[2]);
                submit(dispatcher, tasks[3]);
            });

            for (Task task : tasks) {
                task.hasRunOnceAndSoon();
                assertThat(task.isAlone).isTrue();
            }
            assertThat(tasks[1].startedBefore(tasks[0]) || tasks[3].startedBefore(tasks[2]))
                    .isFalse();
        });
    }

    @Test
    void aFurtherThreadTakesOverFromAStuckAction() {
        explore(() -> {
            SerialDispatcher dispatcher = dispatcher(Threads.daemons("worker", null), 2);
            CountDownLatch stuck = new CountDownLatch(1);
            Task first = new Task() {
                @Override
                public void run() {
                    stuck.countDown();
                    await(second);
                    super.run();
                }
            };
            Task second = new Task();
            Task third = new Task();
            first.second = second.ended;

            together(() -> submit(dispatcher, first, second), () -> submit(dispatcher, third), () -> {
                stuck.await();
                dispatcher.tick();
            });

            for (Task task : List.of(first, second, third)) {
                task.hasRunOnceAndSoon();
            }
        });
    }

    @Test
    void anActionRunsThatIsHandedOverWhileTheThreadEnds() {
        explore(() -> {
            AtomicReference<Thread> worker = new AtomicReference<>();
            SerialDispatcher dispatcher = dispatcher(
                    task -> {
                        Thread thread = new Thread(task);
                        worker.compareAndSet(null, thread);
                        return thread;
                    },
                    1);
            Task first = new Task();
            Task second = new Task();
            submit(dispatcher, first);
            first.ended.await();

            together(
                    () -> worker.get().interrupt(), // so it ends as if it had waited for long
                    () -> submit(dispatcher, second));

            second.hasRunOnceAndSoon();
        });
    }

    @Test
    void anActionSubmittedWhileAThreadFailsToStartIsRun() {
        explore(() -> {
            CountDownLatch asked = new CountDownLatch(1);
            AtomicInteger attempts = new AtomicInteger();
            SerialDispatcher dispatcher = dispatcher(
                    task -> {
                        asked.countDown();
                        if (attempts.incrementAndGet() == 1) {
                            throw new OutOfMemoryError("for the test");
                        }
                        return new Thread(task);
                    },
                    1);
            Task first = new Task();
            Task second = new Task();

            together(() -> submit(dispatcher, first), () -> {
                asked.await();
                submit(dispatcher, second);
            });

            first.hasRunOnceAndSoon();
            second.hasRunOnceAndSoon();
        });
    }

    /**
     * Another thread takes over from each action that is found running when a test calls
     * {@link SerialDispatcher#look()}.
     */
    private static SerialDispatcher dispatcher(ThreadFactory threads, int most) {
        return new SerialDispatcher("schedule", threads, most, Duration.ofDays(1), task -> 0, DispatchTask::run);
    }

    static void submit(SerialDispatcher dispatcher, DispatchTask... tasks) {
        var left = new ArrayList<>(List.of(tasks)).iterator();
        dispatcher.submit(TaskBatch.of(() -> left.hasNext() ? left.next() : null));
    }

    private static class Task implements DispatchTask {

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

        boolean startedBefore(Task other) {
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
            return "task";
        }

        @Override
        public boolean timeOut(Thread thread, long nanos) {
            return true;
        }
    }
}

package dev.weakref.internal.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.BackgroundCall;
import dev.weakref.Gc;
import dev.weakref.LogLines;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The watch looks only when a test says so, and finds whoever runs to be stuck. */
@Timeout(60)
class SerialDispatcherTests {

    private final BlockingQueue<String> ran = new LinkedBlockingQueue<>();
    private final AtomicInteger threads = new AtomicInteger();
    private final SerialDispatcher dispatcher = dispatcher(3);

    @AfterEach
    void stop() {
        dispatcher.stop();
    }

    @Test
    void startsTheNextWhenTheOneBeforeHasEnded() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        dispatcher.submit(tasks(new Task("first", go)));
        dispatcher.submit(tasks(new Task("second", null), new Task("third", null)));

        assertThat(ran.take()).isEqualTo("first begins");
        assertThat(ran.poll(50, TimeUnit.MILLISECONDS)).isNull();
        go.countDown();

        assertThat(take(5)).containsExactly("first ends", "second begins", "second ends", "third begins", "third ends");
        assertThat(threads).hasValue(1);
    }

    @Test
    void aStuckRunnerLosesTheBatonAndLeavesTheTrackWhenItComesBack() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        dispatcher.submit(tasks(new Task("stuck", go), new Task("second", null)));
        assertThat(ran.take()).isEqualTo("stuck begins");

        dispatcher.tick();

        assertThat(take(2)).containsExactly("second begins", "second ends");
        go.countDown();
        assertThat(ran.take()).isEqualTo("stuck ends");
        dispatcher.submit(tasks(new Task("third", null)));
        assertThat(take(2)).containsExactly("third begins", "third ends");
        assertThat(threads).hasValue(2);
    }

    @Test
    void aStuckLegIsReportedWhileItRunsAndAgainWhenItHasComeBack() throws Exception {
        // names of its own: a leg of another test may come back meanwhile
        CountDownLatch go = new CountDownLatch(1);
        try (LogLines log = new LogLines()) {
            dispatcher.submit(tasks(new Task("slow", go), new Task("quick", null)));
            assertThat(ran.take()).isEqualTo("slow begins");

            dispatcher.tick();
            assertThat(log.with("WARNING slow is still running")).hasSize(1);
            assertThat(log.with("slow finished after")).isEmpty();
            go.countDown();

            Gc.awaitWithoutCollecting(
                    () -> !log.with("INFO slow finished after").isEmpty(), "its return was not reported");
            assertThat(log.with("quick finished after")).isEmpty();
        }
    }

    @Test
    void startsInOrderEvenWhereEachOneIsStuckForAWhile() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        dispatcher.submit(tasks(new Task("1", go), new Task("2", go), new Task("3", go), new Task("4", null)));

        assertThat(ran.take()).isEqualTo("1 begins");
        dispatcher.tick();
        assertThat(ran.take()).isEqualTo("2 begins");
        dispatcher.tick();
        assertThat(ran.take()).isEqualTo("3 begins");
    }

    @Test
    void whenAllAreStuckTheRestWaitsForTheFirstToComeBack() throws Exception {
        List<CountDownLatch> gates = List.of(new CountDownLatch(1), new CountDownLatch(1), new CountDownLatch(1));
        dispatcher.submit(tasks(
                new Task("1", gates.get(0)),
                new Task("2", gates.get(1)),
                new Task("3", gates.get(2)),
                new Task("4", null)));
        try (LogLines log = new LogLines()) {
            for (int i = 1; i <= 3; i++) {
                assertThat(ran.take()).isEqualTo(i + " begins");
                dispatcher.tick();
            }
            dispatcher.tick();

            assertThat(ran.poll(50, TimeUnit.MILLISECONDS)).isNull();
            assertThat(log.with("All 3 workers of test are stuck")).hasSize(1);
            assertThat(log.with("WARNING 2 is still running; other actions continue alongside it. It is here:"))
                    .singleElement()
                    .asString()
                    .contains("SerialDispatcherTests$Task.run");
        }
        gates.get(1).countDown();

        assertThat(take(3)).containsExactly("2 ends", "4 begins", "4 ends");
        gates.forEach(CountDownLatch::countDown);
        assertThat(threads).hasValue(3);
    }

    @Test
    void anInterruptReachesTheStuckLegAndNotTheNext() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        Task hanging = new Task("hangs", never);
        hanging.limitNanos = 0;
        dispatcher.submit(tasks(hanging));
        assertThat(ran.take()).isEqualTo("hangs begins");

        dispatcher.tick();

        assertThat(take(2)).containsExactlyInAnyOrder("hangs timed out", "hangs is interrupted");
        dispatcher.submit(tasks(new Task("next", null)));
        assertThat(take(2)).containsExactly("next begins", "next ends");
    }

    @Test
    void stopStartsNothingMoreAndLetsEndWhatRuns() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        dispatcher.submit(tasks(new Task("first", go), new Task("second", null)));
        assertThat(ran.take()).isEqualTo("first begins");

        dispatcher.stop();
        go.countDown();

        assertThat(ran.take()).isEqualTo("first ends");
        assertThat(dispatcher.awaitDrained(Long.MAX_VALUE)).isTrue();
        dispatcher.submit(tasks(new Task("third", null)));
        assertThat(dispatcher.isIdle()).isTrue();
        assertThat(ran).isEmpty();
    }

    @Test
    void goesOnWhereAThreadFactoryHadNoThread() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        SerialDispatcher poor = new SerialDispatcher(
                "test",
                task -> asked.incrementAndGet() == 1 ? null : new Thread(task),
                1,
                Duration.ofHours(1),
                task -> 0,
                DispatchTask::run);
        poor.submit(tasks(new Task("first", null)));

        tryUntil(poor, () -> asked.get() > 1);

        assertThat(take(2)).containsExactly("first begins", "first ends");
        poor.stop();
    }

    @Test
    void saysOnceThatThereAreNoThreadsHoweverOftenItTries() {
        AtomicInteger asked = new AtomicInteger();
        SerialDispatcher poor = new SerialDispatcher(
                "the test",
                task -> {
                    asked.incrementAndGet();
                    return null;
                },
                1,
                Duration.ofHours(1),
                task -> 0,
                DispatchTask::run);
        try (LogLines log = new LogLines()) {
            poor.submit(tasks(new Task("first", null)));
            String noThread = "No thread for the actions of the test";
            tryUntil(poor, () -> asked.get() > 3); // and so has failed three times
            Gc.awaitWithoutCollecting( // the thread that has failed first may say so last
                    () -> !log.with(noThread).isEmpty(), "nothing was said");

            assertThat(log.with(noThread)).hasSize(1);
        }
        poor.stop();
    }

    @Test
    void asksTheUsersFactoryInAThreadForWhichNobodyWaits() throws Exception {
        BlockingQueue<Thread> asked = new LinkedBlockingQueue<>();
        SerialDispatcher dispatcher = new SerialDispatcher(
                "test",
                task -> {
                    asked.add(Thread.currentThread());
                    return new Thread(task);
                },
                1,
                Duration.ofHours(1),
                task -> 0,
                DispatchTask::run);

        dispatcher.submit(tasks(new Task("first", null)));

        assertThat(asked.take().getName()).startsWith("weakref-starter");
        assertThat(take(2)).containsExactly("first begins", "first ends");
        dispatcher.stop();
    }

    /** Nudges it until that is so: whether a thread can be had is found out by another thread. */
    private static void tryUntil(SerialDispatcher dispatcher, BooleanSupplier enough) {
        Gc.awaitWithoutCollecting(
                () -> {
                    dispatcher.ensureWorker();
                    dispatcher.tick();
                    return enough.getAsBoolean();
                },
                "no thread was asked for");
    }

    @Test
    void aDebuggerCanShowItWhileAnotherThreadHasItsLock() throws Exception {
        BlockingQueue<String> shown = new LinkedBlockingQueue<>();
        CountDownLatch go = new CountDownLatch(1);
        dispatcher.submit(tasks(new Task("slow", go)));
        assertThat(ran.take()).isEqualTo("slow begins");

        dispatcher.submit(new TaskBatch() {
            @Override
            public DispatchTask poll() { // called with the lock
                try {
                    shown.add(BackgroundCall.call(dispatcher::toString).result());
                } catch (Exception blocked) {
                    shown.add(blocked.toString());
                }
                return null;
            }
        });
        String running = dispatcher.toString();
        go.countDown();

        assertThat(running)
                .startsWith("SerialDispatcher[test, 1 workers, active: Worker[Thread-")
                .endsWith(", runs slow], tasks wait]");
        assertThat(shown.take())
                .startsWith("SerialDispatcher[test, 1 workers, active: Worker[Thread-")
                .endsWith("waits], tasks wait]");
    }

    private SerialDispatcher dispatcher(int workers) {
        return new SerialDispatcher(
                "test",
                task -> {
                    threads.incrementAndGet();
                    return new Thread(task);
                },
                workers,
                Duration.ofHours(1),
                task -> 0,
                DispatchTask::run);
    }

    private static TaskBatch tasks(Task... tasks) {
        var left = new ArrayList<DispatchTask>(List.of(tasks)).iterator();
        return TaskBatch.of(() -> left.hasNext() ? left.next() : null);
    }

    private List<String> take(int count) throws InterruptedException {
        List<String> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(ran.take());
        }
        return taken;
    }

    private final class Task implements DispatchTask {
        private final String name;
        private final CountDownLatch gate;
        private long limitNanos = Long.MAX_VALUE;

        Task(String name, CountDownLatch gate) {
            this.name = name;
            this.gate = gate;
        }

        @Override
        public void run() {
            ran.add(name + " begins");
            try {
                if (gate != null) {
                    gate.await();
                }
                ran.add(name + " ends");
            } catch (InterruptedException stop) {
                ran.add(name + " is interrupted");
            }
        }

        @Override
        public long limitNanos() {
            return limitNanos;
        }

        @Override
        public String describe() {
            return name;
        }

        @Override
        public boolean timeOut(Thread thread, long nanos) {
            ran.add(name + " timed out");
            return true;
        }
    }
}

package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;

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
class RelayTests {

    private final BlockingQueue<String> ran = new LinkedBlockingQueue<>();
    private final AtomicInteger threads = new AtomicInteger();
    private final Relay relay = relay(3);

    @AfterEach
    void stop() {
        relay.stop();
    }

    @Test
    void startsTheNextWhenTheOneBeforeHasEnded() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        relay.handOver(legs(new Leg("first", go)));
        relay.handOver(legs(new Leg("second", null), new Leg("third", null)));

        assertThat(ran.take()).isEqualTo("first begins");
        assertThat(ran.poll(50, TimeUnit.MILLISECONDS)).isNull();
        go.countDown();

        assertThat(take(5)).containsExactly("first ends", "second begins", "second ends", "third begins", "third ends");
        assertThat(threads).hasValue(1);
    }

    @Test
    void aStuckRunnerLosesTheBatonAndLeavesTheTrackWhenItComesBack() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        relay.handOver(legs(new Leg("stuck", go), new Leg("second", null)));
        assertThat(ran.take()).isEqualTo("stuck begins");

        relay.look();

        assertThat(take(2)).containsExactly("second begins", "second ends");
        go.countDown();
        assertThat(ran.take()).isEqualTo("stuck ends");
        relay.handOver(legs(new Leg("third", null)));
        assertThat(take(2)).containsExactly("third begins", "third ends");
        assertThat(threads).hasValue(2);
    }

    @Test
    void aStuckLegIsReportedWhileItRunsAndAgainWhenItHasComeBack() throws Exception {
        // names of its own: a leg of another test may come back meanwhile
        CountDownLatch go = new CountDownLatch(1);
        try (LogLines log = new LogLines()) {
            relay.handOver(legs(new Leg("slow", go), new Leg("quick", null)));
            assertThat(ran.take()).isEqualTo("slow begins");

            relay.look();
            assertThat(log.with("WARNING slow is still running")).hasSize(1);
            assertThat(log.with("slow has come back")).isEmpty();
            go.countDown();

            Gc.awaitWithoutCollecting(
                    () -> !log.with("INFO slow has come back").isEmpty(), "its return was not reported");
            assertThat(log.with("quick has come back")).isEmpty();
        }
    }

    @Test
    void startsInOrderEvenWhereEachOneIsStuckForAWhile() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        relay.handOver(legs(new Leg("1", go), new Leg("2", go), new Leg("3", go), new Leg("4", null)));

        assertThat(ran.take()).isEqualTo("1 begins");
        relay.look();
        assertThat(ran.take()).isEqualTo("2 begins");
        relay.look();
        assertThat(ran.take()).isEqualTo("3 begins");
    }

    @Test
    void whenAllAreStuckTheRestWaitsForTheFirstToComeBack() throws Exception {
        List<CountDownLatch> gates = List.of(new CountDownLatch(1), new CountDownLatch(1), new CountDownLatch(1));
        relay.handOver(legs(
                new Leg("1", gates.get(0)),
                new Leg("2", gates.get(1)),
                new Leg("3", gates.get(2)),
                new Leg("4", null)));
        try (LogLines log = new LogLines()) {
            for (int i = 1; i <= 3; i++) {
                assertThat(ran.take()).isEqualTo(i + " begins");
                relay.look();
            }
            relay.look();

            assertThat(ran.poll(50, TimeUnit.MILLISECONDS)).isNull();
            assertThat(log.with("All 3 threads of test are stuck")).hasSize(1);
            assertThat(log.with("WARNING 2 is still running; others go on beside it. It is here:"))
                    .singleElement()
                    .asString()
                    .contains("RelayTests$Leg.run");
        }
        gates.get(1).countDown();

        assertThat(take(3)).containsExactly("2 ends", "4 begins", "4 ends");
        gates.forEach(CountDownLatch::countDown);
        assertThat(threads).hasValue(3);
    }

    @Test
    void anInterruptReachesTheStuckLegAndNotTheNext() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        Leg hanging = new Leg("hangs", never);
        hanging.limitNanos = 0;
        relay.handOver(legs(hanging));
        assertThat(ran.take()).isEqualTo("hangs begins");

        relay.look();

        assertThat(take(2)).containsExactlyInAnyOrder("hangs is left behind", "hangs is interrupted");
        relay.handOver(legs(new Leg("next", null)));
        assertThat(take(2)).containsExactly("next begins", "next ends");
    }

    @Test
    void stopStartsNothingMoreAndLetsEndWhatRuns() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        relay.handOver(legs(new Leg("first", go), new Leg("second", null)));
        assertThat(ran.take()).isEqualTo("first begins");

        relay.stop();
        go.countDown();

        assertThat(ran.take()).isEqualTo("first ends");
        assertThat(relay.awaitBaton(Long.MAX_VALUE)).isTrue();
        relay.handOver(legs(new Leg("third", null)));
        assertThat(relay.isIdle()).isTrue();
        assertThat(ran).isEmpty();
    }

    @Test
    void goesOnWhereAThreadFactoryHadNoThread() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        Relay poor = new Relay(
                "test",
                task -> asked.incrementAndGet() == 1 ? null : new Thread(task),
                1,
                Duration.ofHours(1),
                leg -> 0,
                Relay.Leg::run);
        poor.handOver(legs(new Leg("first", null)));

        tryUntil(poor, () -> asked.get() > 1);

        assertThat(take(2)).containsExactly("first begins", "first ends");
        poor.stop();
    }

    @Test
    void saysOnceThatThereAreNoThreadsHoweverOftenItTries() {
        AtomicInteger asked = new AtomicInteger();
        Relay poor = new Relay(
                "nobody",
                task -> {
                    asked.incrementAndGet();
                    return null;
                },
                1,
                Duration.ofHours(1),
                leg -> 0,
                Relay.Leg::run);
        try (LogLines log = new LogLines()) {
            poor.handOver(legs(new Leg("first", null)));
            tryUntil(poor, () -> asked.get() > 3); // and so has failed three times

            assertThat(log.with("No thread for the actions of nobody")).hasSize(1);
        }
        poor.stop();
    }

    @Test
    void asksTheUsersFactoryInAThreadForWhichNobodyWaits() throws Exception {
        BlockingQueue<Thread> asked = new LinkedBlockingQueue<>();
        Relay relay = new Relay(
                "test",
                task -> {
                    asked.add(Thread.currentThread());
                    return new Thread(task);
                },
                1,
                Duration.ofHours(1),
                leg -> 0,
                Relay.Leg::run);

        relay.handOver(legs(new Leg("first", null)));

        assertThat(asked.take().getName()).startsWith("weakref-starter");
        assertThat(take(2)).containsExactly("first begins", "first ends");
        relay.stop();
    }

    /** Nudges it until that is so: whether a thread can be had is found out by another thread. */
    private static void tryUntil(Relay relay, BooleanSupplier enough) {
        Gc.awaitWithoutCollecting(
                () -> {
                    relay.nudge();
                    relay.look();
                    return enough.getAsBoolean();
                },
                "no thread was asked for");
    }

    private Relay relay(int runners) {
        return new Relay(
                "test",
                task -> {
                    threads.incrementAndGet();
                    return new Thread(task);
                },
                runners,
                Duration.ofHours(1),
                leg -> 0,
                Relay.Leg::run);
    }

    private static Relay.Batch legs(Leg... legs) {
        var left = new ArrayList<Relay.Leg>(List.of(legs)).iterator();
        return Relay.Batch.of(() -> left.hasNext() ? left.next() : null);
    }

    private List<String> take(int count) throws InterruptedException {
        List<String> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(ran.take());
        }
        return taken;
    }

    private final class Leg implements Relay.Leg {
        private final String name;
        private final CountDownLatch gate;
        private long limitNanos = Long.MAX_VALUE;

        Leg(String name, CountDownLatch gate) {
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
        public boolean leaveBehind(Thread thread, long nanos) {
            ran.add(name + " is left behind");
            return true;
        }
    }
}

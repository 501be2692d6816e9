package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weakref.Leak.Kind;
import dev.weakref.internal.support.ElapsedTime;
import java.lang.ref.Reference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class LeakTests {

    private final BlockingQueue<Leak> told = new LinkedBlockingQueue<>();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final BlockingQueue<String> threads = new LinkedBlockingQueue<>();
    private final Object referent = new Object();

    private FinalizerRegistry.Builder builder() {
        return FinalizerRegistry.builder()
                .name("leaky")
                .clock(now::get)
                .reportOpenAtExit(true)
                .leakListener(told::add);
    }

    @Nested
    class NotClosed {

        @Test
        void isReportedWhenItRunsBecauseItsReferentWasCollected() throws Exception {
            try (LogLines log = new LogLines();
                    FinalizerRegistry registry = builder().build()) {
                Finalizer<Void> finalizer = registry.finalizer(referent)
                        .name("lease")
                        .mustBeClosed()
                        .run(() -> {});

                ((FinalizerNode<?>) finalizer).enqueue();

                Leak leak = told.take();
                assertThat(leak.kind()).isEqualTo(Kind.NOT_CLOSED);
                assertThat(leak.registry()).isEqualTo("leaky");
                assertThat(leak.finalizer().id()).isEqualTo(finalizer.id());
                assertThat(leak.finalizer().mustBeClosed()).isTrue();
                assertThat(registry.stats().leaks(Kind.NOT_CLOSED)).isEqualTo(1);
                assertThat(log.with("LEAK: NOT_CLOSED finalizer 1 'lease' of registry 'leaky'"))
                        .singleElement()
                        .asString()
                        .contains("set the leak level to PARANOID to see where it was created");
            }
        }

        @Test
        void isReportedWhenItIsStillLiveAtExitWhetherItRunsThenOrNot() {
            FinalizerRegistry registry = builder().build();
            registry.finalizer(referent).name("runs").mustBeClosed().run(() -> {});
            registry.finalizer(referent)
                    .name("does not run")
                    .atExit(false)
                    .mustBeClosed()
                    .run(() -> {});

            registry.close();

            assertThat(told).extracting(leak -> leak.finalizer().name()).containsExactly("does not run", "runs");
            assertThat(registry.stats().leaks(Kind.NOT_CLOSED)).isEqualTo(2);
        }

        @Test
        void isNothingThatIsOpenAtAnOrderlyExit() {
            FinalizerRegistry registry =
                    FinalizerRegistry.builder().leakListener(told::add).build();
            registry.finalizer(referent).mustBeClosed().run(() -> {});
            registry.finalizer(referent).atExit(false).mustBeClosed().run(() -> {});
            registry.finalizer(referent).mustBeClosed().run(() -> {
                throw new IllegalStateException("for the test");
            });

            try (LogLines log = new LogLines()) {
                registry.close();

                assertThat(log.with("LEAK:")).isEmpty();
            }
            assertThat(told).isEmpty();
            assertThat(registry.stats().leaks(Kind.NOT_CLOSED)).isZero();
        }

        @Test
        void isReportedAtExitIfItsReferentHadBeenCollected() {
            for (Duration time : List.of(Duration.ofMinutes(1), Duration.ZERO)) {
                FinalizerRegistry registry =
                        FinalizerRegistry.builder().leakListener(told::add).build();
                Finalizer<Void> dead =
                        registry.finalizer(referent).mustBeClosed().run(() -> {});
                ((FinalizerNode<?>) dead).clear();

                registry.shutdown(time);

                assertThat(registry.stats().leaks(Kind.NOT_CLOSED)).isEqualTo(1);
            }
            assertThat(told).hasSize(2);
        }

        @Test
        void isReportedWhenTheExitLimitCutsItOff() {
            FinalizerRegistry registry =
                    builder().exitLimit(Duration.ofSeconds(2)).build();
            registry.finalizer(referent).name("cut off").mustBeClosed().run(() -> {});
            registry.finalizer(referent).name("hangs").run(() -> new java.util.concurrent.CountDownLatch(1).await());

            ExitReport report = registry.shutdown();

            assertThat(report.skipped()).isEqualTo(1);
            assertThat(told).extracting(leak -> leak.finalizer().name()).containsExactly("cut off");
        }

        @Test
        void isNothingThatWasCalledOrDetachedOrNeedNotBeClosed() {
            FinalizerRegistry registry = builder().build();
            registry.finalizer(referent).mustBeClosed().run(() -> {}).close();
            registry.finalizer(referent).mustBeClosed().run(() -> {}).detach();
            registry.register(referent, () -> {});

            registry.close();

            assertThat(told).isEmpty();
            assertThat(registry.stats().leaks()).containsOnlyKeys(Kind.values()).containsValue(0L);
            assertThat(registry.stats().leaks(Kind.NOT_CLOSED)).isZero();
        }
    }

    @Nested
    class Newest {

        @Test
        void areKeptNewestFirstWithTheTimeWhenTheyWereFound() {
            FinalizerRegistry registry = builder().build();
            registry.finalizer(referent).name("older").mustBeClosed().run(() -> {});
            registry.finalizer(referent).name("newer").mustBeClosed().run(() -> told.isEmpty());
            now.set(Instant.EPOCH.plusSeconds(7));

            registry.close();

            assertThat(registry.leaks()).containsExactlyInAnyOrderElementsOf(told);
            assertThat(registry.leaks())
                    .extracting(leak -> leak.finalizer().name())
                    .containsExactly("older", "newer");
            assertThat(registry.leaks()).extracting(Leak::foundAt).containsOnly(Instant.EPOCH.plusSeconds(7));
        }

        @Test
        void areFifty() {
            FinalizerRegistry registry = builder().build();
            LeakReporter leaks = registry.core().leaks();

            for (int number = 0; number < 60; number++) {
                leaks.found(Kind.NOT_CLOSED, info("place " + number), "Action");
            }

            assertThat(registry.leaks())
                    .hasSize(50)
                    .first()
                    .extracting(leak -> leak.finalizer().createdBy())
                    .isEqualTo("place 59");
            registry.close();
        }

        @Test
        void areNoneWhereNothingIsReported() {
            FinalizerRegistry registry = builder().leakLevel(LeakLevel.DISABLED).build();
            registry.finalizer(referent).mustBeClosed().run(() -> {});

            registry.close();

            assertThat(registry.leaks()).isEmpty();
        }

        private FinalizerInfo info(String place) {
            return new FinalizerInfo(1, "f", null, "Action", true, Instant.EPOCH, place, true, false, List.of(place));
        }
    }

    @Nested
    class Overdue {

        @Test
        void isReportedAfterItsLimitOrItsRegistrysAndResolvedAtItsEnd() throws Exception {
            FinalizerRegistry registry =
                    builder().overdueAfter(Duration.ofMinutes(2)).build();
            Finalizer<Void> own = registry.finalizer(referent)
                    .name("own")
                    .overdueAfter(Duration.ofMinutes(1))
                    .run(() -> told.isEmpty());
            Finalizer<Void> others =
                    registry.finalizer(referent).name("registry's").run(() -> {});
            registry.core().overdueMonitor().check();
            assertThat(told).isEmpty();

            now.set(Instant.EPOCH.plusSeconds(60));
            registry.core().overdueMonitor().check();
            registry.core().overdueMonitor().check();
            Leak overdue = told.take();
            assertThat(overdue.kind()).isEqualTo(Kind.OVERDUE);
            assertThat(overdue.finalizer().name()).isEqualTo("own");
            assertThat(overdue.finalizer().overdue()).isTrue();
            assertThat(told).isEmpty();
            now.set(Instant.EPOCH.plusSeconds(120));
            registry.core().overdueMonitor().check();
            assertThat(registry.find(others.id()).orElseThrow().overdue()).isTrue();
            own.close();
            others.detach();

            for (String expected : List.of("OVERDUE registry's", "RESOLVED own", "RESOLVED registry's")) {
                Leak leak = told.take();
                assertThat(leak.kind() + " " + leak.finalizer().name()).isEqualTo(expected);
            }
            assertThat(registry.stats().leaks(Kind.RESOLVED)).isEqualTo(2);
            registry.close();
        }

        @Test
        void isNotResolvedByCollectionOrExit() throws Exception {
            FinalizerRegistry registry = builder().build();
            registry.finalizer(referent).overdueAfter(Duration.ofMinutes(1)).run(() -> {});
            now.set(Instant.EPOCH.plusSeconds(60));
            registry.core().overdueMonitor().check();

            registry.close();

            assertThat(told.take().kind()).isEqualTo(Kind.OVERDUE);
            assertThat(registry.stats().leaks(Kind.RESOLVED)).isZero();
        }

        @Test
        void isDecidedByElapsedTimeWhateverTheWallClockIsSetTo() throws Exception {
            AtomicLong elapsedNanos = new AtomicLong();
            FinalizerRegistry registry = builder()
                    .clock(new ElapsedTime(now::get, elapsedNanos::get))
                    .overdueAfter(Duration.ofMinutes(1))
                    .build();
            Finalizer<Void> finalizer = registry.register(referent, () -> {});

            now.set(Instant.EPOCH.plus(Duration.ofDays(20_000)));
            elapsedNanos.set(Duration.ofSeconds(1).toNanos());
            registry.core().overdueMonitor().check();

            assertThat(registry.stats().leaks(Kind.OVERDUE)).isZero();
            assertThat(finalizer.createdAt()).isEqualTo(now.get().minusSeconds(1));

            now.set(Instant.EPOCH.minus(Duration.ofDays(1)));
            elapsedNanos.set(Duration.ofMinutes(1).toNanos());
            registry.core().overdueMonitor().check();

            Leak leak = told.take();
            assertThat(leak.kind()).isEqualTo(Kind.OVERDUE);
            assertThat(leak.finalizer().createdAt()).isEqualTo(now.get().minusSeconds(60));
            assertThat(leak.foundAt()).isEqualTo(now.get());
            registry.close();
        }

        @Test
        void isToldInAThreadOfTheLibraryThatNothingElseWaitsFor() throws Exception {
            FinalizerRegistry registry = FinalizerRegistry.builder()
                    .clock(now::get)
                    .leakListener(leak -> threads.add(Thread.currentThread().getName()))
                    .build();
            registry.finalizer(referent).overdueAfter(Duration.ofMinutes(1)).run(() -> {});
            now.set(Instant.EPOCH.plusSeconds(60));

            registry.core().overdueMonitor().check();

            assertThat(threads.take()).startsWith("weakref-callbacks-");
            registry.close();
        }

        @Test
        void isFoundByTheWatchOnItsOwnAndAgainAfterAPauseWithoutAny() throws Exception {
            try (FinalizerRegistry registry =
                    FinalizerRegistry.builder().leakListener(told::add).build()) {
                for (int round = 0; round < 2; round++) {
                    Named action = round == 0 ? new First() : new Second();
                    Finalizer<Void> finalizer = registry.finalizer(referent)
                            .overdueAfter(Duration.ofMillis(5))
                            .run(action);
                    assertThat(told.take().kind()).isEqualTo(Kind.OVERDUE);
                    finalizer.close();
                    assertThat(told.take().kind()).isEqualTo(Kind.RESOLVED);
                    registry.core().overdueMonitor().check();
                }
            }
        }
    }

    @Test
    void eachPlaceIsReportedOnceAndEveryLeakIsCounted() {
        FinalizerRegistry registry = builder().build();
        for (int i = 0; i < 100; i++) {
            registry.finalizer(referent).name("number " + i).mustBeClosed().run(new First());
            registry.finalizer(referent).mustBeClosed().run(new Second());
        }

        registry.close();

        assertThat(told)
                .extracting(leak -> leak.finalizer().action())
                .containsExactlyInAnyOrder(First.class.getName(), Second.class.getName());
        assertThat(registry.stats().leaks(Kind.NOT_CLOSED)).isEqualTo(200);
    }

    @Nested
    class Places {

        private final FinalizerRegistry registry =
                builder().leakLevel(LeakLevel.PARANOID).build();

        @Test
        void areTheCallersOfOneHelperMethod() {
            oneCaller();
            anotherCaller();

            assertThat(reported()).isEqualTo(2);
        }

        @Test
        void areTheActionsOfOneLine() {
            for (Named action : List.of(new First(), new Second())) {
                registry.finalizer(referent).mustBeClosed().run(action);
            }

            assertThat(reported()).isEqualTo(2);
        }

        @Test
        void areTheSameForAllThatComeByTheSameWay() {
            for (int i = 0; i < 100; i++) {
                helper("number " + i);
            }

            assertThat(reported()).isEqualTo(1);
        }

        @Test
        void areTheStacksOfGuardsAndNotTheirNames() {
            List<AutoCloseable> handles = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                String name = "number " + i;
                handles.add(registry.guard(
                        () -> {},
                        AutoCloseable.class,
                        options -> options.name(name).mustBeClosed()));
            }

            assertThat(reported()).isEqualTo(1);
            Reference.reachabilityFence(handles);
        }

        @Test
        void areTheLambdasOfOneClassThoughTheyAreShownAlike() {
            FinalizerRegistry simple = builder().build();
            simple.finalizer(referent).mustBeClosed().run(() -> {});
            simple.finalizer(referent).mustBeClosed().run(() -> told.isEmpty());

            simple.close();

            assertThat(told)
                    .extracting(leak -> leak.finalizer().name())
                    .containsExactly(
                            getClass().getName() + " (lambda)", getClass().getName() + " (lambda)");
        }

        private void oneCaller() {
            helper("one");
        }

        private void anotherCaller() {
            helper("another");
        }

        private void helper(String name) {
            registry.finalizer(referent).name(name).mustBeClosed().run(new First());
        }

        private int reported() {
            long leaks = registry.stats().live();
            registry.close();
            assertThat(registry.stats().leaks(Kind.NOT_CLOSED)).isEqualTo(leaks);
            return told.size();
        }
    }

    @Test
    void guardsAreReportedForEachNameSinceTheirActionIsTheLibrarys() {
        FinalizerRegistry registry = builder().build();
        AutoCloseable one = registry.guard(
                () -> {}, AutoCloseable.class, options -> options.name("one").mustBeClosed());
        AutoCloseable two = registry.guard(
                () -> {}, AutoCloseable.class, options -> options.name("two").mustBeClosed());

        registry.close();

        assertThat(told).extracting(leak -> leak.finalizer().name()).containsExactly("two", "one");
        Reference.reachabilityFence(List.of(one, two));
    }

    @Test
    void aListenerThatThrowsIsReportedAndTheOthersAreTold() {
        try (LogLines log = new LogLines()) {
            FinalizerRegistry registry = FinalizerRegistry.builder()
                    .reportOpenAtExit(true)
                    .leakListener(leak -> {
                        throw new AssertionError("on purpose");
                    })
                    .leakListener(told::add)
                    .build();
            registry.finalizer(referent).mustBeClosed().run(() -> {});

            registry.close();

            assertThat(told).hasSize(1);
            assertThat(log.with("A leak listener of registry")).hasSize(1);
        }
    }

    @Nested
    class Levels {

        @Test
        void simpleRecordsNoStack() {
            FinalizerRegistry registry = builder().leakLevel(LeakLevel.SIMPLE).build();

            FinalizerInfo info = leak(registry).finalizer();

            assertThat(info.createdBy()).isNull();
            assertThat(info.stack()).isEmpty();
        }

        @Test
        void paranoidRecordsTheStackOfEveryOneWithoutFramesOfTheLibrary() {
            try (LogLines log = new LogLines()) {
                FinalizerRegistry registry =
                        builder().leakLevel(LeakLevel.PARANOID).build();

                FinalizerInfo info = leak(registry).finalizer();

                assertThat(info.createdBy()).startsWith("dev.weakref.LeakTests$Levels.leak(LeakTests.java:");
                assertThat(info.stack()).hasSizeBetween(2, 16).first().isEqualTo(info.createdBy());
                assertThat(info.stack().get(1)).contains("paranoidRecordsTheStackOfEveryOne");
                assertThat(log.with("LEAK: ")).singleElement().asString().contains("\tat " + info.createdBy());
            }
        }

        @Test
        void advancedRecordsThePartThatIsChosen() {
            FinalizerRegistry all =
                    builder().leakLevel(LeakLevel.ADVANCED).leakSampling(1).build();
            FinalizerRegistry none =
                    builder().leakLevel(LeakLevel.ADVANCED).leakSampling(0).build();

            assertThat(leak(all).finalizer().stack()).isNotEmpty();
            assertThat(leak(none).finalizer().stack()).isEmpty();
        }

        @Test
        void disabledCountsAndDoesNotReport() {
            FinalizerRegistry registry = builder().leakLevel(LeakLevel.DISABLED).build();
            registry.finalizer(referent).mustBeClosed().run(() -> {});

            registry.close();

            assertThat(told).isEmpty();
            assertThat(registry.stats().leaks(Kind.NOT_CLOSED)).isEqualTo(1);
        }

        @Test
        void canBeSwitchedWhileTheRegistryRuns() {
            try (FinalizerRegistry registry = builder().build()) {
                assertThat(registry.leakLevel()).isEqualTo(LeakLevel.SIMPLE);
                registry.setLeakLevel(LeakLevel.PARANOID);
                long recorded = registry.register(referent, () -> {}).id();
                registry.setLeakLevel(LeakLevel.SIMPLE);
                long notRecorded = registry.register(referent, () -> {}).id();

                assertThat(registry.find(recorded).orElseThrow().stack()).isNotEmpty();
                assertThat(registry.find(notRecorded).orElseThrow().stack()).isEmpty();
            }
        }

        @Test
        void refuseASamplingThatIsNoPart() {
            for (double wrong : new double[] {-0.1, 1.1, Double.NaN}) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> builder().leakSampling(wrong))
                        .withMessageContaining("give a number from 0 to 1");
            }
            assertThatIllegalArgumentException().isThrownBy(() -> builder().overdueAfter(Duration.ZERO));
        }

        private Leak leak(FinalizerRegistry registry) {
            registry.finalizer(referent).mustBeClosed().run(() -> {});
            registry.close();
            assertThat(told).hasSize(1);
            return told.remove();
        }
    }

    /** Four threads, 250,000 rounds each; one in a thousand is dropped without being closed. */
    @Test
    @Tag("collects")
    @Timeout(400)
    void amidCollectionsNoLeakIsLostAndNothingClosedIsReported() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Thread collector = Gc.collectUntil(over::get);
        try (FinalizerRegistry registry = FinalizerRegistry.builder()
                .leakListener(told::add)
                .captureCheck(CaptureCheck.OFF)
                .build()) {
            List<BackgroundCall<Void>> sides = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                sides.add(BackgroundCall.run(() -> openAndClose(registry, 250_000)));
            }
            for (BackgroundCall<Void> side : sides) {
                side.result(Duration.ofMinutes(5));
            }

            Gc.awaitTrue(() -> registry.stats().leaks(Kind.NOT_CLOSED) == 1_000, "a leak was lost");

            assertThat(registry.stats().live()).isZero();
            assertThat(told)
                    .singleElement()
                    .satisfies(leak -> assertThat(leak.finalizer().action()).isEqualTo(First.class.getName()));
        } finally {
            over.set(true);
            collector.join();
        }
    }

    private static void openAndClose(FinalizerRegistry registry, int rounds) {
        for (int round = 0; round < rounds; round++) {
            Object opened = new Object();
            if (round % 1_000 == 0) {
                registry.finalizer(opened).mustBeClosed().run(new First());
            } else {
                registry.finalizer(opened).mustBeClosed().run(new Second()).close();
            }
            Reference.reachabilityFence(opened);
        }
    }

    /** An action of a class that a test can name. */
    private static class Named implements FinalizerRegistry.Action {
        @Override
        public void run() {}
    }

    private static final class First extends Named {}

    private static final class Second extends Named {}
}

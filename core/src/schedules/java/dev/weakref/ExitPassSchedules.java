package dev.weakref;

import static dev.weakref.Exploration.explore;
import static dev.weakref.Exploration.together;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.Reference;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Each finalizer runs once, or is refused or detached, whatever else happens while its registry closes. */
class ExitPassSchedules {

    @Test
    void aFinalizerThatIsRegisteredDuringTheExitPassRunsOrIsRefused() {
        explore(() -> {
            CountDownLatch passRuns = new CountDownLatch(1);
            AtomicBoolean registersLate = new AtomicBoolean();
            Scene scene = new Scene(FinalizerRegistry.builder().clock(() -> {
                if (registersLate.get()) { // it has seen that the registry is open, and has no place in the log yet
                    BackgroundCall.await(passRuns);
                }
                return Instant.EPOCH;
            }));
            scene.register(passRuns::countDown);
            registersLate.set(true);
            AtomicInteger runs = new AtomicInteger();
            AtomicReference<Boolean> registered = new AtomicReference<>();

            together(
                    () -> registered.set(scene.register(runs::incrementAndGet) != null),
                    () -> scene.registry.shutdown());

            assertThat(runs).hasValue(registered.get() ? 1 : 0);
            assertThat(scene.registry.stats().live()).isZero();
        });
    }

    @Test
    void aFinalizerEndedByItsUserInTheExitPassRunsAtMostOnce() {
        explore(() -> {
            Scene scene = new Scene();
            AtomicInteger calls = new AtomicInteger();
            AtomicInteger runs = new AtomicInteger();
            CountDownLatch passIsNear = new CountDownLatch(1);
            Finalizer<?> called = scene.register(calls::incrementAndGet);
            Finalizer<?> detached = scene.register(runs::incrementAndGet);
            scene.register(passIsNear::countDown); // the newest, so it runs first
            AtomicReference<Finalizer.Detached> taken = new AtomicReference<>();
            AtomicReference<ExitReport> report = new AtomicReference<>();

            together(
                    () -> {
                        passIsNear.await();
                        called.close();
                    },
                    () -> {
                        passIsNear.await();
                        taken.set(detached.detach());
                    },
                    () -> report.set(scene.registry.shutdown()));

            assertThat(calls).hasValue(1);
            assertThat(runs).hasValue(taken.get() == null ? 1 : 0);
            assertThat(report.get().skipped()
                            + report.get().failed()
                            + report.get().timedOut())
                    .isZero();
            assertThat(report.get().leftovers()).isEmpty();
            assertThat(scene.registry.stats().live()).isZero();
        });
    }

    @Test
    void aFinalizerWhoseReferentDiesDuringTheExitPassRunsOnce() {
        explore(() -> {
            Scene scene = new Scene();
            AtomicInteger runs = new AtomicInteger();
            Finalizer<?> dies = scene.register(runs::incrementAndGet);
            Finalizer<?> diesMeanwhile = scene.register(runs::incrementAndGet);
            ((Reference<?>) dies).enqueue();

            together(
                    () -> {
                        ((Reference<?>) diesMeanwhile).enqueue();
                        scene.registry.core().log().sweep();
                    },
                    () -> scene.registry.shutdown());

            assertThat(runs).hasValue(2);
            assertThat(dies.isAlive() || diesMeanwhile.isAlive()).isFalse();
        });
    }

    @Test
    void twoThreadsThatCloseARegistryGetTheReportOfOnePass() {
        explore(() -> {
            Scene scene = new Scene();
            AtomicInteger runs = new AtomicInteger();
            scene.register(runs::incrementAndGet);
            scene.register(runs::incrementAndGet);
            AtomicReference<ExitReport> first = new AtomicReference<>();
            AtomicReference<ExitReport> second = new AtomicReference<>();

            together(() -> first.set(scene.registry.shutdown()), () -> second.set(scene.registry.shutdown()));

            assertThat(runs).hasValue(2);
            assertThat(first.get().run()).isEqualTo(2);
            assertThat(second.get()).isSameAs(first.get());
        });
    }

    @Test
    void aCloseRunsAllIfThereWasNoThreadForThatOfAnAction() {
        explore(() -> {
            AtomicInteger attempts = new AtomicInteger();
            Scene scene = new Scene(FinalizerRegistry.builder().threadFactory(task -> {
                if (attempts.incrementAndGet() == 1) {
                    throw new OutOfMemoryError("for the test");
                }
                return new Thread(task);
            }));
            AtomicInteger runs = new AtomicInteger();
            scene.register(runs::incrementAndGet);
            Finalizer<?> closes = scene.register(() -> {
                runs.incrementAndGet();
                scene.registry.shutdown();
            });

            together(
                    () -> {
                        try {
                            closes.close();
                        } catch (OutOfMemoryError noThread) {
                            // unless the other thread was first
                        }
                    },
                    () -> scene.registry.shutdown());

            assertThat(runs).hasValue(2);
            assertThat(scene.registry.stats().live()).isZero();
        });
    }

    /** A registry that notices the death of a referent only in a sweep. */
    private static final class Scene {

        private final Object referent = new Object();
        final FinalizerRegistry registry;

        Scene() {
            this(FinalizerRegistry.builder());
        }

        Scene(FinalizerRegistry.Builder builder) {
            registry = builder.name("schedule")
                    .captureCheck(CaptureCheck.OFF)
                    .reaper(SimulatedCollector.idleReaper())
                    .build();
        }

        /** Registers an action; nothing if the registry is closed. */
        Finalizer<?> register(FinalizerRegistry.Action action) {
            try {
                return registry.register(referent, action);
            } catch (IllegalStateException closed) {
                return null;
            }
        }
    }
}

package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.weakref.Finalizer.Outcome;
import dev.weakref.Finalizer.Trigger;
import dev.weakref.Leftover.Reason;
import dev.weakref.internal.reap.Reaper;
import dev.weakref.internal.support.Defaults;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ExitPassTests {

    private final Reaper reaper = new Reaper(task -> new Thread(() -> {}), Duration.ofSeconds(1));
    private final FinalizerRegistry.Builder builder = FinalizerRegistry.builder()
            .name("test")
            .captureCheck(CaptureCheck.OFF)
            .reaper(reaper);
    private final BlockingQueue<String> ran = new LinkedBlockingQueue<>();
    private final Object referent = new Object();
    private FinalizerRegistry registry = builder.build();

    @Test
    void anActionThatEndsAsItTimesOutIsCountedOnceAndThePassEnds() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Object referent = new Object();
        List<FinalizerRun> runs = new CopyOnWriteArrayList<>();
        FinalizerRegistry registry = FinalizerRegistry.builder()
                .name("ending") // as an action of another test may time out at the same time
                .actionLimit(Duration.ofMillis(20))
                .listener(runs::add)
                .build();
        FinalizerNode<?> finalizer = (FinalizerNode<?>) registry.register(referent, () -> {
            while (go.getCount() > 0) {
                Thread.onSpinWait(); // deaf to interruption
            }
        });

        LogLines.Reaction endsIt = new LogLines.Reaction("of registry 'ending' has timed out", () -> {
            go.countDown();
            Gc.awaitWithoutCollecting(finalizer::isDone, "it has not ended");
        });
        ExitReport report = registry.shutdown();
        endsIt.close();

        assertThat(report.timedOut()).isEqualTo(1);
        assertThat(registry.isClosed()).isTrue();
        assertThat(runs).extracting(FinalizerRun::outcome).containsExactly(Outcome.TIMEOUT);
        assertThat(finalizer.markTimedOut()).isFalse();
        Reference.reachabilityFence(referent);
    }

    @Test
    void runsTheLiveNewestFirstWithTheirReferents() {
        for (int i = 1; i <= 200; i++) {
            int number = i;
            registry.finalizer(referent)
                    .onTrigger((same, trigger) -> ran.add(number + " " + (same == referent) + " " + trigger));
        }

        ExitReport report = registry.shutdown();

        assertThat(ran)
                .hasSize(200)
                .startsWith("200 true EXIT", "199 true EXIT")
                .endsWith("1 true EXIT");
        assertThat(report).isEqualTo(new ExitReport(200, 0, 0, 0, report.took(), List.of()));
        assertThat(registry.stats().live()).isZero();
        assertThat(registry.stats().ran(Trigger.EXIT, Outcome.SUCCESS)).isEqualTo(200);
    }

    @Test
    void runsFirstWhoseReferentIsDeadWhateverTheirFlag() {
        FinalizerNode<?> oldAndDead = named("old and dead", false);
        named("live", true);
        FinalizerNode<?> newAndDead = named("new and dead", true);
        named("newest", true);
        oldAndDead.clear();
        newAndDead.clear();

        ExitReport report = registry.shutdown();

        assertThat(ran).containsExactly("new and dead", "old and dead", "newest", "live");
        assertThat(oldAndDead.trigger()).isEqualTo(Trigger.UNREACHABLE);
        assertThat(newAndDead.trigger()).isEqualTo(Trigger.UNREACHABLE);
        assertThat(report.run()).isEqualTo(4);
    }

    @Test
    void waitsForADispatchedActionAndRunsWhatWaitedBehindIt() {
        registry = builder.takeOver(Duration.ofMinutes(1)).build(); // until then the second does not run beside it
        CountDownLatch go = new CountDownLatch(1);
        FinalizerNode<?> waiting = named("waiting", false);
        FinalizerNode<?> running = node(registry.register(referent, () -> {
            ran.add("running");
            go.await();
            ran.add("ended");
        }));
        waiting.enqueue();
        running.enqueue();
        reaper.pass();
        awaitRan("running");

        CompletableFuture<ExitReport> exit = new CompletableFuture<>();
        Thread closing = new Thread(() -> exit.complete(registry.shutdown()));
        closing.start();
        Gc.awaitWithoutCollecting(() -> closing.getState() == Thread.State.TIMED_WAITING, "the pass waits");
        go.countDown();

        assertThat(exit.join().run()).isEqualTo(1);
        assertThat(ran).containsExactly("ended", "waiting");
    }

    @Test
    void leavesBehindADispatchedActionThatHangs() {
        CountDownLatch never = new CountDownLatch(1);
        named("older", true);
        FinalizerNode<?> hanging = node(registry.finalizer(referent)
                .name("hangs")
                .limit(Duration.ofMillis(50))
                .run(() -> {
                    ran.add("hanging");
                    never.await();
                }));
        hanging.enqueue();
        reaper.pass();
        awaitRan("hanging");

        ExitReport report = registry.shutdown();

        assertThat(ran).containsExactly("older");
        assertThat(report.run()).isEqualTo(1);
        assertThat(registry.stats().ran(Trigger.UNREACHABLE, Outcome.TIMEOUT)).isEqualTo(1);
    }

    @Test
    void runsWhatWaitedWhileTheOnlyWorkerWasStuckForEver() {
        registry = builder.maxWorkers(1).takeOver(Duration.ofMillis(20)).build();
        CountDownLatch go = new CountDownLatch(1);
        FinalizerNode<?> waiting = named("waiting", false);
        FinalizerNode<?> stuck =
                node(registry.finalizer(referent).limit(Duration.ofMillis(20)).run(() -> {
                    while (go.getCount() > 0) {
                        try {
                            go.await();
                        } catch (InterruptedException notHeeded) {
                            ran.add("interrupted");
                        }
                    }
                }));
        waiting.enqueue();
        stuck.enqueue();
        reaper.pass();
        Gc.awaitWithoutCollecting(
                () -> registry.stats().ran(Trigger.UNREACHABLE, Outcome.TIMEOUT) == 1, "it did not time out");
        awaitRan("interrupted");
        assertThat(waiting.isAlive()).isTrue();

        ExitReport report = registry.shutdown();

        assertThat(ran).containsExactly("waiting");
        assertThat(report.run()).isEqualTo(1);
        go.countDown();
    }

    @Test
    void detachesWhatIsNotToRunAtExit() {
        FinalizerNode<?> kept = named("not at exit", false);

        ExitReport report = registry.shutdown();

        assertThat(ran).isEmpty();
        assertThat(kept.isAlive()).isFalse();
        assertThat(kept.trigger()).isNull();
        assertThat(report.run()).isZero();
        assertThat(registry.stats().detached()).isEqualTo(1);
    }

    @Test
    void countsTheFlagUntilTheTurnOfAFinalizerHasCome() {
        FinalizerNode<?> switchedOn = named("switched on", false);
        FinalizerNode<?> switchedOff = named("switched off", true);
        registry.register(referent, () -> {
            switchedOn.setAtExit(true);
            switchedOff.setAtExit(false);
        });

        registry.close();

        assertThat(ran).containsExactly("switched on");
        assertThat(switchedOn.isAtExit()).isFalse(); // it is dead
        assertThat(switchedOn.info().atExit()).isTrue();
        assertThat(switchedOff.info().atExit()).isFalse();
    }

    @Test
    void reportsWhatThrowsAndRunsTheRest() {
        named("first", true);
        registry.finalizer(referent).name("fails").run(() -> {
            throw new LinkageError("for the test");
        });

        try (LogLines log = new LogLines()) {
            ExitReport report = registry.shutdown();

            assertThat(report.run()).isEqualTo(2);
            assertThat(report.failed()).isEqualTo(1);
            assertThat(log.with("WARNING Finalizer 2 'fails' of registry 'test' failed (EXIT, action "))
                    .hasSize(1);
        }
        assertThat(ran).containsExactly("first");
    }

    @Test
    void interruptsWhatHangsAndRunsTheRest() {
        AtomicReference<Boolean> interrupted = new AtomicReference<>();
        CountDownLatch never = new CountDownLatch(1);
        named("older", true);
        Finalizer<Void> hanging = registry.finalizer(referent)
                .name("hangs")
                .limit(Duration.ofMillis(500)) // by then it waits
                .run(() -> {
                    try {
                        never.await();
                    } catch (InterruptedException stop) {
                        interrupted.set(true);
                        ran.add("came back");
                        throw stop;
                    }
                });

        try (LogLines log = new LogLines()) {
            ExitReport report = registry.shutdown();

            assertThat(report.timedOut()).isEqualTo(1);
            assertThat(report.run()).isEqualTo(1);
            assertThat(report.failed()).isZero();
            assertThat(report.leftovers())
                    .containsExactly(new Leftover(2, "hangs", node(hanging).action(), Reason.TIMED_OUT));
            assertThat(log.with("Exit pass of registry 'test': 1 run (0 failed), 1 timed out"))
                    .singleElement()
                    .asString()
                    .endsWith(". Left: Finalizer 2 'hangs' has passed its limit");
            String timedOut = "'hangs' of registry 'test' has timed out: it has passed its limit";
            Gc.awaitWithoutCollecting(() -> !log.with(timedOut).isEmpty(), "nothing was said of it");
            assertThat(log.with(timedOut)).anySatisfy(line -> assertThat(line).contains("CountDownLatch.await"));
        }
        awaitRan("came back", "older");
        assertThat(interrupted.get()).isTrue();
        assertThat(hanging.isAlive()).isFalse();
        assertThat(registry.stats().ran(Trigger.EXIT, Outcome.TIMEOUT)).isEqualTo(1);
        assertThat(registry.stats().live()).isZero();
    }

    @Test
    void namesWhatTheDeadlineCutsOff() {
        registry = builder.exitLimit(Duration.ofSeconds(2)).build();
        CountDownLatch never = new CountDownLatch(1);
        FinalizerNode<?> cutOff = named("cut off", true);
        named("not at exit", false);
        registry.finalizer(referent).name("slow").limit(Duration.ofSeconds(20)).run(() -> {
            ran.add("slow");
            never.await();
        });

        ExitReport report = registry.shutdown();

        assertThat(report.skipped()).isEqualTo(1);
        assertThat(report.timedOut()).isEqualTo(1);
        assertThat(report.leftovers())
                .extracting(Leftover::toString)
                .containsExactlyInAnyOrder(
                        "Finalizer 1 'cut off' was skipped: the exit limit has passed",
                        "Finalizer 3 'slow' was still running at the exit limit");
        assertThat(ran).containsExactly("slow");
        assertThat(cutOff.isAlive()).isFalse();
        never.countDown();
    }

    @Test
    void endsSoonerWhereItsCallerHasLessTime() {
        registry = builder.exitLimit(Duration.ofHours(1)).build();
        CountDownLatch never = new CountDownLatch(1);
        registry.finalizer(referent).name("slow").limit(Duration.ofHours(1)).run(never::await);

        ExitReport report = registry.shutdown(Duration.ofSeconds(2));

        assertThat(report.leftovers())
                .extracting(Leftover::id, Leftover::name, Leftover::reason)
                .containsExactly(tuple(1L, "slow", Reason.CUT_OFF));
        assertThat(registry.isClosed()).isTrue();
        never.countDown();
    }

    @Test
    void neverTakesLongerThanItsOwnLimitWhateverTimeItsCallerHas() {
        registry = builder.exitLimit(Duration.ofSeconds(2)).build();
        CountDownLatch never = new CountDownLatch(1);
        registry.finalizer(referent).name("slow").limit(Duration.ofHours(1)).run(never::await);

        ExitReport report = registry.shutdown(Duration.ofHours(1));

        assertThat(report.timedOut()).isEqualTo(1);
        never.countDown();
    }

    @Test
    void runsNothingWhereNoTimeIsLeft() {
        for (Duration nothing : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
            registry =
                    builder.threadFactory(ExitPassTests::whoseStartAwaitsItsEnd).build();
            registry.finalizer(referent).name("late").run(() -> ran.add("late"));

            ExitReport report = registry.shutdown(nothing);

            assertThat(report.skipped()).isEqualTo(1);
            assertThat(report.leftovers())
                    .extracting(Leftover::name, Leftover::reason)
                    .containsExactly(tuple("late", Reason.SKIPPED));
            assertThat(registry.stats().live()).isZero();
        }
        assertThat(ran).isEmpty();
    }

    /** So that what is handed over to it has been run before anything is taken back. */
    private static Thread whoseStartAwaitsItsEnd(Runnable task) {
        return new Thread(task) {
            @Override
            public void start() {
                super.start();
                try {
                    join(Duration.ofSeconds(5).toMillis());
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        };
    }

    @Test
    void waitsForExplicitCallsThatAreRunning() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Finalizer<Void> running = registry.register(referent, () -> {
            ran.add("running");
            go.await();
            ran.add("ended");
        });
        Thread caller = new Thread(running::close);
        caller.start();
        awaitRan("running");

        CompletableFuture<ExitReport> exit = CompletableFuture.supplyAsync(registry::shutdown);
        Gc.awaitWithoutCollecting(registry::isClosed, "the pass takes no more registrations");
        assertThat(exit).isNotDone();
        go.countDown();

        exit.join();
        assertThat(ran).containsExactly("ended");
        caller.join();
    }

    @Test
    void aSecondCloseWaitsAndGetsTheSameReport() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        registry.register(referent, () -> {
            ran.add("running");
            go.await();
        });
        CompletableFuture<ExitReport> first = CompletableFuture.supplyAsync(registry::shutdown);
        awaitRan("running");
        CompletableFuture<ExitReport> second = new CompletableFuture<>();
        Thread closing = new Thread(() -> second.complete(registry.shutdown()));
        closing.start();

        Gc.awaitWithoutCollecting(() -> closing.getState() == Thread.State.WAITING, "the second close waits");
        go.countDown();

        assertThat(second.get()).isSameAs(first.get());
        assertThat(registry.shutdown()).isSameAs(first.get());
    }

    @Test
    void fromInsideAnActionCloseReturnsAtOnce() {
        registry.register(referent, () -> {
            ExitReport inside = registry.shutdown();
            ran.add("inside " + inside.run());
        });

        ExitReport report = registry.shutdown();

        assertThat(ran).containsExactly("inside 0");
        assertThat(report.run()).isEqualTo(1);
    }

    /** Five calls deep, one in another; and after a call one is inside no more. */
    @Test
    void fromInsideACallCloseReturnsAtOnceHoweverDeepItIs() throws Exception {
        List<FinalizerRegistry> registries = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            registries.add(FinalizerRegistry.create("level " + i));
        }
        Finalizer<ExitReport> innermost = registries.get(4).finalizer(referent).call(registries.get(0)::shutdown);
        Finalizer<ExitReport> outermost = innermost;
        for (int i = 3; i >= 0; i--) {
            outermost = registries.get(i).finalizer(referent).call(outermost::call);
        }

        assertThat(outermost.call()).isSameAs(ExitPass.NOTHING);

        assertThat(registries.get(4).shutdown()).isNotSameAs(ExitPass.NOTHING);
        registries.forEach(FinalizerRegistry::close);
    }

    @Test
    void fromInsideAnActionInTheUsersExecutorCloseReturnsAtOnce() throws Exception {
        BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
        registry = builder.executor(tasks::add).build();
        FinalizerNode<?> closing = node(registry.register(referent, () -> {
            ran.add("inside " + registry.shutdown().run());
        }));
        closing.enqueue();
        reaper.pass();

        take(tasks).run();

        assertThat(ran).containsExactly("inside 0");
    }

    @Test
    void waitsForTheExecutorThoughACallOutsideItClosesTheRegistry() throws Exception {
        registry = builder.executor(task -> new Thread(task).start())
                .exitLimit(Duration.ofHours(1))
                .build();
        CountDownLatch go = new CountDownLatch(1);
        named("left", true);
        Finalizer<Void> closing = registry.register(referent, () -> {
            registry.shutdown();
        });
        runInTheExecutorUntil(go);

        closing.call();
        awaitWaitForTheExecutor();
        go.countDown();

        assertThat(List.of(take(ran), take(ran))).containsExactly("ended in the executor", "left");
    }

    @Test
    void waitsForTheExecutorThoughTheActionInItThatClosedIsOver() {
        registry = builder.executor(task -> new Thread(task).start())
                .exitLimit(Duration.ofHours(1))
                .build();
        CountDownLatch go = new CountDownLatch(1);
        named("left", true);
        CountDownLatch bothRun = new CountDownLatch(1);
        FinalizerNode<?> closing = node(registry.register(referent, () -> {
            BackgroundCall.await(bothRun);
            registry.shutdown();
        }));
        closing.enqueue();
        runInTheExecutorUntil(go);
        bothRun.countDown();
        Gc.awaitWithoutCollecting(closing::isDone, "the action that closes has not ended");

        awaitWaitForTheExecutor();
        go.countDown();

        assertThat(List.of(take(ran), take(ran))).containsExactly("ended in the executor", "left");
    }

    @Test
    void doesNotWaitForAnActionInTheExecutorThatWaitsForThePass() {
        registry = builder.executor(task -> new Thread(task).start())
                .exitLimit(Duration.ofHours(1))
                .build();
        named("left", true);
        FinalizerNode<?> waiting = node(registry.register(referent, () -> {
            Thread me = Thread.currentThread();
            BackgroundCall.call(() -> registry.shutdown(Duration.ofHours(1), me))
                    .result();
            ran.add("waited");
        }));
        waiting.enqueue();
        reaper.pass();

        assertThat(List.of(take(ran), take(ran))).containsExactly("left", "waited");
    }

    private void runInTheExecutorUntil(CountDownLatch go) {
        FinalizerNode<?> running = node(registry.register(referent, () -> {
            ran.add("running");
            BackgroundCall.await(go);
            ran.add("ended in the executor");
        }));
        running.enqueue();
        reaper.pass();
        awaitRan("running");
    }

    /** Or until the pass has not waited. */
    private void awaitWaitForTheExecutor() {
        Gc.awaitWithoutCollecting(
                () -> ran.contains("left")
                        || Thread.getAllStackTraces().values().stream()
                                .flatMap(Arrays::stream)
                                .anyMatch(frame -> frame.getMethodName().equals("isExecutorIdle")),
                "the pass does not wait for the executor");
    }

    @Test
    void aPassThatCouldNotBeginInAThreadOfItsOwnLeavesTheRegistryOpen() {
        registry = builder.threadFactory(task -> null).build();
        named("left", true);
        Finalizer<Void> closing = registry.register(referent, () -> {
            registry.shutdown();
        });

        assertThatThrownBy(closing::close).isInstanceOf(NullPointerException.class);

        assertThat(registry.isClosed()).isFalse();
        assertThat(registry.shutdown().run()).isEqualTo(1);
        assertThat(ran).containsExactly("left");
    }

    @Test
    void aCloseThatWaitsForAPassWithoutAThreadRunsThePassItself() throws Exception {
        AtomicReference<BackgroundCall<ExitReport>> other = new AtomicReference<>();
        registry = builder.threadFactory(task -> {
                    if (other.get() == null) {
                        other.set(BackgroundCall.call(registry::shutdown));
                        other.get().awaitWaiting();
                        throw new OutOfMemoryError("for the test");
                    }
                    return new Thread(task);
                })
                .build();
        named("left", true);
        Finalizer<Void> closing = registry.register(referent, () -> {
            registry.shutdown();
        });

        assertThatThrownBy(closing::close).isInstanceOf(OutOfMemoryError.class);

        assertThat(other.get().result().run()).isEqualTo(1);
        assertThat(ran).containsExactly("left");
    }

    @Test
    void closeInsideAnActionThatRunsInTheClosingThreadReturnsAtOnce() {
        registry = builder.threadFactory(task -> null).build();
        registry.register(referent, () -> {
            ran.add("inside " + registry.shutdown().run());
        });

        assertThat(registry.shutdown().run()).isEqualTo(1);
        assertThat(ran).containsExactly("inside 0");
    }

    @Test
    void aHandlerThatThrowsTheFailureAgainChangesNothingInTheReport() {
        registry = builder.onFailure((info, failure) -> {
                    throw (RuntimeException) failure;
                })
                .build();
        named("older", true);
        registry.register(referent, () -> {
            throw new IllegalStateException("for the test");
        });

        ExitReport report = registry.shutdown();

        assertThat(report.run()).isEqualTo(2);
        assertThat(report.failed()).isEqualTo(1);
    }

    @Test
    void closedFromInsideACallThePassRunsInAThreadOfItsOwn() {
        named("older", true);
        Finalizer<Void> closing = registry.register(referent, () -> {
            ran.add("inside " + registry.shutdown().run());
        });

        closing.close();

        awaitRan("inside 0", "older");
        assertThat(registry.shutdown().run()).isEqualTo(1);
    }

    @Test
    void runsNextWhatIsRegisteredDuringThePass() {
        named("older", true);
        registry.register(referent, () -> {
            ran.add("newer");
            named("registered first", true);
            named("registered second", true);
        });

        ExitReport report = registry.shutdown();

        assertThat(ran).containsExactly("newer", "registered second", "registered first", "older");
        assertThat(report.run()).isEqualTo(4);
    }

    @Test
    void dispatchesNothingDuringThePass() {
        FinalizerNode<?> dies = named("dies during the pass", true);
        registry.register(referent, () -> {
            dies.enqueue();
            reaper.pass();
            ran.add("exit action");
            assertThat(dies.isAlive()).isTrue();
        });

        ExitReport report = registry.shutdown();

        assertThat(ran).containsExactly("exit action", "dies during the pass");
        assertThat(dies.trigger()).isEqualTo(Trigger.UNREACHABLE);
        assertThat(report.failed()).isZero();
    }

    @Test
    void whatAnExecutorStartsTooLateIsLeftToThePass() {
        BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
        registry = builder.executor(tasks::add).build();
        FinalizerNode<?> late = named("late", false);
        late.enqueue();
        reaper.pass();
        Runnable task = take(tasks);

        registry.close();
        task.run();

        assertThat(ran).containsExactly("late");
    }

    @Test
    void afterThePassCallsDoNothingAndRegistrationsAreRefused() throws Exception {
        Finalizer<String> finalizer = registry.finalizer(referent).atExit(false).call(() -> "value");

        registry.close();

        assertThat(finalizer.call()).isNull();
        assertThatIllegalStateException().isThrownBy(() -> registry.register(referent, () -> {}));
        assertThat(registry.finalizers()).isEmpty();
    }

    @Test
    void saysSoInOneLineAndInOneMoreForEachActionAtDebugLevel() {
        named("lease 7", true);
        named("lease 8", true);

        try (LogLines log = new LogLines()) {
            registry.close();

            assertThat(log.with("FINE EXIT finalizer "))
                    .containsExactly(
                            "FINE EXIT finalizer 2 'lease 8' of registry 'test' SUCCESS",
                            "FINE EXIT finalizer 1 'lease 7' of registry 'test' SUCCESS");
            assertThat(log.with("Exit pass of registry 'test'"))
                    .singleElement()
                    .asString()
                    .startsWith("INFO Exit pass of registry 'test': 2 run (0 failed), 0 timed out, 0 skipped, in ");
        }
    }

    @Test
    void runsInTheClosingThreadWhereNoOtherCanBeStarted() {
        List<Thread> threads = new ArrayList<>();
        registry = builder.threadFactory(task -> {
                    throw new OutOfMemoryError("no more threads");
                })
                .build();
        registry.register(referent, () -> {
            threads.add(Thread.currentThread());
        });

        try (LogLines log = new LogLines()) {
            ExitReport report = registry.shutdown();

            assertThat(report.run()).isEqualTo(1);
            assertThat(threads).containsExactly(Thread.currentThread());
            String noThread = "No thread for the actions of the exit pass";
            Gc.awaitWithoutCollecting( // by the thread that has found that out, which the pass does not wait for
                    () -> !log.with(noThread).isEmpty(), "nothing was said");
            assertThat(log.with(noThread)).hasSize(1);
        }
    }

    @Test
    void anInterruptOfTheClosingThreadIsKeptForLater() {
        named("runs", true);
        Thread.currentThread().interrupt();

        ExitReport report = registry.shutdown();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(report.run()).isEqualTo(1);
    }

    @Test
    void anInterruptIsKeptIfTheClosingThreadRunsTheActions() {
        registry = builder.threadFactory(task -> null).build();
        registry.register(referent, () -> {
            ran.add("interrupted " + Thread.currentThread().isInterrupted());
        });
        Thread.currentThread().interrupt();

        registry.close();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(ran).containsExactly("interrupted false");
    }

    @Test
    void anInterruptDuringAnActionInTheClosingThreadIsKept() {
        registry = builder.threadFactory(task -> null).build();
        Thread closing = Thread.currentThread();
        named("older", true);
        registry.register(referent, () -> {
            BackgroundCall.run(closing::interrupt);
            while (!Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
            }
        });

        ExitReport report = registry.shutdown();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(report.run()).isEqualTo(2);
    }

    @Test
    void theDeadlineHoldsWhereTheClosingThreadRunsTheActionsItself() {
        registry = builder.threadFactory(task -> null)
                .exitLimit(Duration.ofSeconds(2))
                .actionLimit(Duration.ofHours(1))
                .build();
        named("older", true);
        registry.register(referent, () -> new CountDownLatch(1).await());

        ExitReport report = registry.shutdown();

        assertThat(report.timedOut()).isEqualTo(1);
        assertThat(report.skipped()).isEqualTo(1);
        assertThat(ran).isEmpty();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void theClosingThreadGoesOnAtOnceWhereTheOnlyThreadHangs() {
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        registry = builder.threadFactory(task -> asked.getAndIncrement() == 0 ? new Thread(task) : null)
                .exitLimit(Defaults.PROGRESS_INTERVAL.dividedBy(2)) // before it looks by itself
                .build();
        named("older", true);
        registry.finalizer(referent).limit(Duration.ofMillis(20)).run(() -> {
            while (release.getCount() > 0) {
                Thread.onSpinWait(); // deaf to interruption
            }
        });

        ExitReport report = registry.shutdown();
        release.countDown();

        assertThat(report.timedOut()).isEqualTo(1);
        assertThat(ran).containsExactly("older");
    }

    @Test
    void whatCannotBeRunAlthoughThereIsTimeIsNamed() {
        registry = builder.threadFactory(task -> new Thread(task) {
                    @Override
                    public void setContextClassLoader(ClassLoader loader) {
                        throw new SecurityException("for the test");
                    }
                })
                .build();
        named("left", true);

        ExitReport report = registry.shutdown();

        assertThat(report.skipped()).isEqualTo(1);
        assertThat(report.leftovers()).extracting(Leftover::reason).containsExactly(Reason.NOT_RUN);
    }

    @Test
    void namesACallThatHasNotEnded() throws Exception {
        registry = builder.exitLimit(Duration.ofMillis(200)).build();
        CountDownLatch go = new CountDownLatch(1);
        Finalizer<Void> called = registry.finalizer(referent).name("called").run(() -> {
            ran.add("called");
            go.await();
        });
        BackgroundCall<Void> caller = BackgroundCall.call(called::call);
        awaitRan("called");

        ExitReport report = registry.shutdown();

        assertThat(report.leftovers())
                .containsExactly(new Leftover(1, "called", node(called).action(), Reason.STILL_RUNNING));
        assertThat(report.leftovers().get(0)).hasToString("Finalizer 1 'called' is still running");
        go.countDown();
        caller.result();
    }

    @Test
    void namesWhatHasNotEndedInTheExecutor() {
        registry = builder.executor(task -> new Thread(task).start())
                .exitLimit(Duration.ofMillis(200))
                .build();
        CountDownLatch go = new CountDownLatch(1);
        runInTheExecutorUntil(go);

        ExitReport report = registry.shutdown();

        assertThat(report.leftovers())
                .extracting(Leftover::id, Leftover::reason)
                .containsExactly(tuple(1L, Reason.STILL_RUNNING));
        go.countDown();
    }

    @Test
    void namesWhatItWaitedForAlthoughOnlyAHandlerHangs() {
        CountDownLatch go = new CountDownLatch(1);
        for (boolean inExecutor : List.of(true, false)) {
            FinalizerRegistry.Builder hanging = builder.exitLimit(Duration.ofMillis(200))
                    .onFailure((info, failure) -> {
                        ran.add("handler");
                        BackgroundCall.await(go);
                    });
            registry = (inExecutor ? hanging.executor(task -> new Thread(task).start()) : hanging).build();
            FinalizerNode<?> failing =
                    node(registry.finalizer(referent).name("fails").run(() -> {
                        throw new IllegalStateException("for the test");
                    }));
            failing.enqueue();
            reaper.pass();
            awaitRan("handler");

            ExitReport report = registry.shutdown();

            assertThat(report.leftovers())
                    .containsExactly(new Leftover(1, "fails", failing.action(), Reason.LISTENER_RUNNING));
        }
        go.countDown();
    }

    @Test
    void namesWhatHadTimedOutBeforeAndHoldsOn() {
        registry = builder.actionLimit(Duration.ofMillis(20)).build();
        CountDownLatch go = new CountDownLatch(1);
        FinalizerNode<?> deaf = node(registry.finalizer(referent).name("deaf").run(() -> {
            while (go.getCount() > 0) {
                Thread.onSpinWait();
            }
        }));
        deaf.enqueue();
        reaper.pass();
        Gc.awaitWithoutCollecting(deaf::hasTimedOut, "it has not timed out");

        ExitReport report = registry.shutdown();

        assertThat(report.timedOut()).isZero();
        assertThat(report.leftovers()).containsExactly(new Leftover(1, "deaf", deaf.action(), Reason.TIMED_OUT_BEFORE));
        go.countDown();
    }

    @Test
    void namesTenThousandLeftoversAndCountsTheOthers() {
        for (int i = 0; i < 10_001; i++) {
            named("late", true);
        }

        try (LogLines log = new LogLines()) {
            ExitReport report = registry.shutdown(Duration.ZERO);

            assertThat(report.skipped()).isEqualTo(10_001);
            assertThat(report.leftovers()).hasSize(10_000);
            assertThat(log.with("Exit pass of registry 'test'"))
                    .singleElement()
                    .asString()
                    .endsWith("; and 9991 more");
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {OutOfMemoryError.class, StackOverflowError.class})
    void aShortageLosesNamesAndNoCount(Class<? extends VirtualMachineError> kind) throws Exception {
        VirtualMachineError shortage = kind.getConstructor(String.class).newInstance("for the test");
        ExitCounts counts = new ExitCounts();
        counts.naming = (node, reason) -> {
            throw shortage;
        };

        counts.timedOut(named("first", true), Reason.TIMED_OUT);
        counts.skipped(named("second", true), Reason.SKIPPED);

        ExitReport report = counts.report(Duration.ZERO, List.of());
        assertThat(report).isEqualTo(new ExitReport(0, 0, 1, 1, Duration.ZERO, List.of()));
        assertThat(counts.summary("test", report)).endsWith(". Left: 2 more");
        assertThat(counts.isComplete(report)).isFalse();
    }

    @Test
    void runsTheDeadInTheirOrderAlthoughOthersDieMeanwhile() {
        List<FinalizerNode<?>> dying = new ArrayList<>();
        dying.add(named("older", true));
        FinalizerNode<?> dead = node(registry.register(referent, () -> {
            ran.add("dead");
            dying.forEach(FinalizerNode::clear); // as one collection does with all of an object
        }));
        dying.add(named("newer", true));
        dead.clear();

        registry.shutdown();

        assertThat(ran).containsExactly("dead", "newer", "older");
    }

    @Test
    void interruptsTheClosingThreadWhereThatHangsInAnActionItself() {
        registry = builder.threadFactory(task -> null).build();
        named("older", true);
        registry.finalizer(referent).limit(Duration.ofMillis(20)).run(() -> new CountDownLatch(1).await());

        ExitReport report = registry.shutdown();

        assertThat(report.timedOut()).isEqualTo(1);
        assertThat(ran).containsExactly("older");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void interruptsOfTheClosingThreadDoNotLengthenThePass() throws Exception {
        registry = builder.exitLimit(Duration.ofMillis(200))
                .actionLimit(Duration.ofHours(1))
                .build();
        CountDownLatch never = new CountDownLatch(1);
        FinalizerNode<?> dispatched =
                node(registry.finalizer(referent).atExit(false).run(() -> {
                    ran.add("dispatched");
                    never.await();
                }));
        dispatched.enqueue();
        reaper.pass();
        assertThat(take(ran)).isEqualTo("dispatched");

        BackgroundCall<ExitReport> closing = BackgroundCall.call(registry::shutdown);
        Gc.awaitWithoutCollecting(
                () -> {
                    closing.thread().interrupt();
                    return closing.hasEnded();
                },
                "each interrupt begins the waiting anew");

        assertThat(closing.result().leftovers()).hasSize(1);
        never.countDown();
    }

    @Test
    void countsWhatHasEndedEvenWhereTheHandlerOfItsFailureNeverDoes() {
        CountDownLatch go = new CountDownLatch(1);
        registry = builder.exitLimit(Duration.ofSeconds(30))
                .onFailure((info, failure) -> {
                    while (go.getCount() > 0) {
                        Thread.onSpinWait(); // deaf to interruption
                    }
                })
                .build();
        named("older", true);
        registry.finalizer(referent).name("fails").limit(Duration.ofSeconds(2)).run(() -> {
            throw new IllegalStateException("for the test");
        });

        try (LogLines log = new LogLines()) {
            ExitReport report = registry.shutdown();

            assertThat(report.run()).isEqualTo(2);
            assertThat(report.failed()).isEqualTo(1);
            assertThat(report.timedOut()).isZero();
            String heldUp = "WARNING Finalizer 2 'fails' of registry 'test' is not running, but its worker is blocked";
            Gc.awaitWithoutCollecting(() -> !log.with(heldUp).isEmpty(), "nothing was said of the handler");
            assertThat(log.with(heldUp)).singleElement().asString().contains("ExitPassTests");
        } finally {
            go.countDown();
        }
    }

    @Test
    void saysHowLongAnActionHasRunThatTheExitLimitCutsOff() {
        List<FinalizerRun> runs = new CopyOnWriteArrayList<>();
        registry = builder.exitLimit(Duration.ofSeconds(2))
                .actionLimit(Duration.ofHours(1))
                .listener(runs::add)
                .build();
        CountDownLatch never = new CountDownLatch(1);
        registry.register(referent, never::await);

        registry.close();

        assertThat(runs).extracting(FinalizerRun::outcome).containsExactly(Outcome.TIMEOUT);
        assertThat(runs.get(0).took()).isPositive().isLessThan(Duration.ofHours(1));
        never.countDown();
    }

    @Test
    void whoeverIsToldOfALeakDuringThePassCanCloseTheRegistryAsWell() {
        List<ExitReport> inside = new CopyOnWriteArrayList<>();
        registry = builder.reportOpenAtExit(true)
                .leakListener(leak -> inside.add(registry.shutdown()))
                .build();
        registry.finalizer(referent).mustBeClosed().run(() -> {});

        registry.shutdown(Duration.ZERO); // gives up in the closing thread

        assertThat(inside).containsExactly(ExitPass.NOTHING);
        assertThat(registry.shutdown().skipped()).isEqualTo(1);
    }

    @Test
    void aRegistrationThatThePassGivesUpIsRefused() {
        Reaper closing = new Reaper(
                task -> {
                    registry.shutdown(Duration.ZERO); // at the first registration, when its slot is written
                    return new Thread(() -> {});
                },
                Duration.ofSeconds(1));
        registry = FinalizerRegistry.builder()
                .captureCheck(CaptureCheck.OFF)
                .reaper(closing)
                .build();

        assertThatIllegalStateException().isThrownBy(() -> registry.register(referent, () -> {}));
    }

    @Test
    void saysWhoIsWaitedForBesideItsOwnActions() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Finalizer<Void> called = registry.finalizer(referent).name("called").run(() -> {
            ran.add("called");
            go.await();
        });
        BackgroundCall<Void> caller = BackgroundCall.call(called::call);
        assertThat(take(ran)).isEqualTo("called");

        try (LogLines log = new LogLines()) {
            BackgroundCall<ExitReport> closer = BackgroundCall.call(registry::shutdown);
            Gc.awaitWithoutCollecting(
                    () -> !log.with("'called' of registry 'test' is running").isEmpty(), "nothing was said");
            go.countDown();

            assertThat(closer.result().leftovers()).isEmpty();
        }
        caller.result();
    }

    private FinalizerNode<?> named(String name, boolean atExit) {
        return node(registry.finalizer(referent).name(name).atExit(atExit).run(() -> ran.add(name)));
    }

    private static FinalizerNode<?> node(Finalizer<?> finalizer) {
        return (FinalizerNode<?>) finalizer;
    }

    private void awaitRan(String... expected) {
        List<String> seen = new ArrayList<>();
        while (!seen.containsAll(List.of(expected))) {
            seen.add(take(ran));
        }
    }

    private static <T> T take(BlockingQueue<T> queue) {
        try {
            return queue.take();
        } catch (InterruptedException stop) {
            throw new AssertionError("interrupted while waiting", stop);
        }
    }
}

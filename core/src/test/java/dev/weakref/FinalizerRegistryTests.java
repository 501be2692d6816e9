package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weakref.Finalizer.Outcome;
import dev.weakref.Finalizer.Trigger;
import dev.weakref.internal.reap.Reaper;
import dev.weakref.internal.support.ElapsedTime;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FinalizerRegistryTests {

    private final Reaper reaper = new Reaper(task -> new Thread(() -> {}), Duration.ofSeconds(1));
    private final List<FinalizerRegistry> opened = new ArrayList<>();
    /** In which nothing runs beside an action that waits for the test. */
    private final FinalizerRegistry registry =
            open(FinalizerRegistry.builder().name("test").takeOver(Duration.ofMinutes(1)));

    private final BlockingQueue<String> ran = new LinkedBlockingQueue<>();
    private final Object referent = new Object();

    @AfterEach
    void close() {
        opened.forEach(FinalizerRegistry::close);
    }

    @Test
    void aDebuggerShowsItsNameAndItsState() {
        RegistryCore core = registry.core();
        registry.register(referent, () -> ran.add(String.valueOf(core.shutdown().pass())));

        assertThat(registry).hasToString("FinalizerRegistry[test, 1 live]");
        assertThat(core).hasToString("RegistryCore[test, 1 live, open]");

        registry.close();

        assertThat(ran).containsExactly("ExitPass[test, running]");
        assertThat(core).hasToString("RegistryCore[test, 0 live, closed]");
        assertThat(core.shutdown().pass()).hasToString("ExitPass[test, over]");
    }

    @Test
    void aFailureNamesTheLineThatRegisteredItWhereThatWasRecorded() {
        FinalizerRegistry recording =
                open(FinalizerRegistry.builder().name("recording").leakLevel(LeakLevel.PARANOID));
        FinalizerRegistry.Action fails = () -> {
            throw new IOException("for the test");
        };
        recording.register(referent, fails);
        registry.register(referent, fails);

        try (LogLines log = new LogLines()) {
            recording.close();
            registry.close();

            assertThat(log.with("of registry 'recording' failed (EXIT, action "))
                    .singleElement()
                    .asString()
                    .contains(", created by dev.weakref.FinalizerRegistryTests.aFailureNames");
            assertThat(log.with("of registry 'test' failed (EXIT, action "))
                    .singleElement()
                    .asString()
                    .doesNotContain("created by");
        }
    }

    @Test
    void aDroppedRegistrySaysSoOnlyIfItHasLiveFinalizersAndIsOpen() {
        RegistryCore core = registry.core();
        Finalizer<Void> ended = registry.register(referent, () -> {});
        ended.close();
        try (LogLines log = new LogLines()) {
            core.wasDropped();
            assertThat(log.with("'test' was dropped")).isEmpty();

            registry.register(referent, () -> {});
            core.wasDropped();
            assertThat(log.with("'test' was dropped without being closed: its 1 live finalizers"))
                    .hasSize(1);

            registry.close();
            core.wasDropped();
            assertThat(log.with("'test' was dropped")).hasSize(1);
        }
    }

    @Test
    void registriesAreIndependent() {
        FinalizerRegistry other = open(FinalizerRegistry.builder());
        other.register(referent, () -> ran.add("other"));
        registry.register(referent, () -> ran.add("mine"));

        registry.close();

        assertThat(ran).containsExactly("mine");
        assertThat(other.isClosed()).isFalse();
        assertThat(registry.isClosed()).isTrue();
    }

    @Nested
    class CalledByHand {

        @Test
        void runsOnceInTheThreadOfTheCallerAndReturnsTheValue() throws Exception {
            Finalizer<Thread> finalizer = registry.finalizer(referent).call(Thread::currentThread);

            assertThat(finalizer.isAlive()).isTrue();
            assertThat(finalizer.trigger()).isNull();
            assertThat(finalizer.call()).isSameAs(Thread.currentThread());
            assertThat(finalizer.isAlive()).isFalse();
            assertThat(finalizer.trigger()).isEqualTo(Trigger.EXPLICIT);
            assertThat(finalizer.call()).isNull();
            assertThat(registry.stats().ran(Trigger.EXPLICIT, Outcome.SUCCESS)).isEqualTo(1);
        }

        @Test
        void passesOnWhatTheActionThrowsAndIsDeadAllTheSame() {
            IOException failure = new IOException("disk");
            Finalizer<Void> finalizer = registry.register(referent, () -> {
                throw failure;
            });

            assertThatThrownBy(finalizer::call).isSameAs(failure);
            assertThat(finalizer.isAlive()).isFalse();
            assertThatCode(finalizer::call).doesNotThrowAnyException();
            assertThat(registry.stats().ran(Trigger.EXPLICIT, Outcome.FAILURE)).isEqualTo(1);
        }

        @Test
        void closeWrapsCheckedExceptionsOnly() {
            IOException checked = new IOException("disk");
            Error error = new StackOverflowError();

            assertThatThrownBy(registry.register(referent, () -> {
                        throw checked;
                    })::close)
                    .isInstanceOf(FinalizerException.class)
                    .hasCause(checked);
            assertThatThrownBy(registry.register(referent, () -> {
                        throw error;
                    })::close)
                    .isSameAs(error);
        }

        @Test
        void givesTheLivingReferentToAnActionThatIsToldItsTrigger() {
            Finalizer<Void> finalizer =
                    registry.finalizer(referent).onTrigger((same, trigger) -> ran.add(same + " " + trigger));

            finalizer.close();

            assertThat(ran).containsExactly(referent + " EXPLICIT");
        }

        @Test
        void givesTheStateToTheAction() throws Exception {
            Finalizer<Integer> finalizer =
                    registry.finalizer(referent).state("state").call(String::length);

            assertThat(finalizer.call()).isEqualTo(5);
        }

        @Test
        void doesNothingFromInsideItsOwnAction() {
            AtomicReference<Finalizer<Void>> self = new AtomicReference<>();
            self.set(registry.register(referent, () -> {
                ran.add("once");
                self.get().call();
            }));

            self.get().close();

            assertThat(ran).containsExactly("once");
        }
    }

    @Nested
    class Detached {

        @Test
        void neverRunsAndHandsOutWhatItWasMadeOf() {
            FinalizerRegistry.StateAction<String> action = ran::add;
            Finalizer<Void> finalizer = registry.register(referent, "state", action);

            assertThat(finalizer.peek()).isEqualTo(new Finalizer.Detached(referent, action, "state"));
            assertThat(finalizer.isAlive()).isTrue();
            assertThat(finalizer.detach()).isEqualTo(new Finalizer.Detached(referent, action, "state"));
            assertThat(finalizer.isAlive()).isFalse();
            assertThat(finalizer.detach()).isNull();
            assertThat(finalizer.peek()).isNull();
            finalizer.close();
            registry.close();

            assertThat(ran).isEmpty();
            assertThat(finalizer.trigger()).isNull();
            assertThat(registry.stats()).extracting(RegistryStats::detached).isEqualTo(1L);
        }

        @Test
        void isNotPossibleBetweenTheDeathOfTheReferentAndTheRun() {
            FinalizerNode<Void> finalizer = node(registry.register(referent, () -> ran.add("ran")));

            finalizer.clear();

            assertThat(finalizer.isAlive()).isTrue();
            assertThat(finalizer.peek()).isNull();
            assertThat(finalizer.detach()).isNull();
            assertThat(finalizer.isAlive()).isTrue();
            finalizer.close();
            assertThat(ran).containsExactly("ran");
        }
    }

    @Nested
    class CalledLater {

        @Test
        void runsInAThreadOfTheRegistryLikeACallWithItsReferent() throws Exception {
            Finalizer<Void> finalizer = registry.finalizer(referent)
                    .onTrigger((given, trigger) ->
                            ran.add(Thread.currentThread().getName() + " " + trigger + " " + (given == referent)));

            assertThat(registry.callLater(finalizer.id())).isTrue();

            assertThat(ran.take()).matches("weakref-test-\\d+ EXPLICIT true");
            assertThat(registry.shutdown().run()).isZero();
            assertThat(finalizer.trigger()).isEqualTo(Trigger.EXPLICIT);
            assertThat(registry.stats().ran(Trigger.EXPLICIT, Outcome.SUCCESS)).isEqualTo(1);
        }

        @Test
        void isLeftBehindAtItsLimit() throws Exception {
            Finalizer<Void> finalizer = registry.finalizer(referent)
                    .limit(Duration.ofMillis(50))
                    .run(() -> {
                        try {
                            new CountDownLatch(1).await();
                        } catch (InterruptedException left) {
                            ran.add("interrupted");
                        }
                    });

            registry.callLater(finalizer.id());

            assertThat(ran.take()).isEqualTo("interrupted");
            assertThat(registry.stats().ran(Trigger.EXPLICIT, Outcome.TIMEOUT)).isEqualTo(1);
        }

        @Test
        void tellsTheHandlerWhatItThrows() throws Exception {
            FinalizerRegistry handled = open(FinalizerRegistry.builder()
                    .onFailure((finalizer, failure) -> ran.add(finalizer.name() + " " + failure.getMessage())));
            Finalizer<Void> finalizer = handled.finalizer(referent).name("lock").run(() -> {
                throw new IOException("disk");
            });

            handled.callLater(finalizer.id());

            assertThat(ran.take()).isEqualTo("lock disk");
        }

        @Test
        void runsOnceHoweverOftenItIsAskedFor() throws Exception {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch end = new CountDownLatch(1);
            Finalizer<Void> first = registry.register(referent, () -> {
                begun.countDown();
                end.await();
            });
            Finalizer<Void> twice = registry.register(referent, () -> ran.add("ran"));
            registry.callLater(first.id());
            begun.await();

            registry.callLater(twice.id());
            registry.callLater(twice.id());
            registry.callLater(registry.register(referent, () -> ran.add("what came after it"))
                    .id());
            end.countDown();

            assertThat(ran.take()).isEqualTo("ran");
            assertThat(ran.take()).isEqualTo("what came after it");
            registry.close();
            assertThat(registry.stats().ran(Trigger.EXPLICIT, Outcome.SUCCESS)).isEqualTo(3);
        }

        @Test
        void isLeftToTheExitPassThatComesBeforeItsTurn() throws Exception {
            CountDownLatch begun = new CountDownLatch(1);
            FinalizerRegistry closing = open(
                    FinalizerRegistry.builder().takeOver(Duration.ofMinutes(1)).exitLimit(Duration.ofSeconds(2)));
            Finalizer<Void> hangs = closing.register(referent, () -> {
                begun.countDown();
                new CountDownLatch(1).await();
            });
            Finalizer<Void> waits = closing.register(referent, () -> {});
            closing.callLater(hangs.id());
            begun.await();

            closing.callLater(waits.id());
            closing.close();

            assertThat(waits.trigger()).isEqualTo(Trigger.EXIT);
        }

        @Test
        void isNotPossibleForTheDeadAndTheUnknown() {
            Finalizer<Void> dead = registry.register(referent, () -> {});
            dead.close();

            assertThat(registry.callLater(dead.id())).isFalse();
            assertThat(registry.callLater(1000)).isFalse();
            assertThat(registry.get(dead.id())).isEmpty();
        }

        @Test
        void isPossibleForWhoHasNothingButTheId() {
            Finalizer<Void> finalizer = registry.register(referent, () -> {});

            assertThat(registry.get(finalizer.id()).orElseThrow()).isSameAs(finalizer);
        }
    }

    @Nested
    class Collected {

        @Test
        void runsNewestFirstWithoutTheReferentInAThreadOfTheRegistry() throws Exception {
            List<FinalizerNode<Void>> nodes = new ArrayList<>();
            for (int i = 1; i <= 3; i++) {
                int number = i;
                nodes.add(node(registry.finalizer(referent)
                        .onTrigger((gone, trigger) -> ran.add(number + " " + gone + " " + trigger + " "
                                + Thread.currentThread().getName() + " "
                                + Thread.currentThread().isDaemon()))));
            }

            nodes.forEach(FinalizerNode::enqueue);
            reaper.pass();

            assertThat(ran.take()).isEqualTo("3 null UNREACHABLE weakref-test-1 true");
            assertThat(ran.take()).isEqualTo("2 null UNREACHABLE weakref-test-1 true");
            assertThat(ran.take()).isEqualTo("1 null UNREACHABLE weakref-test-1 true");
        }

        @Test
        void runsWhateverItsAtExitFlag() throws Exception {
            Finalizer<Void> finalizer =
                    registry.finalizer(referent).atExit(false).run(() -> ran.add("ran"));

            die(finalizer);

            assertThat(ran.take()).isEqualTo("ran");
        }

        @Test
        void reportsAFailureAndGoesOn() throws Exception {
            BlockingQueue<Object> failures = new LinkedBlockingQueue<>();
            FinalizerRegistry handled = open(FinalizerRegistry.builder().onFailure((info, failure) -> {
                failures.add(info.name());
                failures.add(failure);
                throw new IllegalStateException("the handler fails as well");
            }));
            Error error = new AssertionError("for the test");
            FinalizerNode<Void> next = node(handled.register(referent, () -> ran.add("next")));
            FinalizerNode<Void> failing =
                    node(handled.finalizer(referent).name("fails").run(() -> {
                        throw error;
                    }));

            next.enqueue();
            failing.enqueue();
            reaper.pass();

            assertThat(failures.take()).isEqualTo("fails");
            assertThat(failures.take()).isSameAs(error);
            assertThat(ran.take()).isEqualTo("next");
        }

        @Test
        void runsWithTheContextClassLoaderOfTheCreatorEachTime() throws Exception {
            ClassLoader creators = new ClassLoader("creator's", getClass().getClassLoader()) {};
            Thread.currentThread().setContextClassLoader(creators);
            FinalizerRegistry spoiled;
            try {
                spoiled = open(FinalizerRegistry.builder());
            } finally {
                Thread.currentThread().setContextClassLoader(getClass().getClassLoader());
            }
            BlockingQueue<ClassLoader> seen = new LinkedBlockingQueue<>();
            FinalizerRegistry.Action spoil = () -> {
                seen.add(Thread.currentThread().getContextClassLoader());
                Thread.currentThread().setContextClassLoader(ClassLoader.getPlatformClassLoader());
            };
            FinalizerNode<Void> older = node(spoiled.register(referent, spoil));
            FinalizerNode<Void> newer = node(spoiled.register(referent, spoil));

            older.enqueue();
            newer.enqueue();
            reaper.pass();

            assertThat(seen.take()).isSameAs(creators);
            assertThat(seen.take()).isSameAs(creators);
        }

        @Test
        void runsInTheUsersExecutorInTheOrderOfHandOver() throws Exception {
            BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
            FinalizerRegistry own = open(FinalizerRegistry.builder().executor(tasks::add));
            FinalizerNode<Void> older = node(own.register(referent, () -> ran.add("older")));
            FinalizerNode<Void> newer = node(own.register(referent, () -> ran.add("newer")));
            older.enqueue();
            newer.enqueue();
            reaper.pass();

            tasks.take().run();
            tasks.take().run();

            assertThat(ran).containsExactly("newer", "older");
        }

        @Test
        void runsWithoutTheExecutorThatRejectsIt() throws Exception {
            FinalizerRegistry own = open(FinalizerRegistry.builder().executor(task -> {
                throw new RejectedExecutionException("full");
            }));

            die(own.register(referent, () -> ran.add("ran")));

            assertThat(ran.take()).isEqualTo("ran");
        }

        @Test
        void waitsForTheNextSignalWhereNoThreadCanBeStarted() throws Exception {
            AtomicReference<Throwable> shortage = new AtomicReference<>(new OutOfMemoryError("no more threads"));
            FinalizerRegistry poor = open(FinalizerRegistry.builder().threadFactory(task -> {
                if (shortage.get() instanceof Error error) {
                    throw error;
                }
                return new Thread(task);
            }));
            die(poor.register(referent, () -> ran.add("first")));
            shortage.set(null);

            die(poor.register(referent, () -> ran.add("second")));

            assertThat(ran.take()).isEqualTo("first");
            assertThat(ran.take()).isEqualTo("second");
        }

        @Test
        void ofAHundredHangingActionsOnlyAsManyRunAsThereMayBeThreads() {
            CountDownLatch go = new CountDownLatch(1);
            FinalizerRegistry hanging = open(FinalizerRegistry.builder()
                    .name("hanging")
                    .takeOver(Duration.ofMillis(2))
                    .actionLimit(Duration.ofMinutes(1)));
            try (LogLines log = new LogLines()) {
                for (int i = 0; i < 100; i++) {
                    node(hanging.register(referent, () -> {
                                ran.add("begun");
                                go.await();
                            }))
                            .enqueue();
                }
                reaper.pass();

                Gc.awaitWithoutCollecting(
                        () -> !log.with("All 8 workers of registry 'hanging' are stuck")
                                .isEmpty(),
                        "nothing was said");
                Gc.awaitWithoutCollecting( // a worker counts as stuck though its action has not come to that yet
                        () -> ran.size() >= 8, "not all have begun");
                assertThat(ran).hasSize(8);
                assertThat(threads("weakref-hanging-")).hasSize(8);
                assertThat(log.with("; 92 actions wait until one of them is free"))
                        .hasSize(1);
            }
            go.countDown();

            Gc.awaitWithoutCollecting(() -> hanging.stats().live() == 0, "not all have run");
            assertThat(ran).hasSize(100);
        }

        private static List<String> threads(String prefix) {
            return Thread.getAllStackTraces().keySet().stream()
                    .map(Thread::getName)
                    .filter(name -> name.startsWith(prefix))
                    .toList();
        }
    }

    @Nested
    class Registering {

        @Test
        void refusesNull() {
            assertThatNullPointerException().isThrownBy(() -> registry.register(nothing(), () -> {}));
            assertThatNullPointerException().isThrownBy(() -> registry.register(referent, nothing()));
            assertThatNullPointerException().isThrownBy(() -> registry.register(referent, nothing(), state -> {}));
            assertThatNullPointerException().isThrownBy(() -> registry.register(referent, "state", nothing()));
            assertThatNullPointerException().isThrownBy(() -> registry.finalizer(nothing()));
            assertThatNullPointerException()
                    .isThrownBy(() -> registry.finalizer(referent).state(nothing()));
            assertThatNullPointerException()
                    .isThrownBy(() -> registry.finalizer(referent).call(nothing()));
            assertThatNullPointerException()
                    .isThrownBy(() -> registry.finalizer(referent).onTrigger(nothing()));
            assertThat(registry.stats().registered()).isZero();
        }

        @Test
        void refusesNamesThatAreBlankOrTooLong() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> registry.finalizer(referent).name(" "))
                    .withMessageContaining("blank");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> registry.finalizer(referent).name("n".repeat(201)))
                    .withMessageContaining("201 characters; shorten it to 200");
            assertThatCode(() -> registry.finalizer(referent).name("n".repeat(200)))
                    .doesNotThrowAnyException();
        }

        @Test
        void refusesLimitsThatAreNotPositive() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> registry.finalizer(referent).limit(Duration.ZERO))
                    .withMessage("The limit is PT0S; give a positive duration");
        }

        @Test
        void takesTheClassOfTheActionForANameAndEscapesWhatIsShown() {
            Finalizer<Void> unnamed = registry.register(referent, new Named());
            Finalizer<Void> named =
                    registry.finalizer(referent).name("a\nb\u202e").run(() -> {});

            assertThat(unnamed.name()).isEqualTo(Named.class.getName());
            assertThat(named.name()).isEqualTo("a\nb\u202e");
            assertThat(registry.find(named.id()).orElseThrow().name()).isEqualTo("a\\u000ab\\u202e");
            assertThat(named).asString().doesNotContain("\n");
        }

        @Test
        void isShownByTheClassOfItsLambdaIfItHasNoName() {
            Finalizer<Void> unnamed = registry.register(referent, () -> {});

            assertThat(unnamed.name()).isEqualTo("dev.weakref.FinalizerRegistryTests$Registering (lambda)");
            assertThat(registry.find(unnamed.id()).orElseThrow().action()).isEqualTo(unnamed.name());
            assertThat(unnamed).asString().contains("'" + unnamed.name() + "'");
            assertThat(((FinalizerNode<?>) unnamed).describe())
                    .isEqualTo("Finalizer 1 '" + unnamed.name() + "' of registry 'test'");
        }

        @Test
        void isShownWithItsLineInTheLogIfItHasNoName() {
            FinalizerRegistry recording =
                    open(FinalizerRegistry.builder().name("recording").leakLevel(LeakLevel.PARANOID));
            Finalizer<Void> unnamed = recording.register(referent, () -> {});
            Finalizer<Void> named = recording.finalizer(referent).name("lease").run(() -> {});

            assertThat(((FinalizerNode<?>) unnamed).describe())
                    .startsWith("Finalizer 1 '" + unnamed.name() + ", created by "
                            + getClass().getName() + ".")
                    .contains("(FinalizerRegistryTests.java:");
            assertThat(((FinalizerNode<?>) named).describe()).isEqualTo("Finalizer 2 'lease' of registry 'recording'");
        }

        @Test
        void keepsItsNameAfterItsEnd() {
            Finalizer<Void> unnamed = registry.register(referent, new Named());

            unnamed.close();

            assertThat(unnamed.name()).isEqualTo(Named.class.getName());
            assertThat(unnamed)
                    .hasToString("Finalizer[" + unnamed.id() + " '" + Named.class.getName() + "', EXPLICIT]");
        }

        @Test
        void knowsWhenItWasCreated() {
            Instant before = Instant.now().minusMillis(ElapsedTime.TOLERANCE_MILLIS);

            Finalizer<Void> finalizer = registry.register(referent, () -> {});

            assertThat(finalizer.createdAt()).isBetween(before, Instant.now().plusMillis(ElapsedTime.TOLERANCE_MILLIS));
        }

        @Test
        void isRefusedAfterTheCloseAndTheCallerKeepsTheResource() {
            registry.close();

            assertThatIllegalStateException()
                    .isThrownBy(() -> registry.register(referent, () -> ran.add("ran")))
                    .withMessageContaining("'test' is closed; release the resource yourself");
            assertThat(registry.stats().registered()).isZero();
            assertThat(ran).isEmpty();
        }
    }

    @Nested
    class Listing {

        @Test
        void showsTheLiveNewestFirst() {
            List<Finalizer<Void>> finalizers = new ArrayList<>();
            for (int i = 0; i < 150; i++) {
                finalizers.add(registry.register(referent, new Named()));
            }
            finalizers.get(149).detach();
            finalizers.get(7).close();

            assertThat(registry.finalizers())
                    .extracting(FinalizerInfo::id)
                    .hasSize(148)
                    .doesNotContain(150L, 8L)
                    .startsWith(149L)
                    .isSortedAccordingTo((a, b) -> Long.compare(b, a));
            assertThat(registry.finalizersBefore(3))
                    .extracting(FinalizerInfo::id)
                    .containsExactly(2L, 1L);
        }

        @Test
        void showsTheLiveOldestFirst() {
            List<Finalizer<Void>> finalizers = new ArrayList<>();
            for (int i = 0; i < 150; i++) {
                finalizers.add(registry.register(referent, new Named()));
            }
            finalizers.get(0).detach();
            finalizers.get(147).close();

            assertThat(registry.finalizersAfter(0))
                    .extracting(FinalizerInfo::id)
                    .hasSize(148)
                    .startsWith(2L)
                    .isSorted();
            assertThat(registry.finalizersAfter(147))
                    .extracting(FinalizerInfo::id)
                    .containsExactly(149L, 150L);
            assertThat(registry.finalizersAfter(150)).isEmpty();
            assertThat(registry.finalizersAfter(Long.MAX_VALUE)).isEmpty();
        }

        @Test
        void describesInWordsAndNumbersOnly() {
            Finalizer<Void> finalizer =
                    registry.finalizer(referent).name("lease 7").atExit(false).run(new Named());

            assertThat(registry.find(finalizer.id()))
                    .contains(new FinalizerInfo(
                            finalizer.id(),
                            "lease 7",
                            "java.lang.Object",
                            Named.class.getName(),
                            false,
                            finalizer.createdAt(),
                            null,
                            false,
                            false,
                            List.of()));
        }

        @Test
        void showsNoTypeOnceTheReferentIsGone() {
            FinalizerNode<Void> finalizer = node(registry.register(referent, new Named()));

            finalizer.clear();

            assertThat(registry.find(finalizer.id()).orElseThrow().referentType())
                    .isNull();
        }

        @Test
        void findsNothingForAnUnknownId() {
            Finalizer<Void> dead = registry.register(referent, () -> {});
            dead.close();

            assertThat(registry.find(dead.id())).isEmpty();
            assertThat(registry.find(dead.id() + 1)).isEmpty();
            assertThat(registry.find(0)).isEmpty();
            assertThat(registry.find(-1)).isEmpty();
            assertThat(registry.find(Long.MAX_VALUE)).isEmpty();
        }

        @Test
        void showsWhatWaitsForItsRun() throws Exception {
            CountDownLatch go = new CountDownLatch(1);
            FinalizerNode<Void> waiting =
                    node(registry.finalizer(referent).name("waits").run(() -> {}));
            FinalizerNode<Void> running = node(registry.register(referent, () -> {
                ran.add("running");
                go.await();
            }));
            running.enqueue();
            waiting.enqueue();
            reaper.pass();
            ran.take();

            assertThat(registry.finalizers()).extracting(FinalizerInfo::name).containsExactly("waits");
            assertThat(registry.stats().waiting()).isOne();
            go.countDown();
            Gc.awaitWithoutCollecting(() -> registry.stats().waiting() == 0, "it waits though its turn has come");
        }

        @Test
        void openListsThoseThatNobodyHasBegunToCloseOldestFirst() {
            FinalizerRegistry older = open(FinalizerRegistry.builder().name("older"));
            FinalizerRegistry newer = open(FinalizerRegistry.builder().name("newer"));
            List<FinalizerRegistry> seen = new ArrayList<>();
            older.register(referent, () -> seen.addAll(FinalizerRegistry.open()));
            assertThat(FinalizerRegistry.open()).containsSubsequence(registry, older, newer);

            older.close();

            assertThat(seen).contains(registry, newer).doesNotContain(older);
            assertThat(FinalizerRegistry.open()).contains(newer).doesNotContain(older);
        }
    }

    @Nested
    class Listening {

        @Test
        void tellsListenersOfEachRun() {
            List<FinalizerRun> runs = new ArrayList<>();
            FinalizerRegistry listened =
                    open(FinalizerRegistry.builder().listener(runs::add).listener(run -> {
                        throw new IllegalStateException("a listener that fails");
                    }));
            RuntimeException failure = new RuntimeException("for the test");

            listened.finalizer(referent).name("good").run(() -> {}).close();
            assertThatThrownBy(listened.register(referent, () -> {
                        throw failure;
                    })::close)
                    .isSameAs(failure);

            assertThat(runs).extracting(FinalizerRun::outcome).containsExactly(Outcome.SUCCESS, Outcome.FAILURE);
            assertThat(runs).extracting(FinalizerRun::trigger).containsOnly(Trigger.EXPLICIT);
            assertThat(runs).extracting(run -> run.finalizer().referentType()).containsOnly("java.lang.Object");
            assertThat(runs.get(0).finalizer().name()).isEqualTo("good");
            assertThat(runs.get(1).failure()).isSameAs(failure);
        }

        @Test
        void tellsListenersOfAStuckActionOfStuckWorkersAndOfTheEnd() throws Exception {
            BlockingQueue<FinalizerDelay> heard = new LinkedBlockingQueue<>();
            CountDownLatch go = new CountDownLatch(1);
            FinalizerRegistry slow = open(FinalizerRegistry.builder()
                    .name("slow")
                    .takeOver(Duration.ofMillis(2))
                    .maxWorkers(1)
                    .listener(hearing(heard)));
            node(slow.finalizer(referent).name("waits").run(go::await)).enqueue();
            assertThat(slow.isStuck()).isFalse();

            reaper.pass();

            FinalizerDelay first = heard.take();
            assertThat(first.kind()).isEqualTo(FinalizerDelay.Kind.STILL_RUNNING);
            assertThat(first.registry()).isEqualTo("slow");
            assertThat(first.finalizer().name()).isEqualTo("waits");
            assertThat(first.took()).isGreaterThanOrEqualTo(Duration.ofMillis(2));
            assertThat(heard.take().kind()).isEqualTo(FinalizerDelay.Kind.ALL_WORKERS_STUCK);
            assertThat(slow.isStuck()).isTrue();
            go.countDown();
            FinalizerDelay last = heard.take();
            assertThat(last.kind()).isEqualTo(FinalizerDelay.Kind.FINISHED_AFTER_ALL);
            assertThat(last.finalizer().name()).isEqualTo("waits");
            assertThat(last.took()).isGreaterThanOrEqualTo(first.took());
            assertThat(slow.isStuck()).isFalse();
            for (FinalizerDelay.Kind kind : FinalizerDelay.Kind.values()) {
                assertThat(slow.stats().delays(kind)).as(kind.name()).isOne();
            }
        }

        @Test
        void tellsListenersThatAnActionHasEndedThatTimedOut() throws Exception {
            BlockingQueue<FinalizerDelay> heard = new LinkedBlockingQueue<>();
            FinalizerRegistry slow = open(FinalizerRegistry.builder()
                    .actionLimit(Duration.ofMillis(2))
                    .listener(run -> {
                        throw new IllegalStateException("a listener that fails");
                    })
                    .listener(hearing(heard)));
            slow.finalizer(referent).name("waits").run(() -> new CountDownLatch(1).await());

            slow.shutdown();

            FinalizerDelay only = heard.take();
            assertThat(only.kind()).isEqualTo(FinalizerDelay.Kind.FINISHED_AFTER_ALL);
            assertThat(only.finalizer().name()).isEqualTo("waits");
            assertThat(slow.stats().delays(FinalizerDelay.Kind.STILL_RUNNING)).isZero();
        }

        private static FinalizerListener hearing(Collection<FinalizerDelay> heard) {
            return new FinalizerListener() {
                @Override
                public void onRun(FinalizerRun run) {}

                @Override
                public void onDelay(FinalizerDelay delay) {
                    heard.add(delay);
                }
            };
        }
    }

    @Nested
    class Building {

        @Test
        void aBuilderShowsItsSettings() {
            FinalizerRegistry.Builder builder = FinalizerRegistry.builder()
                    .name("shown")
                    .actionLimit(Duration.ofSeconds(3))
                    .maxWorkers(2)
                    .leakLevel(LeakLevel.ADVANCED)
                    .threadFactory(Thread::new);

            assertThat(builder)
                    .hasToString("FinalizerRegistry.Builder[name 'shown', action limit PT3S, take-over PT1S, workers 2,"
                            + " exit limit PT28S, capture check FAIL, leak level ADVANCED, leak sampling 0.01,"
                            + " overdue after never, open at exit not reported, value-based referents warned of, threads of a factory, failures to the log,"
                            + " listeners 0, leak listeners 0]");
        }

        @Test
        void refusesBadSettings() {
            FinalizerRegistry.Builder builder = FinalizerRegistry.builder();

            assertThatIllegalArgumentException().isThrownBy(() -> builder.name(""));
            assertThatIllegalArgumentException().isThrownBy(() -> builder.actionLimit(Duration.ofSeconds(-1)));
            assertThatIllegalArgumentException().isThrownBy(() -> builder.takeOver(Duration.ZERO));
            assertThatIllegalArgumentException().isThrownBy(() -> builder.exitLimit(Duration.ZERO));
            assertThatIllegalArgumentException().isThrownBy(() -> builder.maxWorkers(0));
            assertThat(builder.build().name()).startsWith("registry-");
        }
    }

    private FinalizerRegistry open(FinalizerRegistry.Builder builder) {
        FinalizerRegistry made = builder.reaper(reaper).build();
        opened.add(made);
        return made;
    }

    private void die(Finalizer<?> finalizer) {
        node(finalizer).enqueue();
        reaper.pass();
    }

    private static <R> FinalizerNode<R> node(Finalizer<R> finalizer) {
        return (FinalizerNode<R>) finalizer;
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <T> T nothing() {
        return null;
    }

    /** An action with a class of its own. */
    private static final class Named implements FinalizerRegistry.Action {
        @Override
        public void run() {}
    }
}

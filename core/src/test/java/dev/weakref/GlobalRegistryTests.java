package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.Reference;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each test is the exit of a program of its own. */
@Timeout(120)
class GlobalRegistryTests {

    /** A local one may be collected as soon as the method has returned, for which a full metaspace is enough. */
    private static final Object REFERENT = new Object();

    @Test
    void runsWhatIsLeftNewestFirstWhenTheProgramEnds() throws Exception {
        assertThat(Programs.outputOf(LeavesTwo.class)).containsExactly("main ends", "second", "first");
    }

    @Test
    void runsItAfterSystemExitInTheMiddleOfAnAction() throws Exception {
        assertThat(Programs.outputOf(ExitsInAnAction.class)).containsExactly("exits", "left");
    }

    @Test
    void closedByHandItIsClosedForGood() throws Exception {
        assertThat(Programs.outputOf(ClosesByHand.class)).containsExactly("closed", "refused", "main ends");
    }

    @Test
    void firstAskedForWhileTheProgramEndsItIsClosed() throws Exception {
        assertThat(Programs.outputOf(AsksTooLate.class)).containsExactly("main ends", "closed true");
    }

    @Test
    void anExitDuringAnExplicitCloseWaitsForThePass() throws Exception {
        assertThat(Programs.outputOf(ExitsWhileClosing.class)).containsExactly("begins", "main ends", "ends");
    }

    @Test
    void anExitByTheThreadThatClosesDoesNotWaitForItselfForEver() throws Exception {
        assertThat(Programs.outputOf(ExitsInTheClosingThread.class)).containsExactly("exits");
    }

    @Test
    void anActionThatEndsTheProgramIsNotWaitedFor() throws Exception {
        assertThat(Programs.outputOf(ExitsInACalledAction.class)).containsExactly("exits", "left");
        assertThat(Programs.outputOf(ExitsInADispatchedAction.class)).containsExactly("exits", "left");
        assertThat(Programs.outputOf(ExitsInTheExitPass.class)).containsExactly("exits", "left");
    }

    @Test
    void isClosedThoughMemoryWasExhaustedWhenTheJvmBeganToExit() throws Exception {
        assertThat(Programs.outputOf(ExitsShortOfMemory.class)).containsExactly("main ends", "no memory", "left");
    }

    static final class ExitsShortOfMemory {

        private static boolean failed;

        public static void main(String[] args) {
            FinalizerRegistry registry = patient();
            registry.core().shutdown().passes = (core, limit, begin) -> {
                if (!failed) {
                    failed = true;
                    System.out.println("no memory");
                    throw new OutOfMemoryError("for the test");
                }
                return new ExitPass(core, limit, begin);
            };
            registry.register(REFERENT, () -> System.out.println("left"));
            System.out.println("main ends");
        }
    }

    /** Whose limits expire long after the test has lost its patience. */
    private static FinalizerRegistry patient() {
        FinalizerRegistry registry = FinalizerRegistry.builder()
                .actionLimit(Duration.ofHours(1))
                .takeOver(Duration.ofHours(1))
                .exitLimit(Duration.ofHours(1))
                .build();
        registry.core().shutdown().closeWithJvm();
        return registry;
    }

    private static void exit() {
        System.out.println("exits");
        System.exit(0);
    }

    static final class ExitsInACalledAction {
        public static void main(String[] args) throws Exception {
            FinalizerRegistry registry = patient();
            registry.register(REFERENT, () -> System.out.println("left"));
            registry.register(REFERENT, GlobalRegistryTests::exit).call();
        }
    }

    static final class ExitsInADispatchedAction {
        public static void main(String[] args) throws InterruptedException {
            FinalizerRegistry registry = patient();
            registry.register(REFERENT, () -> System.out.println("left"));
            ((FinalizerNode<?>) registry.register(new Object(), GlobalRegistryTests::exit)).enqueue();
            new CountDownLatch(1).await();
        }
    }

    static final class ExitsInTheExitPass {
        public static void main(String[] args) {
            FinalizerRegistry registry = patient();
            registry.register(REFERENT, () -> System.out.println("left"));
            registry.register(REFERENT, GlobalRegistryTests::exit);
            registry.close();
        }
    }

    static final class ExitsInTheClosingThread {
        public static void main(String[] args) {
            FinalizerRegistry registry = FinalizerRegistry.builder()
                    .exitLimit(Duration.ofSeconds(1))
                    .threadFactory(task -> null) // so that actions run in the thread that closes
                    .build();
            registry.core().shutdown().closeWithJvm();
            registry.register(REFERENT, () -> {
                System.out.println("exits");
                System.exit(0);
            });
            registry.close();
        }
    }

    static final class ExitsWhileClosing {
        public static void main(String[] args) throws InterruptedException {
            CountDownLatch begun = new CountDownLatch(1);
            Thread main = Thread.currentThread();
            FinalizerRegistry.global().register(REFERENT, () -> {
                System.out.println("begins");
                begun.countDown();
                main.join();
                while (!hookWaits()) {
                    Thread.yield(); // in vain, if the JVM ends without its hook
                }
                System.out.println("ends");
            });
            Thread closing = new Thread(FinalizerRegistry.global()::close);
            closing.setDaemon(true);
            closing.start();
            begun.await();
            System.out.println("main ends");
            Reference.reachabilityFence(REFERENT);
        }
    }

    private static boolean hookWaits() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread ->
                        thread.getName().endsWith("-shutdown-hook") && thread.getState() == Thread.State.TIMED_WAITING);
    }

    static final class LeavesTwo {
        public static void main(String[] args) {
            FinalizerRegistry.global().register(REFERENT, () -> System.out.println("first"));
            FinalizerRegistry.global().register(REFERENT, () -> System.out.println("second"));
            FinalizerRegistry.global().finalizer(REFERENT).atExit(false).run(() -> System.out.println("not at exit"));
            System.out.println("main ends");
        }
    }

    static final class ExitsInAnAction {
        public static void main(String[] args) {
            FinalizerRegistry.global().register(REFERENT, () -> System.out.println("left"));
            Thread exiting = new Thread(FinalizerRegistry.builder().build().register(REFERENT, () -> {
                System.out.println("exits");
                System.exit(0);
            })::close);
            exiting.start();
        }
    }

    static final class ClosesByHand {
        public static void main(String[] args) {
            FinalizerRegistry.global().register(REFERENT, () -> System.out.println("closed"));
            FinalizerRegistry.global().close();
            try {
                FinalizerRegistry.global().register(REFERENT, () -> System.out.println("too late"));
            } catch (IllegalStateException refused) {
                System.out.println("refused");
            }
            System.out.println("main ends");
        }
    }

    static final class AsksTooLate {
        public static void main(String[] args) {
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> System.out.println(
                            "closed " + FinalizerRegistry.global().isClosed())));
            System.out.println("main ends");
        }
    }
}

package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each test is the exit of a program of its own. */
@Timeout(120)
class GlobalRegistryTests {

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

    static final class LeavesTwo {
        public static void main(String[] args) {
            Object referent = new Object();
            FinalizerRegistry.global().register(referent, () -> System.out.println("first"));
            FinalizerRegistry.global().register(referent, () -> System.out.println("second"));
            FinalizerRegistry.global().finalizer(referent).atExit(false).run(() -> System.out.println("not at exit"));
            System.out.println("main ends");
        }
    }

    static final class ExitsInAnAction {
        public static void main(String[] args) {
            Object referent = new Object();
            FinalizerRegistry.global().register(referent, () -> System.out.println("left"));
            Thread exiting = new Thread(FinalizerRegistry.builder().build().register(referent, () -> {
                System.out.println("exits");
                System.exit(0);
            })::close);
            exiting.start();
        }
    }

    static final class ClosesByHand {
        public static void main(String[] args) {
            Object referent = new Object();
            FinalizerRegistry.global().register(referent, () -> System.out.println("closed"));
            FinalizerRegistry.global().close();
            try {
                FinalizerRegistry.global().register(referent, () -> System.out.println("too late"));
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

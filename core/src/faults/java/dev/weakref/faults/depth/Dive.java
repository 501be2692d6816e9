package dev.weakref.faults.depth;

import dev.weakref.faults.Asked;
import java.util.Arrays;

/**
 * Calls the steps of a trial with more and more stack, beginning where hardly a call is left, until some steps in a row
 * have not overflowed.
 *
 * <p>Caught <i>right there</i>, one descent does: it recurses until the stack is full, and each frame on the way back
 * calls one step, so that a step has one small frame more than the step before. Caught <i>at the top</i>, there is a
 * descent for each step, to a depth of one frame less than before, and other threads are asked between two of them.
 */
final class Dive {

    /** How many steps in a row have to pass before it is over. */
    private static final int PASSES = 8;

    private static final long STACK_BYTES = 256 << 10;

    private final Trial trial;
    private final StackOverflowError[] struck = new StackOverflowError[Trial.STEPS];
    private final Throwable[] thrown = new Throwable[Trial.STEPS];
    private final boolean[] returned = new boolean[Trial.STEPS];
    private final int skipped;
    private int frames;
    private int step;
    private int passed;

    private Dive(Trial trial, int skipped) {
        this.trial = trial;
        this.skipped = skipped;
    }

    /** What came of each step. */
    record Outcome(boolean over, int steps, StackOverflowError[] struck, boolean[] returned) {}

    /**
     * Begins this many frames above the deepest. As frames have a size, a descent meets only some of the possible
     * amounts of stack; so a number of other frames is put before it, another number in each JVM.
     */
    static Outcome caughtThere(String what, Trial trial, int skipped, int shift) {
        Dive dive = new Dive(trial, skipped);
        inThread(what, () -> dive.shift(shift, dive::down));
        return dive.outcome();
    }

    /** The same with one descent for each step. */
    static Outcome caughtAtTheTop(String what, Trial trial, int skipped, int shift) {
        Dive dive = new Dive(trial, skipped);
        inThread(what, () -> dive.shift(shift, () -> dive.fallEachStep(what)));
        return dive.outcome();
    }

    /** Has the recursion compiled, as a depth of so many frames means nothing if they change their size. */
    static void warmUp() {
        Trial nothing = Trial.nothing();
        inThread("the recursion itself", () -> {
            for (int i = 0; i < 20_000; i++) {
                new Dive(nothing, 0).fall(2);
            }
        });
    }

    private static void inThread(String what, Runnable task) {
        Thread thread = new Thread(null, task, "faults-dive", STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
        Asked.ended(what, thread);
    }

    private Outcome outcome() {
        int steps = Math.min(step, Trial.STEPS);
        for (Throwable each : thrown) {
            if (each != null && !isOverflow(each)) {
                trial.failed(each);
            }
        }
        return new Outcome(passed >= PASSES, steps, Arrays.copyOf(struck, steps), Arrays.copyOf(returned, steps));
    }

    /** When the JDK links a lambda, it wraps errors. */
    private static boolean isOverflow(Throwable thrown) {
        return thrown instanceof StackOverflowError || (thrown.getCause() != null && isOverflow(thrown.getCause()));
    }

    /** Begins some frames deeper, which have another size than those of the descent. */
    private void shift(int more, Runnable descent) {
        if (more > 0) {
            shift(more - 1, descent);
        } else {
            descent.run();
        }
    }

    /** Recurses until the stack is full, and takes a step in each frame on the way back. */
    private void down() {
        try {
            down();
        } catch (StackOverflowError full) {
            // The frame that could not be entered, or its call of up(): this frame has more stack.
        }
        up();
    }

    private void up() {
        frames++;
        if (frames > skipped && !isOver()) {
            int mine = step++;
            try {
                trial.at(mine);
                returned[mine] = true;
                passed++;
            } catch (StackOverflowError overflow) {
                struck[mine] = overflow;
                passed = 0;
            } catch (Throwable other) {
                thrown[mine] = other; // to be reported with more stack
                passed++;
            }
        }
    }

    private boolean isOver() {
        return passed >= PASSES || step >= Trial.STEPS;
    }

    private void fallEachStep(String what) {
        int deepest = deepest() - skipped;
        while (!isOver()) {
            int mine = step;
            try {
                fall(deepest - mine);
                passed++;
            } catch (StackOverflowError overflow) {
                struck[mine] = overflow;
                passed = 0;
            }
            step++;
            boolean done = returned[mine];
            Asked.other(what, () -> {
                trial.check(mine, done);
                Bystanders.work();
                return null;
            });
        }
    }

    /** How many frames there is room for. */
    private int deepest() {
        frames = 0;
        try {
            fall(Integer.MAX_VALUE);
        } catch (StackOverflowError full) {
            return frames;
        }
        throw new AssertionError("a stack without end");
    }

    private void fall(int more) {
        if (more > 0) {
            frames++;
            fall(more - 1);
        } else {
            takeStep();
        }
    }

    private void takeStep() {
        try {
            trial.at(step);
            returned[step] = true;
        } catch (StackOverflowError overflow) {
            throw overflow;
        } catch (Throwable other) {
            thrown[step] = other;
        }
    }
}

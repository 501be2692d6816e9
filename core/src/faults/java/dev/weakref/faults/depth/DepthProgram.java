package dev.weakref.faults.depth;

import dev.weakref.faults.Asked;
import dev.weakref.faults.Verdict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Tries operations at every depth. Arguments: {@code cold} or {@code warm}, {@code there} or {@code top} for where the
 * overflow is caught, the number of the JVM, the first operation and how many, and the parts of the catalogue to take
 * them from.
 *
 * <p>Cold, what is used for the first time in that JVM is used with hardly any stack, and with more of it in each step.
 * Warm, each operation has been called often before.
 */
public final class DepthProgram {

    private static final int WARM_CALLS = 1_000;
    private static final long WARM_NANOS = 25_000_000;
    private static final int SHIFTS = 16;
    private static final int MOST_STEPS = 8 * Trial.STEPS;

    /** How often an operation is tried from another start until an overflow has struck inside it. */
    private static final int DIVES = 16;

    private static final int OPERATIONS_BEFORE_A_COLLECTION = 12;

    private final boolean warm;
    private final boolean caughtThere;
    private final Random chance;

    private DepthProgram(boolean warm, boolean caughtThere, int number) {
        this.warm = warm;
        this.caughtThere = caughtThere;
        chance = new Random(number);
    }

    /** Runs it. */
    public static void main(String[] args) {
        try {
            Preparation.prepare();
            new DepthProgram(args[0].equals("warm"), args[1].equals("there"), Integer.parseInt(args[2]))
                    .run(
                            Integer.parseInt(args[3]),
                            Integer.parseInt(args[4]),
                            List.of(args).subList(5, args.length));
        } catch (Throwable unexpected) {
            Verdict.fault("the program ends by " + unexpected);
        }
        Verdict.exit();
    }

    private void run(int first, int count, List<String> parts) {
        List<Operation> operations = mine(first, count, parts);
        Dive.warmUp();
        for (int i = 0; i < operations.size(); i++) {
            tryOut(operations.get(i));
            boolean look = i % OPERATIONS_BEFORE_A_COLLECTION == 0 || i == operations.size() - 1;
            if (look && !Bystanders.die(operations.get(i).name())) {
                return; // the rest would tell of the same fault
            }
        }
        Bystanders.allEmpty();
    }

    private List<Operation> mine(int first, int count, List<String> parts) {
        List<Operation> all = new ArrayList<>();
        parts.forEach(part -> all.addAll(Catalogue.valueOf(part).operations()));
        Collections.shuffle(all, new Random(all.size())); // the same in each JVM
        System.out.println("OPERATIONS " + all.size());
        Collections.rotate(all, -first);
        List<Operation> mine = all.subList(0, Math.min(count, all.size()));
        Collections.shuffle(mine, chance);
        return mine;
    }

    private void tryOut(Operation operation) {
        if (warm) {
            warmUp(operation);
        }
        Overflows overflows = new Overflows();
        Trial trial = operation.begin();
        boolean over = true;
        for (int i = 0; i < DIVES && over && overflows.inside() == 0; i++) {
            over = dive(operation, trial, overflows);
        }
        Asked.other(operation.name() + ": the end", () -> {
            trial.end();
            return null;
        });
        Verdict.expect(over, operation.name() + ": still overflows with a lot of stack");
        System.out.println("OPERATION " + operation.name() + ": " + overflows);
    }

    /** Whether it was over in the end. A frame of one operation is as small as a step: one dive may pass over it. */
    private boolean dive(Operation operation, Trial trial, Overflows overflows) {
        int skipped = 0;
        int shift = chance.nextInt(SHIFTS);
        boolean over = false;
        while (!over && skipped < MOST_STEPS) {
            Asked.other(operation.name() + ": preparation", () -> {
                trial.prepare();
                return null;
            });
            String what = operation.name() + ": the operation itself";
            Dive.Outcome outcome = caughtThere
                    ? Dive.caughtThere(what, trial, skipped, shift)
                    : Dive.caughtAtTheTop(what, trial, skipped, shift);
            overflows.add(outcome);
            if (caughtThere) {
                check(operation, trial, outcome);
            }
            skipped += outcome.steps();
            over = outcome.over() || trial.overflowsAlways();
        }
        return over;
    }

    private static void check(Operation operation, Trial trial, Dive.Outcome outcome) {
        Asked.other(operation.name() + ": what follows", () -> {
            for (int step = 0; step < outcome.steps(); step++) {
                trial.check(step, outcome.returned()[step]);
            }
            Bystanders.work();
            return null;
        });
    }

    /** On objects of its own, with all the stack there is. */
    private static void warmUp(Operation operation) {
        Trial trial = operation.begin();
        Asked.other(operation.name() + ": warming up", () -> {
            long begin = System.nanoTime();
            int step = 0;
            for (int calls = 0; calls == 0 || (calls < WARM_CALLS && System.nanoTime() - begin < WARM_NANOS); calls++) {
                step = calls % Trial.STEPS;
                if (step == 0) {
                    trial.prepare();
                }
                callOnce(trial, step);
            }
            for (; step >= 0; step--) {
                trial.check(step, true);
            }
            trial.end();
            return null;
        });
    }

    private static void callOnce(Trial trial, int step) {
        try {
            trial.at(step);
        } catch (StackOverflowError always) {
            Verdict.expect(trial.overflowsAlways(), trial.name + " overflows with all the stack there is");
        } catch (Throwable other) {
            trial.failed(other);
        }
    }
}

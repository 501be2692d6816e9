package dev.weakref.faults.depth;

import dev.weakref.faults.Asked;
import dev.weakref.faults.Verdict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Tries operations at every depth. Arguments: {@code cold} or {@code warm}, {@code there} or {@code top} for where the
 * overflow is caught, the number of the JVM, how many operations, and the parts of the catalogue to take them from. The
 * next number takes the next operations.
 *
 * <p>Cold, what is used for the first time in that JVM is used with hardly any stack, and with more of it in each step.
 * Warm, each operation has been called often before.
 */
public final class DepthProgram {

    private static final int WARM_CALLS = 1_000;
    private static final long WARM_NANOS = 25_000_000;
    private static final int SHIFTS = 16;
    private static final int MOST_STEPS = 8 * Trial.STEPS;
    private static final int OPERATIONS_BEFORE_A_COLLECTION = 12;

    private final boolean warm;
    private final boolean caughtThere;
    private final int number;
    private final Random chance;

    private DepthProgram(boolean warm, boolean caughtThere, int number) {
        this.warm = warm;
        this.caughtThere = caughtThere;
        this.number = number;
        chance = new Random(number);
    }

    /** Runs it. */
    public static void main(String[] args) {
        try {
            Preparation.prepare();
            new DepthProgram(args[0].equals("warm"), args[1].equals("there"), Integer.parseInt(args[2]))
                    .run(Integer.parseInt(args[3]), List.of(args).subList(4, args.length));
        } catch (Throwable unexpected) {
            Verdict.fault("the program ends by " + unexpected);
        }
        Verdict.exit();
    }

    private void run(int count, List<String> parts) {
        List<Operation> operations = mine(count, parts);
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

    private List<Operation> mine(int count, List<String> parts) {
        List<Operation> all = new ArrayList<>();
        parts.forEach(part -> all.addAll(Catalogue.valueOf(part).operations()));
        Collections.shuffle(all, new Random(all.size())); // the same in each JVM
        Collections.rotate(all, -number * count);
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
        Asked.other(operation.name() + ": the end", () -> {
            trial.end();
            return null;
        });
        Verdict.expect(over, operation.name() + ": still overflows with a lot of stack");
        System.out.println("OPERATION " + operation.name() + ": " + overflows);
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
            for (int calls = 0; calls < WARM_CALLS && System.nanoTime() - begin < WARM_NANOS; calls += Trial.STEPS) {
                trial.prepare();
                for (int step = 0; step < Trial.STEPS; step++) {
                    callOnce(trial, step);
                }
            }
            for (int step = 0; step < Trial.STEPS; step++) {
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

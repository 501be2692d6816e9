package dev.weakref;

import java.util.Collection;
import java.util.List;
import org.pastalab.fray.core.ThreadContext;
import org.pastalab.fray.core.randomness.Randomness;
import org.pastalab.fray.core.scheduler.Scheduler;

/**
 * Lets a thread run until it waits, or until it is stopped at random: in some schedules often, in others hardly ever.
 * So the others can do much between two steps of one thread, which is rare if each step is drawn.
 */
final class FewSwitches extends Scheduler {

    /** A thread is stopped once in 4 to 1,024 steps. */
    private static final int SMALLEST_POWER = 2;

    private static final int POWERS = 9;

    private final double switchesForEachStep;
    private ThreadContext running;

    FewSwitches(Randomness randomness) {
        super(randomness);
        switchesForEachStep = 1.0 / (1 << SMALLEST_POWER + nextInt() % POWERS);
    }

    @Override
    public ThreadContext scheduleNextOperation(List<ThreadContext> threads, Collection<ThreadContext> allThreads) {
        if (threads.size() == 1) {
            running = threads.get(0);
        } else if (!threads.contains(running)) {
            running = threads.get(nextInt() % threads.size());
        } else if (nextDouble() < switchesForEachStep) {
            int other = (threads.indexOf(running) + 1 + nextInt() % (threads.size() - 1)) % threads.size();
            running = threads.get(other);
        }
        return running;
    }

    @Override
    public Scheduler nextIteration(Randomness randomness) {
        return new FewSwitches(randomness);
    }
}

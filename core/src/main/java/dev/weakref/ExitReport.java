package dev.weakref;

import java.time.Duration;
import java.util.List;

/**
 * What the exit pass of a registry did.
 *
 * @param run how many actions ended, including the failed ones
 * @param failed how many of these threw
 * @param timedOut how many timed out
 * @param skipped how many the deadline cut off before their turn
 * @param took how long the pass took
 * @param leftovers what timed out or was skipped, up to 10,000 of them, and what was running before the pass and has
 *     not ended, which is not counted; if memory was exhausted, some of them may be missing here, and are counted
 * @since 0.1
 */
public record ExitReport(int run, int failed, int timedOut, int skipped, Duration took, List<Leftover> leftovers) {

    /** Copies the list. */
    public ExitReport {
        leftovers = List.copyOf(leftovers);
    }

    @Override
    public String toString() {
        return "ExitReport[run=" + run + ", failed=" + failed + ", timedOut=" + timedOut + ", skipped=" + skipped
                + ", took=" + took + ", leftovers=" + leftovers + "]";
    }
}

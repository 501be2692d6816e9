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
 * @param leftovers the finalizers that timed out or were skipped, at most 10,000 of them; then those that ran before
 * the
 *     pass and have not ended, which no number counts. If memory was exhausted, some that are counted may be missing
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

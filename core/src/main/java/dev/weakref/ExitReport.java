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
 * @param leftovers one line for each action that timed out or was cut off: its id, its name or else the class of its
 *     action, and why
 * @since 0.1
 */
public record ExitReport(int run, int failed, int timedOut, int skipped, Duration took, List<String> leftovers) {

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

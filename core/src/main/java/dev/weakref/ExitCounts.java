package dev.weakref;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Counts what an exit pass does, and says so. For use by several threads. */
final class ExitCounts {

    /** More lines than anybody reads; each takes some 100 bytes. */
    private static final int MOST_LEFTOVERS = 10_000;

    /** How many leftovers the log names. The report has all of them. */
    private static final int LEFTOVERS_IN_THE_LOG = 10;

    private final AtomicInteger ran = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger timedOut = new AtomicInteger();
    private final AtomicInteger skipped = new AtomicInteger();
    private final List<String> leftovers = new ArrayList<>(); // guarded by itself

    /** An action has ended in time, with this failure or with none. */
    void ended(@Nullable Throwable failure) {
        ran.incrementAndGet();
        if (failure != null) {
            failed.incrementAndGet();
        }
    }

    /** An action has timed out. */
    void timedOut() {
        timedOut.incrementAndGet();
    }

    /** A finalizer was discarded that was to run. */
    void skipped(String leftover) {
        skipped.incrementAndGet();
        addLeftover(leftover);
    }

    void addLeftover(String leftover) {
        synchronized (leftovers) {
            if (leftovers.size() < MOST_LEFTOVERS) {
                leftovers.add(leftover);
            } else if (leftovers.size() == MOST_LEFTOVERS) {
                leftovers.add("… and more");
            }
        }
    }

    ExitReport report(Duration took) {
        synchronized (leftovers) {
            return new ExitReport(ran.get(), failed.get(), timedOut.get(), skipped.get(), took, List.copyOf(leftovers));
        }
    }

    /** A line for a pass that takes long. */
    String progress(String registry, Set<String> running) {
        StringBuilder line = new StringBuilder("Exit pass of registry '" + registry + "' continues: " + ran + " run ("
                + failed + " failed), " + timedOut + " timed out");
        running.forEach(each -> line.append("; ").append(each).append(" is running"));
        return line.toString();
    }

    /** The last line of a pass. */
    static String summary(String registry, ExitReport result) {
        String line = "Exit pass of registry '" + registry + "': " + result.run() + " run (" + result.failed()
                + " failed), " + result.timedOut() + " timed out, " + result.skipped() + " skipped, in "
                + result.took().toMillis() + " ms";
        return result.leftovers().isEmpty() ? line : line + ". Left: " + shortened(result.leftovers());
    }

    private static String shortened(List<String> lines) {
        int shown = Math.min(lines.size(), LEFTOVERS_IN_THE_LOG);
        String text = String.join("; ", lines.subList(0, shown));
        return shown == lines.size() ? text : text + "; and " + (lines.size() - shown) + " more";
    }
}

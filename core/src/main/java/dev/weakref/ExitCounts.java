package dev.weakref;

import dev.weakref.Leftover.Reason;
import dev.weakref.internal.support.LogFields;
import dev.weakref.internal.support.Logging;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Counts what an exit pass does, and says so. For use by several threads. */
final class ExitCounts {

    /** More than a person reads; each takes some 100 bytes. */
    private static final int MOST_LEFTOVERS = 10_000;

    /** How many leftovers the log names. The report has all of them. */
    private static final int LEFTOVERS_IN_THE_LOG = 10;

    private static final String NO_NAME = "A leftover of an exit pass was counted and could not be named";

    private final AtomicInteger ran = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger timedOut = new AtomicInteger();
    private final AtomicInteger skipped = new AtomicInteger();
    private final Map<Long, Leftover> leftovers = new LinkedHashMap<>(); // guarded by itself
    private int unnamed; // guarded by leftovers

    /** Replaced by a test, to let the memory be exhausted. */
    BiFunction<FinalizerInfo, Reason, Leftover> naming = Leftover::of;

    /** An action has ended in time, with this failure or with none. */
    void ended(@Nullable Throwable failure) {
        ran.incrementAndGet();
        if (failure != null) {
            failed.incrementAndGet();
        }
    }

    /** An action has timed out. */
    void timedOut(FinalizerState node, Reason reason) {
        timedOut.incrementAndGet();
        add(node, reason);
    }

    /** A finalizer was discarded that was to run. */
    void skipped(FinalizerState node, Reason reason) {
        skipped.incrementAndGet();
        add(node, reason);
    }

    /** Adds what was counted. If there is no memory for its name, it is still counted. */
    private void add(FinalizerState node, Reason reason) {
        VirtualMachineError shortage = null;
        synchronized (leftovers) {
            unnamed++; // until it has its name
            try {
                if (leftovers.size() < MOST_LEFTOVERS) {
                    leftovers.put(node.id, naming.apply(node.info(), reason));
                    unnamed--;
                }
            } catch (VirtualMachineError noName) {
                shortage = noName;
            }
        }
        if (shortage != null) {
            Logging.failure(NO_NAME, shortage); // without the lock: the logger may block
        }
    }

    /** @param unended what has not ended, and was not counted; each is named once */
    ExitReport report(Duration took, List<Leftover> unended) {
        synchronized (leftovers) {
            Map<Long, Leftover> all = new LinkedHashMap<>(leftovers);
            unended.forEach(leftover -> all.putIfAbsent(leftover.id(), leftover));
            return new ExitReport(
                    ran.get(), failed.get(), timedOut.get(), skipped.get(), took, List.copyOf(all.values()));
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
    String summary(String registry, ExitReport result) {
        String line = "Exit pass of registry '" + registry + "': " + result.run() + " run (" + result.failed()
                + " failed), " + result.timedOut() + " timed out, " + result.skipped() + " skipped, in "
                + result.took().toMillis() + " ms";
        int shown = Math.min(result.leftovers().size(), LEFTOVERS_IN_THE_LOG);
        String names =
                result.leftovers().stream().limit(shown).map(Leftover::toString).collect(Collectors.joining("; "));
        int more = result.leftovers().size() - shown + unnamed();
        return shown + more == 0
                ? line
                : line + ". Left: " + names + (more == 0 ? "" : (shown == 0 ? "" : "; and ") + more + " more");
    }

    /** What a line of a pass is about that is not over. */
    LogFields fields(String registry) {
        return fields(registry, ran.get(), failed.get(), timedOut.get());
    }

    /** What the last line of a pass is about. */
    static LogFields fields(String registry, ExitReport result) {
        return fields(registry, result.run(), result.failed(), result.timedOut())
                .with(LogFields.Key.EXIT_SKIPPED, result.skipped())
                .with(LogFields.Key.EXIT_TOOK, result.took().toMillis());
    }

    private static LogFields fields(String registry, int run, int failed, int timedOut) {
        return new LogFields()
                .with(LogFields.Key.REGISTRY, registry)
                .with(LogFields.Key.EXIT_RUN, run)
                .with(LogFields.Key.EXIT_FAILED, failed)
                .with(LogFields.Key.EXIT_TIMED_OUT, timedOut);
    }

    /** Whether nothing is left. */
    boolean isComplete(ExitReport result) {
        return result.leftovers().isEmpty() && unnamed() == 0;
    }

    private int unnamed() {
        synchronized (leftovers) {
            return unnamed;
        }
    }
}

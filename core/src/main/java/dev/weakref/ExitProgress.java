package dev.weakref;

import dev.weakref.internal.dispatch.SerialDispatcher;
import dev.weakref.internal.reap.CreationLog;
import dev.weakref.internal.support.Defaults;
import dev.weakref.internal.support.Logging;
import java.lang.System.Logger.Level;
import java.util.LinkedHashSet;
import java.util.Set;

/** The log lines of an exit pass that takes long. For use by the thread that runs the pass. */
final class ExitProgress {

    private final String registry;
    private final CreationLog log;
    private final SerialDispatcher dispatcher;
    private final ExitCounts counts;
    private long toldAt = System.nanoTime();

    /** @param registry its name, escaped */
    ExitProgress(String registry, CreationLog log, SerialDispatcher dispatcher, ExitCounts counts) {
        this.registry = registry;
        this.log = log;
        this.dispatcher = dispatcher;
        this.counts = counts;
    }

    /** In how many nanoseconds the next line is due. */
    long untilDue() {
        return toldAt + Defaults.PROGRESS_INTERVAL.toNanos() - System.nanoTime();
    }

    void logIfDue() {
        if (untilDue() <= 0) {
            toldAt = System.nanoTime();
            Logging.log(Level.INFO, this::line, null, () -> counts.fields(registry));
        }
    }

    private String line() {
        Set<String> running = new LinkedHashSet<>();
        log.running().forEachRemaining(node -> running.add(node.describe()));
        dispatcher
                .running()
                .forEach(task -> running.add(task.task().describe())); // includes one that hangs in a listener
        return counts.progress(registry, running);
    }
}

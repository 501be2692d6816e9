package dev.weakref;

import dev.weakref.Leak.Kind;
import dev.weakref.internal.dispatch.ListenerCalls;
import dev.weakref.internal.support.LogFields;
import dev.weakref.internal.support.Logging;
import dev.weakref.internal.support.Names;
import dev.weakref.internal.support.TimeSource;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Counts the leaks of one registry, reports each creation site once, and keeps the newest reports. */
final class LeakReporter {

    /**
     * More creation sites than any program has, of about a kilobyte each; beyond that, classes are being generated, and
     * leaks are only counted.
     */
    private static final int MOST_SITES = 10_000;

    private static final Pattern DIGITS = Pattern.compile("\\d+");

    private static final Pattern OWN_ACTIONS =
            Pattern.compile(Pattern.quote(LeakReporter.class.getPackageName()) + "\\.(GuardedHandle|TempFiles)\\$.*");

    private final String registry;
    private final double sampling;
    private final List<LeakListener> listeners;
    private final Map<Kind, LongAdder> counts = new EnumMap<>(Kind.class);
    private final Set<String> reported = ConcurrentHashMap.newKeySet();
    private final TimeSource clock;
    private final ArrayDeque<Leak> newest = new ArrayDeque<>(); // guarded by itself
    private volatile LeakLevel level;

    LeakReporter(String registry, RegistrySettings settings) {
        this.registry = registry;
        level = settings.leakLevel;
        sampling = settings.leakSampling;
        listeners = settings.leakListeners;
        clock = settings.clock;
        for (Kind kind : Kind.values()) {
            counts.put(kind, new LongAdder());
        }
    }

    LeakLevel level() {
        return level;
    }

    void level(LeakLevel chosen) {
        level = chosen;
    }

    /** The stack of the present creation, if it is to be recorded. */
    @Nullable List<StackTraceElement> stackOfCreation() {
        return switch (level) {
            case DISABLED, SIMPLE -> null;
            case ADVANCED -> ThreadLocalRandom.current().nextDouble() < sampling ? CreationSite.here() : null;
            case PARANOID -> CreationSite.here();
        };
    }

    Map<Kind, Long> counts() {
        Map<Kind, Long> sums = new EnumMap<>(Kind.class);
        counts.forEach((kind, count) -> sums.put(kind, count.sum()));
        return sums;
    }

    /** The newest reports, newest first. */
    List<Leak> newest() {
        synchronized (newest) {
            return List.copyOf(newest);
        }
    }

    private void keep(Leak leak) {
        synchronized (newest) {
            if (newest.size() == RegistrySettings.KEPT_LEAKS) {
                newest.removeLast();
            }
            newest.addFirst(leak);
        }
    }

    /** Counts a leak, and reports it unless its creation site was reported before. Never throws. */
    void found(Kind kind, FinalizerInfo finalizer, String actionClass) {
        Objects.requireNonNull(counts.get(kind)).increment();
        try {
            report(kind, finalizer, actionClass);
        } catch (Throwable shortage) {
            Logging.failure("A leak was counted and could not be reported", shortage);
        }
    }

    private void report(Kind kind, FinalizerInfo finalizer, String actionClass) {
        Leak leak = new Leak(kind, registry, finalizer, clock.instant());
        Jfr.leak(leak);
        if (level == LeakLevel.DISABLED
                || reported.size() >= MOST_SITES
                || !reported.add(site(kind, finalizer, actionClass))) {
            return;
        }
        keep(leak);
        if (kind == Kind.NOT_CLOSED) {
            notifyListeners(leak);
        } else {
            ListenerCalls.submit(
                    "A leak listener",
                    List.<Runnable>of(() -> notifyListeners(leak))
                            .iterator()); // a listener must not delay the watchdog that found it
        }
    }

    private void notifyListeners(Leak leak) {
        Kind kind = leak.kind();
        FinalizerInfo finalizer = leak.finalizer();
        Logging.log(
                kind == Kind.RESOLVED ? Level.INFO : Level.WARNING,
                () -> line(kind, finalizer),
                null,
                () -> RunReporter.fields(Names.escape(registry), finalizer).with(LogFields.Key.LEAK, kind.name()));
        for (LeakListener listener : listeners) {
            try {
                listener.onLeak(leak);
            } catch (Throwable listenersFault) {
                Logging.failure("A leak listener of registry '" + Names.escape(registry) + "' failed", listenersFault);
            }
        }
    }

    private String line(Kind kind, FinalizerInfo finalizer) {
        String what = "LEAK: " + kind + " finalizer " + finalizer.id() + " '" + finalizer.name() + "' of registry '"
                + Names.escape(registry) + "', created at " + finalizer.createdAt() + ", ";
        String happened = switch (kind) {
            case NOT_CLOSED -> "was never closed explicitly. Close it";
            case OVERDUE -> "is still live. Close it earlier, or give it a longer limit";
            case RESOLVED -> "was overdue and has been closed";
        };
        if (kind == Kind.RESOLVED) {
            return what + happened;
        }
        String where = finalizer.stack().isEmpty()
                ? "Its action is " + finalizer.action() + "; set the leak level to PARANOID to see where it was created"
                : "It was created here:" + Logging.stack(finalizer.stack());
        return what + happened + ". Reported once per creation site. " + where;
    }

    /**
     * The creation site: the class of the action, and all frames that were recorded, since the first of them may be a
     * method that many others call. If no frame was recorded and the action is the library's own, as for guards and
     * temporary files, the name replaces its class, for temporary files without the digits that make it unique. A text,
     * not a record: on Java 25 the class loader of a record whose generated {@code hashCode} was the last one to be
     * linked is not collected.
     */
    private static String site(Kind kind, FinalizerInfo finalizer, String actionClass) {
        String action = actionClass;
        if (finalizer.stack().isEmpty() && OWN_ACTIONS.matcher(actionClass).matches()) {
            boolean deletesFiles = actionClass.contains("TempFiles");
            action = deletesFiles ? DIGITS.matcher(finalizer.name()).replaceAll("") : finalizer.name();
        }
        return kind + " " + action + "\n" + String.join("\n", finalizer.stack());
    }
}

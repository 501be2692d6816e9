package dev.weakref.test;

import dev.weakref.FinalizerInfo;
import dev.weakref.FinalizerRegistry;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext.Store.CloseableResource;

/**
 * The finalizers of one test, or of one class outside of its tests: those that are registered from its making until it
 * is closed, less those of the tests in between.
 *
 * <p><b>Why the newest one that is live tells them apart.</b> Ids grow in each registry. All that are live at the
 * beginning have an id up to that of the newest; all that are registered later have a larger one. A registry without a
 * live finalizer, or one that is built later, counts from 0.
 *
 * <p>It is used by one thread at a time, since its tests run alone, and holds registries weakly.
 * JUnit 5 closes it as the one kind of closeable, JUnit 6 as the other.
 */
final class OpenFinalizers implements CloseableResource, AutoCloseable {

    private final OpenFinalizerRules rules;
    private final @Nullable OpenFinalizers around;
    private final ParanoidLevel level = new ParanoidLevel();
    private final Map<FinalizerRegistry, Long> newestBefore = new WeakHashMap<>();

    /** Still open, but some test's that is over. */
    private final Map<FinalizerRegistry, Set<Long>> others = new WeakHashMap<>();

    OpenFinalizers(OpenFinalizerRules rules, @Nullable OpenFinalizers around) {
        this.rules = rules;
        this.around = around;
        for (FinalizerRegistry registry : FinalizerRegistry.open()) {
            registry.finalizers().findFirst().ifPresent(newest -> newestBefore.put(registry, newest.id()));
        }
    }

    /** Ends the test or class: waits for what is open, and fails with what still is. */
    @Override
    public void close() {
        try {
            Gc.waitUntil(() -> open().isEmpty(), rules.await());
            List<Open> open = open();
            if (!open.isEmpty()) {
                throw new AssertionError(message(open));
            }
        } finally {
            if (around != null) {
                around.leaveOut(live());
            }
            level.restore();
        }
    }

    private void leaveOut(List<Open> live) {
        live.forEach(open -> others.computeIfAbsent(open.registry, registry -> new HashSet<>())
                .add(open.finalizer.id()));
    }

    /** What must not be open. */
    private List<Open> open() {
        return live().stream()
                .filter(open -> !others.getOrDefault(open.registry, Set.of()).contains(open.finalizer.id()))
                .filter(open -> !rules.allow(open.finalizer))
                .toList();
    }

    /** What has been registered since the beginning, newest first in each registry. */
    private List<Open> live() {
        return FinalizerRegistry.open().stream()
                .flatMap(registry -> registry.finalizers()
                        .takeWhile(finalizer -> finalizer.id() > newestBefore.getOrDefault(registry, 0L))
                        .map(finalizer -> new Open(registry, finalizer)))
                .toList();
    }

    private String message(List<Open> open) {
        String shown = open.stream()
                .limit(FinalizerLines.MOST_SHOWN)
                .map(Open::describe)
                .collect(Collectors.joining("\n", "\n", "\n"));
        int more = open.size() - FinalizerLines.MOST_SHOWN;
        return (open.size() == 1 ? "A finalizer is" : open.size() + " finalizers are") + " still open" + rules.whose()
                + ":" + shown + (more > 0 ? "and " + more + " more\n" : "")
                + "Call or detach them, close their registry, or allow their names in @FailOnOpenFinalizers";
    }

    private record Open(FinalizerRegistry registry, FinalizerInfo finalizer) {

        String describe() {
            String what = "finalizer " + FinalizerLines.describe(finalizer) + " in " + registry + ", ";
            return finalizer.stack().isEmpty()
                    ? what + "by action " + finalizer.action() + "; the leak level of its registry was set to "
                            + registry.leakLevel() + ", so its line is not known"
                    : what + "registered\n\tat " + String.join("\n\tat ", withoutJUnit(finalizer.stack()));
        }

        /** The line that registered it, and those that led there, up to JUnit's own. */
        private static List<String> withoutJUnit(List<String> stack) {
            List<String> lines = stack.stream()
                    .takeWhile(line -> !line.startsWith("org.junit."))
                    .toList();
            return lines.isEmpty() ? stack : lines;
        }
    }
}

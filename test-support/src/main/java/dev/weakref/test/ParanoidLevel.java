package dev.weakref.test;

import dev.weakref.FinalizerRegistry;
import dev.weakref.LeakLevel;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Has all registries record where finalizers are registered: those that are open, and those that are built from now on.
 * Those that are built meanwhile and not closed keep the level afterwards, as they keep any level that they are born
 * with.
 */
final class ParanoidLevel {

    private static final String DEFAULT = "weakref.leak-level";

    private final @Nullable String defaultBefore;
    private final Map<FinalizerRegistry, LeakLevel> before = new WeakHashMap<>();

    ParanoidLevel() {
        defaultBefore = System.setProperty(DEFAULT, LeakLevel.PARANOID.name());
        for (FinalizerRegistry registry : FinalizerRegistry.open()) {
            before.put(registry, registry.leakLevel());
            registry.setLeakLevel(LeakLevel.PARANOID);
        }
    }

    void restore() {
        before.forEach(FinalizerRegistry::setLeakLevel);
        if (defaultBefore == null) {
            System.clearProperty(DEFAULT);
        } else {
            System.setProperty(DEFAULT, defaultBefore);
        }
    }
}

package dev.weakref.spring.endpoint;

import dev.weakref.FinalizerDelay;
import dev.weakref.Leak;
import dev.weakref.RegistryStats;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an operator asks first of a registry: how many finalizers are live and wait now, and how many leaks and stuck
 * workers there have been since the start.
 */
final class RegistryNumbers {

    private RegistryNumbers() {}

    /** A new map, which the caller may add to. */
    static Map<String, Object> of(RegistryStats stats) {
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("live", stats.live());
        numbers.put("waiting", stats.waiting());
        numbers.put("notClosed", stats.leaks(Leak.Kind.NOT_CLOSED));
        numbers.put("overdue", stats.leaks(Leak.Kind.OVERDUE));
        numbers.put("resolved", stats.leaks(Leak.Kind.RESOLVED));
        numbers.put("stuck", stats.delays(FinalizerDelay.Kind.ALL_WORKERS_STUCK));
        return numbers;
    }
}

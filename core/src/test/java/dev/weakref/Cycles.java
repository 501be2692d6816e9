package dev.weakref;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Which source files name each other in a circle, directly or through others. */
final class Cycles {

    private final Map<String, Set<String>> arrows = new HashMap<>();

    Cycles(JavaClasses classes) {
        for (JavaClass each : classes) {
            String from = host(each);
            each.getDirectDependenciesFromSelf().forEach(arrow -> {
                String to = host(arrow.getTargetClass());
                if (!from.equals(to) && to.startsWith("dev.weakref.")) {
                    arrows.computeIfAbsent(from, key -> new HashSet<>()).add(to);
                }
            });
        }
    }

    private static String host(JavaClass type) {
        String name = type.getName();
        int nested = name.indexOf('$');
        return nested < 0 ? name : name.substring(0, nested);
    }

    /** The largest set of files each of which leads to all others. */
    Set<String> largest() {
        Set<String> largest = Set.of();
        for (String each : arrows.keySet()) {
            Set<String> circle = new HashSet<>();
            for (String reached : reachedFrom(each)) {
                if (reachedFrom(reached).contains(each)) {
                    circle.add(reached);
                }
            }
            if (circle.size() > largest.size()) {
                largest = circle;
            }
        }
        return largest;
    }

    private Set<String> reachedFrom(String start) {
        Set<String> reached = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(Set.of(start));
        while (!open.isEmpty()) {
            for (String next : arrows.getOrDefault(open.pop(), Set.of())) {
                if (reached.add(next)) {
                    open.push(next);
                }
            }
        }
        return reached;
    }
}

package dev.weakref.spring.lifecycle;

import dev.weakref.FinalizerRegistry;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The names of the registries of a context, which are those of the log, the threads and the flight recorder. If several
 * registries have the same name, the name of the bean is added in parentheses, as {@code orders (archive)}.
 *
 * <p>Public for the endpoint and the meters; not for applications.
 *
 * @since 0.1
 */
public final class RegistryNames {

    private RegistryNames() {}

    /** The name of each, by the name of its bean and in the same order. */
    public static Map<String, String> of(Map<String, FinalizerRegistry> beans) {
        Map<String, String> names = new LinkedHashMap<>();
        for (Map.Entry<String, FinalizerRegistry> bean : beans.entrySet()) {
            names.put(bean.getKey(), bean.getValue().name());
        }
        return distinct(names);
    }

    /** The same, given the names that they were made with. */
    public static Map<String, String> distinct(Map<String, String> given) {
        Set<String> seen = new HashSet<>();
        Set<String> ambiguous = new HashSet<>();
        for (String name : given.values()) {
            if (!seen.add(name)) {
                ambiguous.add(name);
            }
        }
        Map<String, String> names = new LinkedHashMap<>();
        for (Map.Entry<String, String> entry : given.entrySet()) {
            String bean = entry.getKey();
            String name = entry.getValue();
            names.put(bean, ambiguous.contains(name) ? name + " (" + bean + ")" : name);
        }
        return names;
    }
}

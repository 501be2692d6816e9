package dev.weakref.spring;

import dev.weakref.FinalizerRegistry;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * The registries of one context, and how their finalizers are called from outside: by number in the primary
 * registry, by {@code <bean name>:<number>} in another.
 *
 * @param byName the primary one first, then in the order in which they were made
 * @param primary the only one, else the one marked as primary; {@code null} if there is no such
 */
record ContextRegistries(
        Map<String, FinalizerRegistry> byName, @Nullable String primary) {

    static ContextRegistries of(ConfigurableListableBeanFactory beanFactory) {
        Map<String, FinalizerRegistry> made = OwnSingletons.of(FinalizerRegistry.class, beanFactory);
        String primary = primary(beanFactory);
        Map<String, FinalizerRegistry> byName = new LinkedHashMap<>();
        if (primary != null && made.containsKey(primary)) {
            byName.put(primary, made.get(primary));
        }
        made.forEach(byName::putIfAbsent);
        return new ContextRegistries(byName, primary);
    }

    private static @Nullable String primary(ConfigurableListableBeanFactory beanFactory) {
        List<String> names = Arrays.stream(beanFactory.getBeanNamesForType(FinalizerRegistry.class, false, false))
                .filter(name -> isInjected(beanFactory, name))
                .toList();
        for (String name : names) {
            if (names.size() == 1 || isPrimary(beanFactory, name)) {
                return name;
            }
        }
        return null;
    }

    private static boolean isInjected(ConfigurableListableBeanFactory beanFactory, String name) {
        return !beanFactory.containsBeanDefinition(name)
                || beanFactory.getMergedBeanDefinition(name).isAutowireCandidate();
    }

    private static boolean isPrimary(ConfigurableListableBeanFactory beanFactory, String name) {
        return beanFactory.containsBeanDefinition(name)
                && beanFactory.getMergedBeanDefinition(name).isPrimary();
    }

    String id(String registry, long number) {
        return registry.equals(primary) ? Long.toString(number) : registry + ":" + number;
    }

    /** What an id refers to; empty if it is none, or of no registry here. */
    Optional<Position> parse(String id) {
        int colon = id.lastIndexOf(':');
        String name = colon < 0 ? primary : id.substring(0, colon);
        FinalizerRegistry registry = name == null ? null : byName.get(name);
        if (name == null || registry == null) {
            return Optional.empty();
        }
        try {
            long number = Long.parseLong(id.substring(colon + 1));
            return number < 0 ? Optional.empty() : Optional.of(new Position(name, registry, number));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** A finalizer, or the place where it was. */
    record Position(String name, FinalizerRegistry registry, long number) {}
}

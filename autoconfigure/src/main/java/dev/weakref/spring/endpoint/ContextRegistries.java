package dev.weakref.spring.endpoint;

import dev.weakref.FinalizerRegistry;
import dev.weakref.spring.lifecycle.LocalSingletons;
import dev.weakref.spring.lifecycle.RegistryNames;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;

/**
 * The registries of one context, and how their finalizers are called from outside: by number in the primary
 * registry, by {@code <name>:<number>} in another. The name of its bean is understood as well.
 *
 * @param byName the primary one first, then in the order in which they were made
 * @param primary the one that is injected where nothing says which: the only one, else the one marked as primary, else
 *     the only one that is no fallback; {@code null} if there is no such
 * @param namesByBean the name of each, by the name of its bean
 */
record ContextRegistries(
        Map<String, FinalizerRegistry> byName, @Nullable String primary, Map<String, String> namesByBean) {

    /** No sign, and no digits of other scripts, which the JDK accepts. */
    private static final Pattern DIGITS = Pattern.compile("[0-9]+");

    /** The registries that the context has made, and the primary one, which is made for this if it is not yet. */
    static ContextRegistries of(ConfigurableListableBeanFactory beanFactory) {
        String primaryBean = primary(beanFactory);
        if (primaryBean != null) {
            beanFactory.getBean(primaryBean);
        }
        return made(beanFactory);
    }

    /** The registries that the context has made. */
    static ContextRegistries made(ConfigurableListableBeanFactory beanFactory) {
        Map<String, FinalizerRegistry> made = LocalSingletons.of(FinalizerRegistry.class, beanFactory);
        Map<String, String> names = RegistryNames.of(made);
        String primaryBean = primary(beanFactory);
        Map<String, FinalizerRegistry> byName = new LinkedHashMap<>();
        if (primaryBean != null && made.containsKey(primaryBean)) {
            byName.put(names.get(primaryBean), made.get(primaryBean));
        }
        made.forEach((bean, registry) -> byName.putIfAbsent(names.get(bean), registry));
        return new ContextRegistries(byName, primaryBean == null ? null : names.get(primaryBean), names);
    }

    private static @Nullable String primary(ConfigurableListableBeanFactory beanFactory) {
        List<String> names = Arrays.stream(beanFactory.getBeanNamesForType(FinalizerRegistry.class, false, false))
                .filter(name -> !isDefinedAs(ContextRegistries::notInjected, beanFactory, name))
                .toList();
        return names.size() == 1
                ? names.get(0)
                : only(names, name -> isDefinedAs(BeanDefinition::isPrimary, beanFactory, name))
                        .or(() -> only(names, name -> !isDefinedAs(BeanDefinition::isFallback, beanFactory, name)))
                        .orElse(null);
    }

    private static Optional<String> only(List<String> names, Predicate<String> wanted) {
        List<String> found = names.stream().filter(wanted).toList();
        return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
    }

    /** Whether a bean has a definition, as one that was registered by hand has not, and that is like this. */
    private static boolean isDefinedAs(
            Predicate<BeanDefinition> what, ConfigurableListableBeanFactory beanFactory, String name) {
        return beanFactory.containsBeanDefinition(name) && what.test(beanFactory.getMergedBeanDefinition(name));
    }

    private static boolean notInjected(BeanDefinition definition) {
        return !definition.isAutowireCandidate()
                || (definition instanceof AbstractBeanDefinition bean && !bean.isDefaultCandidate());
    }

    String id(String registry, long number) {
        return registry.equals(primary) ? Long.toString(number) : registry + ":" + number;
    }

    /** What an id refers to; empty if it is none, or of no registry here. */
    Optional<Position> parse(String id) {
        int colon = id.lastIndexOf(':');
        String name = colon < 0 ? primary : name(id.substring(0, colon));
        FinalizerRegistry registry = name == null ? null : byName.get(name);
        if (name == null || registry == null) {
            return Optional.empty();
        }
        String digits = id.substring(colon + 1);
        if (!DIGITS.matcher(digits).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Position(name, registry, Long.parseLong(digits)));
        } catch (NumberFormatException tooLarge) {
            return Optional.empty();
        }
    }

    private @Nullable String name(String given) {
        return byName.containsKey(given) ? given : namesByBean.get(given);
    }

    /** A finalizer, or the place where it was. */
    record Position(String name, FinalizerRegistry registry, long number) {}
}

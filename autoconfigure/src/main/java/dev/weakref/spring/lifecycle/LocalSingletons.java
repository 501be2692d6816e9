package dev.weakref.spring.lifecycle;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * The singletons of one type that a bean factory itself holds now: asks no parent, and creates none but what a
 * {@link FactoryBean} of that type has not made yet.
 *
 * <p>Public for the endpoint, which lists them; not for applications.
 *
 * @since 0.1
 */
public final class LocalSingletons {

    private LocalSingletons() {}

    /** By bean name, in the order in which they were made. */
    public static <T> Map<String, T> of(Class<T> type, ConfigurableListableBeanFactory beanFactory) {
        Map<String, T> found = new LinkedHashMap<>();
        for (String name : beanFactory.getSingletonNames()) {
            Object wanted = get(type, name, beanFactory);
            if (wanted != null) {
                found.put(name, type.cast(wanted));
            }
        }
        return found;
    }

    /** Passes over one that fails, with whatever error: the others are wanted all the same. */
    private static @Nullable Object get(Class<?> type, String name, ConfigurableListableBeanFactory beanFactory) {
        try {
            Object singleton = beanFactory.getSingleton(name);
            return type.isInstance(singleton) ? singleton : product(type, name, singleton, beanFactory);
        } catch (RuntimeException | Error cannotBeHad) {
            return null;
        }
    }

    private static @Nullable Object product(
            Class<?> type, String name, @Nullable Object singleton, ConfigurableListableBeanFactory beanFactory) {
        return singleton instanceof FactoryBean<?> factory
                        && factory.isSingleton()
                        && factory.getObjectType() != null
                        && type.isAssignableFrom(factory.getObjectType())
                ? beanFactory.getBean(name)
                : null;
    }
}

package dev.weakref.spring;

import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/** The singletons of one type that a bean factory itself holds now: creates none, asks no parent. */
final class OwnSingletons {

    private OwnSingletons() {}

    /** By bean name, in the order in which they were made. */
    static <T> Map<String, T> of(Class<T> type, ConfigurableListableBeanFactory beanFactory) {
        Map<String, T> found = new LinkedHashMap<>();
        for (String name : beanFactory.getSingletonNames()) {
            Object singleton = beanFactory.getSingleton(name);
            if (type.isInstance(singleton)) {
                found.put(name, type.cast(singleton));
            }
        }
        return found;
    }
}

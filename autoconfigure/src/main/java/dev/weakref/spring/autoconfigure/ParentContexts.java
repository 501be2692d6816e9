package dev.weakref.spring.autoconfigure;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.HierarchicalBeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;

/** What the parents of a context have that could be injected in it. */
final class ParentContexts {

    private ParentContexts() {}

    /** Whether one of them has a bean of this type; asks for no bean, and so makes none. */
    static boolean have(Class<?> type, BeanFactory beanFactory) {
        BeanFactory parent = parent(beanFactory);
        while (parent != null) {
            if (parent instanceof ListableBeanFactory listable
                    && !candidates(type, listable).isEmpty()) {
                return true;
            }
            parent = parent(parent);
        }
        return false;
    }

    private static @Nullable BeanFactory parent(BeanFactory beanFactory) {
        return beanFactory instanceof HierarchicalBeanFactory child ? child.getParentBeanFactory() : null;
    }

    /** The beans of this type that a factory itself has, but those that are kept out of injection. */
    static List<String> candidates(Class<?> type, ListableBeanFactory beanFactory) {
        return Arrays.stream(beanFactory.getBeanNamesForType(type, true, false))
                .filter(name -> isCandidate(name, beanFactory))
                .toList();
    }

    private static boolean isCandidate(String name, ListableBeanFactory beanFactory) {
        if (!(beanFactory instanceof ConfigurableListableBeanFactory factory)
                || !factory.containsBeanDefinition(name)) {
            return true;
        }
        BeanDefinition definition = factory.getMergedBeanDefinition(name);
        return definition.isAutowireCandidate()
                && (!(definition instanceof AbstractBeanDefinition bean) || bean.isDefaultCandidate());
    }
}

package dev.weakref.spring.autoconfigure;

import java.util.List;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Has the only bean of a type that a context has itself be injected in it, whatever its parents have. Spring would take
 * a bean of theirs that has the same name for hidden, but not know which of two with different names to take.
 *
 * <p>Where the context has several, the user says which, as always: a primary one comes before those of the parents.
 */
record LocalBeanFirst(Class<?> type) implements BeanFactoryPostProcessor {

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
        if (!ParentContexts.have(type, beanFactory)) {
            return;
        }
        List<BeanDefinition> own = ParentContexts.candidates(type, beanFactory).stream()
                .filter(beanFactory::containsBeanDefinition)
                .map(beanFactory::getBeanDefinition)
                .toList();
        List<BeanDefinition> first =
                own.stream().filter(definition -> !definition.isFallback()).toList();
        if (first.size() == 1) {
            first.get(0).setPrimary(true);
        } else if (own.size() == 1) {
            own.get(0).setPrimary(true);
        }
    }
}

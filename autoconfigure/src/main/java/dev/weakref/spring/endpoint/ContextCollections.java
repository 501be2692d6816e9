package dev.weakref.spring.endpoint;

import dev.weakref.CollectionStats;
import dev.weakref.spring.collections.CollectionKind;
import dev.weakref.spring.collections.WeakCollections;
import dev.weakref.spring.endpoint.WeakRefsDescriptor.CollectionDescriptor;
import dev.weakref.spring.lifecycle.LocalSingletons;
import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;

/** The weak collections of one context: the shared ones, and those that are beans of the user's own. */
final class ContextCollections {

    private ContextCollections() {}

    /** The shared ones by type and name, then the beans in the order in which they were made. */
    static List<CollectionDescriptor> of(ConfigurableListableBeanFactory beanFactory) {
        List<CollectionDescriptor> found = new ArrayList<>();
        LocalSingletons.of(WeakCollections.class, beanFactory).values().stream()
                .flatMap(collections -> collections.list().stream())
                .map(shared -> CollectionDescriptor.of(shared.type(), shared.name(), shared.stats()))
                .forEach(found::add);
        LocalSingletons.of(Object.class, beanFactory).forEach((bean, singleton) -> {
            CollectionKind kind = CollectionKind.of(singleton.getClass());
            if (kind != null) {
                CollectionStats stats = kind.stats(singleton);
                String name = stats.name() == null ? bean : stats.name();
                found.add(CollectionDescriptor.of(type(beanFactory, bean, kind), name, stats));
            }
        });
        return found;
    }

    private static String type(ConfigurableListableBeanFactory beanFactory, String bean, CollectionKind kind) {
        if (beanFactory.containsBeanDefinition(bean)) {
            ResolvableType declared = beanFactory.getMergedBeanDefinition(bean).getResolvableType();
            if (declared.resolve() == kind.type()) {
                return declared.toString();
            }
        }
        return kind.type().getName();
    }
}

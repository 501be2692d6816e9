package dev.weakref.spring;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanDefinitionHolder;
import org.springframework.beans.factory.config.DependencyDescriptor;
import org.springframework.beans.factory.support.AutowireCandidateResolver;

/**
 * Lets the prototypes of shared collections in at each injection point of their very class, with whatever type
 * arguments and qualifier, and nowhere else: not for a {@code Map} that they happen to be.
 *
 * <p>All other questions go to the resolver that was there before. A shared collection is handed out at once even
 * where {@code @Lazy} asks for a proxy: its class is final, and an empty one costs nothing.
 */
record SharedCollectionResolver(AutowireCandidateResolver others, Set<String> prototypes)
        implements AutowireCandidateResolver {

    @Override
    public boolean isAutowireCandidate(BeanDefinitionHolder holder, DependencyDescriptor point) {
        return prototypes.contains(holder.getBeanName())
                ? isCollection(point)
                : others.isAutowireCandidate(holder, point);
    }

    private static boolean isCollection(DependencyDescriptor point) {
        return CollectionKind.of(point.getDependencyType()) != null;
    }

    @Override
    public @Nullable Object getLazyResolutionProxyIfNecessary(DependencyDescriptor point, @Nullable String beanName) {
        return isCollection(point) ? null : others.getLazyResolutionProxyIfNecessary(point, beanName);
    }

    @Override
    public @Nullable Class<?> getLazyResolutionProxyClass(DependencyDescriptor point, @Nullable String beanName) {
        return isCollection(point) ? null : others.getLazyResolutionProxyClass(point, beanName);
    }

    @Override
    public boolean isRequired(DependencyDescriptor point) {
        return others.isRequired(point);
    }

    @Override
    public boolean hasQualifier(DependencyDescriptor point) {
        return others.hasQualifier(point);
    }

    @Override
    public @Nullable String getSuggestedName(DependencyDescriptor point) {
        return others.getSuggestedName(point);
    }

    @Override
    public @Nullable Object getSuggestedValue(DependencyDescriptor point) {
        return others.getSuggestedValue(point);
    }

    @Override
    public AutowireCandidateResolver cloneIfNecessary() {
        return new SharedCollectionResolver(others.cloneIfNecessary(), prototypes);
    }
}

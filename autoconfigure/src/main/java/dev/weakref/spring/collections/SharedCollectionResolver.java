package dev.weakref.spring.collections;

import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.BeanDefinitionHolder;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.DependencyDescriptor;
import org.springframework.beans.factory.support.AutowireCandidateResolver;
import org.springframework.core.ResolvableType;

/**
 * Lets the prototypes of shared collections in at each injection point of their very class, with whatever type
 * arguments and qualifier, and nowhere else: not for a {@code Map} that they happen to be, and not where a bean of the
 * user's fits that says none of its type arguments, which Spring looks for only where none fits exactly.
 *
 * <p>All other questions go to the resolver that was there before. A shared collection is handed out at once even
 * where {@code @Lazy} asks for a proxy: its class is final, and an empty one costs nothing.
 */
final class SharedCollectionResolver implements AutowireCandidateResolver, BeanFactoryAware {

    private final AutowireCandidateResolver others;
    private final Set<String> prototypes;
    private @Nullable ConfigurableListableBeanFactory beanFactory;

    SharedCollectionResolver(AutowireCandidateResolver others, Set<String> prototypes) {
        this.others = others;
        this.prototypes = prototypes;
    }

    /** Is called by the factory whose resolver this becomes. */
    @Override
    public void setBeanFactory(BeanFactory beanFactory) {
        this.beanFactory = (ConfigurableListableBeanFactory) beanFactory;
        if (others instanceof BeanFactoryAware aware) {
            aware.setBeanFactory(beanFactory);
        }
    }

    @Override
    public boolean isAutowireCandidate(BeanDefinitionHolder holder, DependencyDescriptor point) {
        return prototypes.contains(holder.getBeanName())
                ? isCollection(point) && (point.fallbackMatchAllowed() || !fitsAnotherIn(beanFactory, point))
                : others.isAutowireCandidate(holder, point);
    }

    /** Whether there is a bean of the user's for it that would do for any other type arguments as well. */
    private boolean fitsAnotherIn(@Nullable ConfigurableListableBeanFactory beans, DependencyDescriptor point) {
        if (beans == null) {
            return false;
        }
        DependencyDescriptor byClass = new OfNobody(point);
        for (String name : BeanFactoryUtils.beanNamesForTypeIncludingAncestors(
                beans, point.getDependencyType(), true, point.isEager())) {
            if (!prototypes.contains(name) && beans.isAutowireCandidate(name, byClass)) {
                return true;
            }
        }
        return false;
    }

    /** The same point with type arguments that no bean has: what fits has none. */
    private static final class OfNobody extends DependencyDescriptor {

        private static final long serialVersionUID = 1L;

        private final ResolvableType type;

        OfNobody(DependencyDescriptor point) {
            super(point);
            Class<?> collection = point.getDependencyType();
            Class<?>[] nobody = new Class<?>[collection.getTypeParameters().length];
            Arrays.fill(nobody, OfNobody.class);
            type = ResolvableType.forClassWithGenerics(collection, nobody);
        }

        @Override
        public ResolvableType getResolvableType() {
            return type;
        }

        @Override
        public boolean fallbackMatchAllowed() {
            return true;
        }
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

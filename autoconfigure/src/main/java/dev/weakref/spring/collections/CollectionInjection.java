package dev.weakref.spring.collections;

import java.lang.annotation.Annotation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.InjectionPoint;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.DependencyDescriptor;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.core.MethodParameter;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;

/**
 * Hands out the shared collection that the current injection point asks for, by its generic type and its qualifier.
 *
 * <p>For prototype-scoped beans of a generic type, which {@link #candidates} lets in wherever their class is asked
 * for. Such a bean is {@code null}, and so does not exist, where nobody is injecting:
 * {@code getBean} has no generic type, {@code getBeansOfType(Map.class)} asks for something else, and a list of all
 * weak collections is for those that the user has defined.
 *
 * @since 0.1
 */
public final class CollectionInjection {

    private static final String INJECT_QUALIFIER = "jakarta.inject.Qualifier";

    private final WeakCollections collections;
    private final ConfigurableListableBeanFactory beanFactory;

    /** For beans of this factory. */
    public CollectionInjection(WeakCollections collections, ConfigurableListableBeanFactory beanFactory) {
        this.collections = collections;
        this.beanFactory = beanFactory;
    }

    /**
     * Makes these beans candidates for each injection point of their class, whatever its type arguments and qualifier.
     */
    public static BeanFactoryPostProcessor candidates(String... prototypes) {
        return beanFactory -> {
            DefaultListableBeanFactory factory = (DefaultListableBeanFactory) beanFactory;
            factory.setAutowireCandidateResolver(
                    new SharedCollectionResolver(factory.getAutowireCandidateResolver(), Set.of(prototypes)));
        };
    }

    /**
     * The shared collection for the current injection point; {@code null} if there is none of this type.
     *
     * @throws UnclearCollectionTypeException if the injection point is raw or has wildcards for type arguments
     */
    public <C> @Nullable C shared(Class<C> type) {
        DependencyDescriptor point = currentInjectionPoint();
        if (point == null || point.getDependencyType() != type) {
            return null;
        }
        return type.cast(collections.get(point.getResolvableType(), qualifier(point)));
    }

    /**
     * A parameter of a {@code @Bean} method cannot be an optional {@link InjectionPoint}, so this asks as such a
     * parameter would, and is told with an exception that there is none.
     */
    private @Nullable DependencyDescriptor currentInjectionPoint() {
        try {
            return (DependencyDescriptor)
                    RegisteredBean.of(beanFactory, getClass().getName())
                            .resolveAutowiredArgument(new Asking(), beanFactory.getTypeConverter(), new HashSet<>());
        } catch (IllegalStateException nobodyIsInjecting) {
            return null;
        }
    }

    static @Nullable String qualifier(DependencyDescriptor point) {
        List<Annotation> annotations = new ArrayList<>(Arrays.asList(point.getAnnotations()));
        MethodParameter parameter = point.getMethodParameter();
        // As Spring has it: a qualifier on a setter is one of its parameter, on a @Bean method it is not.
        if (parameter != null
                && parameter.getMethod() != null
                && parameter.getMethod().getReturnType() == void.class) {
            annotations.addAll(Arrays.asList(parameter.getMethodAnnotations()));
        }
        for (Annotation annotation : annotations) {
            MergedAnnotations merged = MergedAnnotations.from(annotation);
            if (merged.isPresent(Qualifier.class) || merged.isPresent(INJECT_QUALIFIER)) {
                return name(annotation, merged);
            }
        }
        return null;
    }

    private static @Nullable String name(Annotation annotation, MergedAnnotations merged) {
        String name = merged.get(Qualifier.class)
                .getValue(MergedAnnotation.VALUE, String.class)
                .orElse("");
        if (name.isEmpty()) {
            name = merged.get(annotation.annotationType())
                    .getValue(MergedAnnotation.VALUE, String.class)
                    .orElse("");
        }
        if (name.isEmpty() && annotation.annotationType() != Qualifier.class) {
            name = annotation.toString();
        }
        return name.isEmpty() ? null : name;
    }

    /** The parameter that no method has. */
    private static final class Asking extends DependencyDescriptor {

        private static final long serialVersionUID = 1L;

        Asking() {
            super(new MethodParameter(CollectionInjection.class.getConstructors()[0], 0), true);
        }

        @Override
        public Class<?> getDependencyType() {
            return InjectionPoint.class;
        }
    }
}

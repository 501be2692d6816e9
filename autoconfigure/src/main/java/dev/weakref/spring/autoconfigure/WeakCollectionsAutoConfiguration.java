package dev.weakref.spring.autoconfigure;

import dev.weakref.WeakKeyMap;
import dev.weakref.WeakSet;
import dev.weakref.WeakValueMap;
import dev.weakref.spring.collections.CollectionInjection;
import dev.weakref.spring.collections.WeakCollections;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Fallback;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Scope;

/**
 * Weak collections for any injection point, one for each generic type and qualifier. Each context of a hierarchy has
 * its own, unless it is to inherit those of its parent.
 *
 * <p>The prototypes carry no {@code @ConditionalOnMissingBean}: a user's {@code WeakValueMap<String, Session>} would
 * switch off the maps of all other types. {@code @Fallback} lets it win for its own type alone.
 *
 * @since 0.1
 */
@AutoConfiguration
@ConditionalOnWeakRefEnabled
@ImportRuntimeHints(WeakCollectionsAutoConfiguration.Hints.class)
public final class WeakCollectionsAutoConfiguration {

    /** An injection point is asked for through a parameter of its constructor. */
    static final class Hints implements RuntimeHintsRegistrar {
        @Override
        public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
            hints.reflection().registerType(CollectionInjection.class, MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS);
        }
    }

    @Bean
    static BeanFactoryPostProcessor weakRefCollectionCandidates() {
        return CollectionInjection.candidates("weakRefValueMap", "weakRefKeyMap", "weakRefSet");
    }

    @Bean
    static BeanFactoryPostProcessor weakRefOwnCollectionsFirst() {
        return new LocalBeanFirst(WeakCollections.class);
    }

    @Bean
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    @ConditionalOnNoParentBean(WeakCollections.class)
    WeakCollections weakRefCollections() {
        return new WeakCollections();
    }

    @Bean
    CollectionInjection weakRefCollectionInjection(
            WeakCollections collections, ConfigurableListableBeanFactory beanFactory) {
        return new CollectionInjection(collections, beanFactory);
    }

    @Bean
    @Fallback
    @Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
    @SuppressWarnings("unchecked")
    <K, V> @Nullable WeakValueMap<K, V> weakRefValueMap(CollectionInjection injection) {
        return injection.shared(WeakValueMap.class);
    }

    @Bean
    @Fallback
    @Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
    @SuppressWarnings("unchecked")
    <K, V> @Nullable WeakKeyMap<K, V> weakRefKeyMap(CollectionInjection injection) {
        return injection.shared(WeakKeyMap.class);
    }

    @Bean
    @Fallback
    @Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
    @SuppressWarnings("unchecked")
    <E> @Nullable WeakSet<E> weakRefSet(CollectionInjection injection) {
        return injection.shared(WeakSet.class);
    }
}

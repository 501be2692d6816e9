package dev.weakref.spring.autoconfigure;

import static dev.weakref.spring.autoconfigure.FinalizerRegistryAutoConfiguration.REGISTRY;

import dev.weakref.spring.lifecycle.FinalizerRegistryCustomizer;
import dev.weakref.spring.metrics.FinalizerActionMetrics;
import dev.weakref.spring.metrics.WeakGauges;
import dev.weakref.spring.metrics.WeakRefMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Map;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;

/**
 * Meters of the registries and shared collections, where Micrometer is present, and gauges of the user's own that go
 * with what they measure. Boot binds the meters to each meter registry of the context; those of a child whose parent
 * has the meter registry are bound to none.
 *
 * @since 0.1
 */
@AutoConfiguration(
        after = {FinalizerRegistryAutoConfiguration.class, WeakCollectionsAutoConfiguration.class},
        afterName = {
            "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
        })
@ConditionalOnWeakRefEnabled
@ConditionalOnClass({MeterRegistry.class, MeterBinder.class})
public final class WeakRefMetricsAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    WeakRefMetrics weakRefMetrics(ListableBeanFactory beanFactory, ApplicationContext context) {
        return new WeakRefMetrics(beanFactory, namesBeforehand(context));
    }

    /** The name of the registry that is made when it is first needed; none if a customizer may choose another. */
    private static Map<String, String> namesBeforehand(ApplicationContext context) {
        String[] customizers = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(
                context, FinalizerRegistryCustomizer.class, true, false);
        return customizers.length > 0 ? Map.of() : Map.of(REGISTRY, FinalizerRegistryAutoConfiguration.name(context));
    }

    /** A listener as all others, and so told by the auto-configured registry, if there is that one. */
    @Bean
    @ConditionalOnBean(name = REGISTRY, search = SearchStrategy.CURRENT)
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    FinalizerActionMetrics weakRefFinalizerActionMetrics(WeakRefMetrics metrics) {
        return new FinalizerActionMetrics(() -> metrics.nameOf(REGISTRY));
    }

    @Bean
    @ConditionalOnSingleCandidate(MeterRegistry.class)
    @ConditionalOnMissingBean
    WeakGauges weakRefGauges(MeterRegistry meters) {
        return new WeakGauges(meters);
    }
}

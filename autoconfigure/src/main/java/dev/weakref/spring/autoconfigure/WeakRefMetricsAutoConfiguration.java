package dev.weakref.spring.autoconfigure;

import static dev.weakref.spring.autoconfigure.FinalizerRegistryAutoConfiguration.REGISTRY;

import dev.weakref.FinalizerRegistry;
import dev.weakref.spring.lifecycle.RegistryNames;
import dev.weakref.spring.metrics.FinalizerActionMetrics;
import dev.weakref.spring.metrics.WeakGauges;
import dev.weakref.spring.metrics.WeakRefMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
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
    WeakRefMetrics weakRefMetrics(ListableBeanFactory beanFactory) {
        return new WeakRefMetrics(beanFactory);
    }

    /** A listener as all others, and so told by the auto-configured registry, if there is that one. */
    @Bean
    @ConditionalOnBean(name = REGISTRY, search = SearchStrategy.CURRENT)
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    FinalizerActionMetrics weakRefFinalizerActionMetrics(ListableBeanFactory beanFactory) {
        return new FinalizerActionMetrics(
                () -> RegistryNames.of(beanFactory.getBeansOfType(FinalizerRegistry.class, false, true))
                        .getOrDefault(REGISTRY, REGISTRY));
    }

    @Bean
    @ConditionalOnSingleCandidate(MeterRegistry.class)
    @ConditionalOnMissingBean
    WeakGauges weakRefGauges(MeterRegistry meters) {
        return new WeakGauges(meters);
    }
}

package dev.weakref.spring.autoconfigure;

import dev.weakref.spring.ActionTimer;
import dev.weakref.spring.WeakMeters;
import dev.weakref.spring.WeakRefMeters;
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
 * Meters of the registries and shared collections, where Micrometer is present, and gauges of the user's own that go with
 * what they measure. Boot binds the meters to each meter registry of the context; those of a child whose parent has the
 * meter registry are bound to none.
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
public final class WeakRefMetersAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    WeakRefMeters weakRefMeters(ListableBeanFactory beanFactory) {
        return new WeakRefMeters(beanFactory);
    }

    /** A listener as all others, and so told by the auto-configured registry, if there is that one. */
    @Bean
    @ConditionalOnBean(name = FinalizerRegistryAutoConfiguration.REGISTRY, search = SearchStrategy.CURRENT)
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    ActionTimer weakRefActionTimer() {
        return new ActionTimer(FinalizerRegistryAutoConfiguration.REGISTRY);
    }

    @Bean
    @ConditionalOnSingleCandidate(MeterRegistry.class)
    @ConditionalOnMissingBean
    WeakMeters weakRefGauges(MeterRegistry meters) {
        return new WeakMeters(meters);
    }
}

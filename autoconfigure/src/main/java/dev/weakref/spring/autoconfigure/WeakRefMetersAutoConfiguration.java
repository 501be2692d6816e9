package dev.weakref.spring.autoconfigure;

import dev.weakref.spring.WeakRefMeters;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Meters of the registries, where Micrometer is present. Boot binds them to each meter registry that there is.
 *
 * @since 0.1
 */
@AutoConfiguration(after = FinalizerRegistryAutoConfiguration.class)
@ConditionalOnWeakRefEnabled
@ConditionalOnClass(MeterBinder.class)
public final class WeakRefMetersAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    WeakRefMeters weakRefMeters(ListableBeanFactory beanFactory) {
        return new WeakRefMeters(beanFactory);
    }
}

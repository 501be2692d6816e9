package dev.weakref.spring.autoconfigure;

import dev.weakref.spring.endpoint.WeakRefsBoot3HealthIndicator;
import dev.weakref.spring.endpoint.WeakRefsHealthIndicator;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * How the registries are, as the part {@code weakref} of {@code health}, unless
 * {@code management.health.weakref.enabled} is off. Boot 4 has moved the classes for that, so each has an indicator of
 * its own; of the two nested configurations one matches. Each context of a hierarchy has its own.
 *
 * @since 0.1
 */
@AutoConfiguration(after = FinalizerRegistryAutoConfiguration.class)
@ConditionalOnWeakRefEnabled
public final class WeakRefsHealthAutoConfiguration {

    private static final String INDICATOR = "weakrefHealthIndicator"; // which gives the part its name
    private static final String CONTRIBUTOR = "weakrefHealthContributor";

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(
            name = "org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator")
    static class Boot4Configuration {

        @Bean(name = INDICATOR)
        @ConditionalOnEnabledHealthIndicator("weakref")
        @ConditionalOnMissingBean(
                name = {INDICATOR, CONTRIBUTOR},
                search = SearchStrategy.CURRENT)
        WeakRefsHealthIndicator weakRefsHealthIndicator(ConfigurableListableBeanFactory beanFactory) {
            return new WeakRefsHealthIndicator(beanFactory);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(
            name = "org.springframework.boot.actuate.autoconfigure.health.ConditionalOnEnabledHealthIndicator")
    static class Boot3Configuration {

        @Bean(name = INDICATOR)
        @org.springframework.boot.actuate.autoconfigure.health.ConditionalOnEnabledHealthIndicator("weakref")
        @ConditionalOnMissingBean(
                name = {INDICATOR, CONTRIBUTOR},
                search = SearchStrategy.CURRENT)
        WeakRefsBoot3HealthIndicator weakRefsHealthIndicator(ConfigurableListableBeanFactory beanFactory) {
            return new WeakRefsBoot3HealthIndicator(beanFactory);
        }
    }
}

package dev.weakref.spring.autoconfigure;

import dev.weakref.spring.endpoint.WeakRefsEndpoint;
import dev.weakref.spring.endpoint.WeakRefsEndpointWebExtension;
import dev.weakref.spring.endpoint.WeakRefsInfoContributor;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.autoconfigure.info.ConditionalOnEnabledInfoContributor;
import org.springframework.boot.actuate.autoconfigure.info.InfoContributorFallback;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;

/**
 * The endpoint {@code weakrefs}, if Actuator is present and the endpoint is exposed, and what is added to {@code info}
 * if that is enabled. Each context of a hierarchy has its own. Both are nested classes, because their conditions are
 * classes of Actuator.
 *
 * @since 0.1
 */
@AutoConfiguration(after = {FinalizerRegistryAutoConfiguration.class, WeakCollectionsAutoConfiguration.class})
@ConditionalOnWeakRefEnabled
@ConditionalOnClass(
        name = "org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint")
public final class WeakRefsEndpointAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnAvailableEndpoint(WeakRefsEndpoint.class)
    @EnableConfigurationProperties(WeakRefsEndpointProperties.class)
    @ImportRuntimeHints(WeakRefsEndpointRuntimeHints.class)
    static class EndpointConfiguration {

        @Bean
        @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
        WeakRefsEndpoint weakRefsEndpoint(
                ConfigurableListableBeanFactory beanFactory,
                ObjectProvider<SanitizingFunction> sanitizingFunctions,
                WeakRefsEndpointProperties properties) {
            return new WeakRefsEndpoint(
                    beanFactory, sanitizingFunctions.orderedStream().toList(), properties.showValues());
        }

        @Bean
        @ConditionalOnAvailableEndpoint(endpoint = WeakRefsEndpoint.class, exposure = EndpointExposure.WEB)
        @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
        WeakRefsEndpointWebExtension weakRefsEndpointWebExtension(
                WeakRefsEndpoint endpoint, WeakRefsEndpointProperties properties) {
            return new WeakRefsEndpointWebExtension(endpoint, properties.showValues(), properties.roles());
        }
    }

    /** Off by default, as Boot's own details of the runtime are. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnEnabledInfoContributor(value = "weakref", fallback = InfoContributorFallback.DISABLE)
    static class InfoConfiguration {

        @Bean
        @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
        WeakRefsInfoContributor weakRefsInfoContributor(ConfigurableListableBeanFactory beanFactory) {
            return new WeakRefsInfoContributor(beanFactory);
        }
    }
}

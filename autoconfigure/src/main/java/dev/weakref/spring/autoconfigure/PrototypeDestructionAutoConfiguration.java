package dev.weakref.spring.autoconfigure;

import dev.weakref.CaptureCheck;
import dev.weakref.FinalizerRegistry;
import dev.weakref.spring.lifecycle.PrototypeDestruction;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;

/**
 * Destroys prototype beans that are still alive when the context closes, if {@code weakref.prototypes.destroy=true}.
 * Each context of a hierarchy does so for its own.
 *
 * @since 0.1
 */
@AutoConfiguration(after = FinalizerRegistryAutoConfiguration.class)
@ConditionalOnWeakRefEnabled
@ConditionalOnSwitch("weakref.prototypes.destroy")
public final class PrototypeDestructionAutoConfiguration {

    static final String REGISTRY = "weakRefPrototypes";

    /**
     * Apart from the registry of the application, which its own prototypes would flood. It is made before all others,
     * so their exit passes end before the first prototype is destroyed. It is never injected: a bean that asks
     * for a registry means another one. The action is this library's own, so nothing need be looked for in it.
     */
    @Bean(name = REGISTRY, destroyMethod = "", autowireCandidate = false)
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    @ConditionalOnMissingBean(name = REGISTRY, search = SearchStrategy.CURRENT)
    static FinalizerRegistry weakRefPrototypes(Environment environment) {
        return FinalizerRegistry.builder()
                .name("prototypes")
                .exitLimit(ExitLimit.in(environment))
                .captureCheck(CaptureCheck.OFF)
                .build();
    }

    @Bean
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    static PrototypeDestruction weakRefPrototypeDestruction(DefaultListableBeanFactory beanFactory) {
        return new PrototypeDestruction(beanFactory, beanFactory.getBean(REGISTRY, FinalizerRegistry.class));
    }
}

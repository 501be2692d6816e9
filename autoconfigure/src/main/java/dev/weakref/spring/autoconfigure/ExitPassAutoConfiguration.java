package dev.weakref.spring.autoconfigure;

import dev.weakref.spring.lifecycle.ExitPassLifecycle;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * The exit pass for whatever registries the context has. Each context of a hierarchy has its own.
 *
 * @since 0.1
 */
@AutoConfiguration
@ConditionalOnWeakRefEnabled
public final class ExitPassAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    static ExitPassLifecycle weakRefExitPass(ConfigurableApplicationContext context, Environment environment) {
        return new ExitPassLifecycle(context, ExitLimit.in(environment));
    }
}

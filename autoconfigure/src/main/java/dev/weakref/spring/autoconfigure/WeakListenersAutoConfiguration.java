package dev.weakref.spring.autoconfigure;

import dev.weakref.spring.listeners.WeakListeners;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.ApplicationEventMulticaster;
import org.springframework.context.support.AbstractApplicationContext;

/**
 * Application listeners that do not keep their owner alive. Each context of a hierarchy has its own, as it has its own
 * events.
 *
 * @since 0.1
 */
@AutoConfiguration
@ConditionalOnWeakRefEnabled
public final class WeakListenersAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    WeakListeners weakRefListeners(
            @Qualifier(AbstractApplicationContext.APPLICATION_EVENT_MULTICASTER_BEAN_NAME) ApplicationEventMulticaster events) {
        return new WeakListeners(events);
    }
}

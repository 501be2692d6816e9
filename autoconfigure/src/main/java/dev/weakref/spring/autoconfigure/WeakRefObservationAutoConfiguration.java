package dev.weakref.spring.autoconfigure;

import dev.weakref.spring.metrics.ExitPassObservation;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;

/**
 * Observations of the exit passes, where Micrometer has a registry for them. Each context of a hierarchy has its own.
 *
 * @since 0.1
 */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.actuate.autoconfigure.observation.ObservationAutoConfiguration",
            "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration"
        })
@ConditionalOnWeakRefEnabled
@ConditionalOnClass(ObservationRegistry.class)
public final class WeakRefObservationAutoConfiguration {

    /** Never lazy: when the context closes it is too late to make it. */
    @Bean
    @Lazy(false)
    @ConditionalOnSingleCandidate(ObservationRegistry.class)
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    ExitPassObservation weakRefExitPassObservation(ObservationRegistry observations) {
        return new ExitPassObservation(observations);
    }
}

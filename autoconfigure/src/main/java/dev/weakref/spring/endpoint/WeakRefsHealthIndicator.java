package dev.weakref.spring.endpoint;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * How the finalizer registries of a context are, for Actuator's {@code health} on Boot 4: leaks, waiting finalizers and
 * stuck workers of each. The status is {@code UP}, or {@code STUCK} while all workers of a registry are stuck.
 *
 * @since 0.1
 */
public final class WeakRefsHealthIndicator implements HealthIndicator {

    private final ConfigurableListableBeanFactory beanFactory;

    /** For the context with this bean factory. */
    public WeakRefsHealthIndicator(ConfigurableListableBeanFactory beanFactory) {
        this.beanFactory = beanFactory;
    }

    @Override
    public Health health() {
        RegistriesHealth health = RegistriesHealth.of(beanFactory);
        return new Health.Builder()
                .status(health.status())
                .withDetails(health.details())
                .build();
    }
}

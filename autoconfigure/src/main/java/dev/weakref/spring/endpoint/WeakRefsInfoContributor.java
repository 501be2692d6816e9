package dev.weakref.spring.endpoint;

import dev.weakref.FinalizerDelay;
import dev.weakref.Leak;
import dev.weakref.RegistryStats;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;

/**
 * Adds to Actuator's {@code info}, for each finalizer registry of a context, what an operator asks first: how many
 * finalizers are live and wait now, and how many leaks and stuck workers there have been since the start.
 *
 * @since 0.1
 */
public final class WeakRefsInfoContributor implements InfoContributor {

    private final ConfigurableListableBeanFactory beanFactory;

    /** For the context with this bean factory. */
    public WeakRefsInfoContributor(ConfigurableListableBeanFactory beanFactory) {
        this.beanFactory = beanFactory;
    }

    @Override
    public void contribute(Info.Builder builder) {
        Map<String, Object> registries = new LinkedHashMap<>();
        ContextRegistries.of(beanFactory)
                .byName()
                .forEach((name, registry) -> registries.put(name, describe(registry.stats())));
        builder.withDetail("weakref", registries);
    }

    private static Map<String, Long> describe(RegistryStats stats) {
        Map<String, Long> numbers = new LinkedHashMap<>();
        numbers.put("live", stats.live());
        numbers.put("waiting", stats.waiting());
        numbers.put("notClosed", stats.leaks(Leak.Kind.NOT_CLOSED));
        numbers.put("overdue", stats.leaks(Leak.Kind.OVERDUE));
        numbers.put("resolved", stats.leaks(Leak.Kind.RESOLVED));
        numbers.put("stuck", stats.delays(FinalizerDelay.Kind.ALL_WORKERS_STUCK));
        return numbers;
    }
}

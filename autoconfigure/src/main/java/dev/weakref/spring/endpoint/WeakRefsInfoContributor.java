package dev.weakref.spring.endpoint;

import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;

/**
 * Adds to Actuator's {@code info}, for each finalizer registry that a context has made, what an operator asks first:
 * how many finalizers are live and wait now, and how many leaks and stuck workers there have been since the start.
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
        ContextRegistries.made(beanFactory)
                .byName()
                .forEach((name, registry) -> registries.put(name, RegistryNumbers.of(registry.stats())));
        builder.withDetail("weakref", registries);
    }
}

package dev.weakref.spring.endpoint;

import dev.weakref.FinalizerRegistry;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * How the registries of one context are, in words that every line of Boot has.
 *
 * <p><b>Why the status is what it is.</b> A leak is a fault in the code: taking the instance out of service would not
 * repair it, so the status stays {@code UP}. If all workers of a registry are stuck, no action of it runs, and what
 * they would release piles up. Mostly they wait for something that all instances use, such as a database, and all of
 * them are stuck at the same time: {@code OUT_OF_SERVICE} would take the last instance from the load balancer, though
 * each still answers. So the status is {@value #STUCK}, which Boot leaves out of the status of the whole until {@code
 * management.endpoint.health.status.order} names it.
 *
 * @param status {@value #UP} or {@value #STUCK}
 * @param details the numbers of each registry that the context has made, by its name
 */
record RegistriesHealth(String status, Map<String, Object> details) {

    static final String UP = "UP";
    static final String STUCK = "STUCK";

    static RegistriesHealth of(ConfigurableListableBeanFactory beanFactory) {
        Map<String, Object> details = new LinkedHashMap<>();
        boolean anyStuck = false;
        for (Map.Entry<String, FinalizerRegistry> entry :
                ContextRegistries.made(beanFactory).byName().entrySet()) {
            FinalizerRegistry registry = entry.getValue();
            boolean isStuck = registry.isStuck();
            Map<String, Object> numbers = RegistryNumbers.of(registry.stats());
            numbers.put("allWorkersStuck", isStuck);
            details.put(entry.getKey(), numbers);
            anyStuck |= isStuck;
        }
        return new RegistriesHealth(anyStuck ? STUCK : UP, details);
    }
}

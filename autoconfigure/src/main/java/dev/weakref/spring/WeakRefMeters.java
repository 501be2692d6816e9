package dev.weakref.spring;

import dev.weakref.Finalizer;
import dev.weakref.FinalizerRegistry;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.beans.factory.ListableBeanFactory;

/**
 * Meters for each finalizer registry of a context, with the name of its bean as the tag {@code registry}.
 *
 * <ul>
 *   <li>{@code weakref.finalizers.live}, a gauge
 *   <li>{@code weakref.finalizers.registered}, a counter
 *   <li>{@code weakref.finalizers.detached}, a counter
 *   <li>{@code weakref.finalizers.ran}, a counter with the tags {@code trigger} and {@code outcome}
 * </ul>
 *
 * <p>The meters hold the registries weakly. They close with their own registry, before the exit pass runs.
 *
 * @since 0.1
 */
public final class WeakRefMeters implements MeterBinder {

    private final ListableBeanFactory beanFactory;

    /** For the registries that this factory itself has. */
    public WeakRefMeters(ListableBeanFactory beanFactory) {
        this.beanFactory = beanFactory;
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        beanFactory
                .getBeansOfType(FinalizerRegistry.class, false, true)
                .forEach((name, registry) -> bind(registry, Tags.of("registry", name), meters));
    }

    private static void bind(FinalizerRegistry registry, Tags tags, MeterRegistry meters) {
        Gauge.builder(
                        "weakref.finalizers.live",
                        registry,
                        bound -> bound.stats().live())
                .description("Finalizers that have neither ended nor been detached.")
                .tags(tags)
                .register(meters);
        FunctionCounter.builder(
                        "weakref.finalizers.registered",
                        registry,
                        bound -> bound.stats().registered())
                .description("Finalizers ever registered.")
                .tags(tags)
                .register(meters);
        FunctionCounter.builder(
                        "weakref.finalizers.detached",
                        registry,
                        bound -> bound.stats().detached())
                .description("Finalizers that were detached.")
                .tags(tags)
                .register(meters);
        for (Finalizer.Trigger trigger : Finalizer.Trigger.values()) {
            for (Finalizer.Outcome outcome : Finalizer.Outcome.values()) {
                FunctionCounter.builder(
                                "weakref.finalizers.ran",
                                registry,
                                bound -> bound.stats().ran(trigger, outcome))
                        .description("Runs that ended or were left behind.")
                        .tags(tags.and("trigger", trigger.name(), "outcome", outcome.name()))
                        .register(meters);
            }
        }
    }
}

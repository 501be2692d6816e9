package dev.weakref.spring.metrics;

import dev.weakref.Finalizer.Outcome;
import dev.weakref.Finalizer.Trigger;
import dev.weakref.FinalizerDelay;
import dev.weakref.FinalizerRegistry;
import dev.weakref.Leak;
import dev.weakref.RegistryStats;
import dev.weakref.spring.collections.CollectionKind;
import dev.weakref.spring.collections.WeakCollections;
import dev.weakref.spring.lifecycle.RegistryNames;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.springframework.beans.factory.ListableBeanFactory;

/**
 * Meters for each finalizer registry of a context, with its name as the tag {@code registry}, and for its
 * shared collections, with the tags {@code type} and {@code name}.
 *
 * <ul>
 *   <li>{@code weakref.finalizers.live}, a gauge
 *   <li>{@code weakref.finalizers.waiting}, a gauge
 *   <li>{@code weakref.finalizers.registered}, a counter
 *   <li>{@code weakref.finalizers.detached}, a counter
 *   <li>{@code weakref.finalizers.ran}, a counter with the tags {@code trigger} and {@code outcome}
 *   <li>{@code weakref.finalizers.delays}, a counter with the tag {@code kind}
 *   <li>{@code weakref.finalizers.leaks}, a counter with the tag {@code kind}
 *   <li>{@code weakref.collections.size}, a gauge
 *   <li>{@code weakref.collections.collected}, a counter
 * </ul>
 *
 * <p>A shared collection has its meters from the moment that it is made; the first {@value #MOST_COLLECTIONS} have, so
 * that names made at run time cannot flood the meter registry. The meters hold registries and collections weakly. They
 * close with their own registry, before the exit pass runs. For times see {@link FinalizerActionMetrics}.
 *
 * @since 0.1
 */
public final class WeakRefMetrics implements MeterBinder {

    static final int MOST_COLLECTIONS = 100;

    private final ListableBeanFactory beanFactory;

    /** For the registries and shared collections that this factory itself has. */
    public WeakRefMetrics(ListableBeanFactory beanFactory) {
        this.beanFactory = beanFactory;
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        bindWithPrefix("", meters);
    }

    /**
     * Binds those of a child context, whose beans may have the names of its parent's.
     *
     * @param context stands before the names in the tags {@code registry} and {@code name}, with a slash between; each
     *     context that is bound to a meter registry needs another one
     */
    public void bindTo(MeterRegistry meters, String context) {
        bindWithPrefix(context + "/", meters);
    }

    private void bindWithPrefix(String prefix, MeterRegistry meters) {
        Map<String, FinalizerRegistry> registries = beanFactory.getBeansOfType(FinalizerRegistry.class, false, true);
        RegistryNames.of(registries)
                .forEach((bean, name) ->
                        bind(Objects.requireNonNull(registries.get(bean)), Tags.of("registry", prefix + name), meters));
        beanFactory
                .getBeansOfType(WeakCollections.class, false, true)
                .values()
                .forEach(collections -> bind(collections, prefix, meters));
    }

    private static void bind(FinalizerRegistry registry, Tags tags, MeterRegistry meters) {
        gauge("live", "Finalizers that have neither ended nor been detached.", registry, RegistryStats::live)
                .tags(tags)
                .register(meters);
        gauge("waiting", "Finalizers of collected referents that wait for a worker.", registry, RegistryStats::waiting)
                .tags(tags)
                .register(meters);
        counter("registered", "Finalizers ever registered.", registry, RegistryStats::registered)
                .tags(tags)
                .register(meters);
        counter("detached", "Finalizers that were detached.", registry, RegistryStats::detached)
                .tags(tags)
                .register(meters);
        for (Trigger trigger : Trigger.values()) {
            for (Outcome outcome : Outcome.values()) {
                counter("ran", "Runs that ended or timed out.", registry, stats -> stats.ran(trigger, outcome))
                        .tags(tags.and("trigger", trigger.name(), "outcome", outcome.name()))
                        .register(meters);
            }
        }
        for (FinalizerDelay.Kind kind : FinalizerDelay.Kind.values()) {
            counter("delays", "Events that delay other finalizers.", registry, stats -> stats.delays(kind))
                    .tags(tags.and("kind", kind.name()))
                    .register(meters);
        }
        for (Leak.Kind kind : Leak.Kind.values()) {
            counter(
                            "leaks",
                            "Leaks that were found, and those that were resolved.",
                            registry,
                            stats -> stats.leaks(kind))
                    .tags(tags.and("kind", kind.name()))
                    .register(meters);
        }
    }

    private static Gauge.Builder<FinalizerRegistry> gauge(
            String name, String description, FinalizerRegistry registry, ToDoubleFunction<RegistryStats> value) {
        return Gauge.builder("weakref.finalizers." + name, registry, bound -> value.applyAsDouble(bound.stats()))
                .description(description);
    }

    private static FunctionCounter.Builder<FinalizerRegistry> counter(
            String name, String description, FinalizerRegistry registry, ToDoubleFunction<RegistryStats> value) {
        return FunctionCounter.builder(
                        "weakref.finalizers." + name, registry, bound -> value.applyAsDouble(bound.stats()))
                .description(description);
    }

    private static void bind(WeakCollections collections, String prefix, MeterRegistry meters) {
        Set<Tags> bound = new HashSet<>();
        collections.onMade((collection, kind, type, name) -> {
            Tags tags = Tags.of("type", type, "name", prefix + (name == null ? "none" : name));
            synchronized (bound) {
                // One that is made at this moment is told twice.
                if (bound.size() >= MOST_COLLECTIONS || !bound.add(tags)) {
                    return;
                }
            }
            bind(collection, kind, tags, meters);
        });
    }

    private static void bind(Object collection, CollectionKind<?> kind, Tags tags, MeterRegistry meters) {
        Gauge.builder(
                        "weakref.collections.size",
                        collection,
                        bound -> kind.stats(bound).estimatedSize())
                .description("Entries of a shared collection.")
                .tags(tags)
                .register(meters);
        FunctionCounter.builder(
                        "weakref.collections.collected",
                        collection,
                        bound -> kind.stats(bound).collected())
                .description("Entries that were removed from a shared collection because their referent was collected.")
                .tags(tags)
                .register(meters);
    }
}

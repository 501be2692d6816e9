package dev.weakref.spring.metrics;

import dev.weakref.FinalizerRegistry;
import dev.weakref.spring.collections.CollectionKind;
import dev.weakref.spring.collections.WeakCollections;
import dev.weakref.spring.lifecycle.RegistryNames;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.config.SingletonBeanRegistry;

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
 * <p>A registry whose name is known beforehand has its meters before it is made; until then all of them are zero. Any
 * other is made when its meters are bound.
 *
 * <p>A shared collection has its meters from the moment that it is made; the first {@value #MOST_COLLECTIONS} have, so
 * that names made at run time cannot flood the meter registry. The meters hold registries and collections weakly, and
 * so the bean factory of a registry that is not made yet. They close with their own registry, before the exit pass
 * runs. For times see {@link FinalizerActionMetrics}.
 *
 * @since 0.1
 */
public final class WeakRefMetrics implements MeterBinder {

    static final int MOST_COLLECTIONS = 100;

    private final ListableBeanFactory beanFactory;
    private final Map<String, String> namesBeforehand;

    /** For the registries and shared collections that this factory itself has. */
    @Autowired
    public WeakRefMetrics(ListableBeanFactory beanFactory) {
        this(beanFactory, Map.of());
    }

    /**
     * For the registries and shared collections that this factory itself has.
     *
     * @param namesBeforehand the names of registries that are made when they are first needed, by the name of the bean
     */
    public WeakRefMetrics(ListableBeanFactory beanFactory, Map<String, String> namesBeforehand) {
        this.beanFactory = beanFactory;
        this.namesBeforehand = namesBeforehand;
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
        for (Map.Entry<String, String> registry : names().entrySet()) {
            bind(registry.getKey(), Tags.of("registry", prefix + registry.getValue()), meters);
        }
        for (WeakCollections collections :
                beanFactory.getBeansOfType(WeakCollections.class, false, true).values()) {
            bind(collections, prefix, meters);
        }
    }

    /** The tag {@code registry} of the registry that is this bean; without a prefix. */
    public String nameOf(String bean) {
        return names().getOrDefault(bean, bean);
    }

    private Map<String, String> names() {
        Map<String, String> names = new LinkedHashMap<>();
        for (String bean : beanFactory.getBeanNamesForType(FinalizerRegistry.class, false, true)) {
            String beforehand = namesBeforehand.get(bean);
            if (beforehand != null && made(bean, beanFactory) == null) {
                names.put(bean, beforehand);
            } else if (beanFactory.getBean(bean) instanceof FinalizerRegistry registry) {
                names.put(bean, registry.name());
            }
        }
        return RegistryNames.distinct(names);
    }

    private void bind(String bean, Tags tags, MeterRegistry meters) {
        FinalizerRegistry registry = made(bean, beanFactory);
        if (registry != null) {
            new RegistryMeters<FinalizerRegistry>(made -> made, tags).bind(registry, meters);
        } else {
            new RegistryMeters<ListableBeanFactory>(factory -> made(bean, factory), tags).bind(beanFactory, meters);
        }
    }

    /** The registry that is this bean; {@code null} if the context has not made it yet, or is closed. */
    private static @Nullable FinalizerRegistry made(String bean, ListableBeanFactory beanFactory) {
        return !(beanFactory instanceof SingletonBeanRegistry singletons) || singletons.containsSingleton(bean)
                ? beanFactory.getBean(bean, FinalizerRegistry.class)
                : null;
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

    private static void bind(Object collection, CollectionKind kind, Tags tags, MeterRegistry meters) {
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

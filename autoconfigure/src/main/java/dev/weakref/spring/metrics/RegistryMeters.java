package dev.weakref.spring.metrics;

import dev.weakref.Finalizer.Outcome;
import dev.weakref.Finalizer.Trigger;
import dev.weakref.FinalizerDelay;
import dev.weakref.FinalizerRegistry;
import dev.weakref.Leak;
import dev.weakref.RegistryStats;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one registry, which may not be made yet: until then all of them are zero.
 *
 * @param <T> the type of what the registry is read from
 * @param registry returns the registry, given what it is read from; {@code null} while there is none
 */
record RegistryMeters<T>(Function<? super T, @Nullable FinalizerRegistry> registry, Tags tags) {

    /**
     * Binds them.
     *
     * @param source what the registry is read from, or the registry itself; the meters hold it weakly
     */
    void bind(T source, MeterRegistry meters) {
        gauge("live", source, RegistryStats::live)
                .description("Finalizers that have neither ended nor been detached.")
                .register(meters);
        gauge("waiting", source, RegistryStats::waiting)
                .description("Finalizers of collected referents that wait for a worker.")
                .register(meters);
        counter("registered", source, RegistryStats::registered)
                .description("Finalizers ever registered.")
                .register(meters);
        counter("detached", source, RegistryStats::detached)
                .description("Finalizers that were detached.")
                .register(meters);
        for (Trigger trigger : Trigger.values()) {
            for (Outcome outcome : Outcome.values()) {
                counter("ran", source, stats -> stats.ran(trigger, outcome))
                        .description("Runs that ended or timed out.")
                        .tags("trigger", trigger.name(), "outcome", outcome.name())
                        .register(meters);
            }
        }
        for (FinalizerDelay.Kind kind : FinalizerDelay.Kind.values()) {
            counter("delays", source, stats -> stats.delays(kind))
                    .description("Events that delay other finalizers.")
                    .tag("kind", kind.name())
                    .register(meters);
        }
        for (Leak.Kind kind : Leak.Kind.values()) {
            counter("leaks", source, stats -> stats.leaks(kind))
                    .description("Leaks that were found, and those that were resolved.")
                    .tag("kind", kind.name())
                    .register(meters);
        }
    }

    private Gauge.Builder<T> gauge(String name, T source, ToDoubleFunction<RegistryStats> value) {
        return Gauge.builder("weakref.finalizers." + name, source, held -> read(held, value))
                .tags(tags);
    }

    private FunctionCounter.Builder<T> counter(String name, T source, ToDoubleFunction<RegistryStats> value) {
        return FunctionCounter.builder("weakref.finalizers." + name, source, held -> read(held, value))
                .tags(tags);
    }

    private double read(T source, ToDoubleFunction<RegistryStats> value) {
        FinalizerRegistry made = registry.apply(source);
        return made == null ? 0 : value.applyAsDouble(made.stats());
    }
}

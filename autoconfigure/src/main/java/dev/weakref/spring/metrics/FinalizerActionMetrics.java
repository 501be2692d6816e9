package dev.weakref.spring.metrics;

import dev.weakref.Finalizer.Outcome;
import dev.weakref.Finalizer.Trigger;
import dev.weakref.FinalizerListener;
import dev.weakref.FinalizerRun;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * Times the actions of one registry: {@code weakref.finalizers.actions}, with the tags {@code registry},
 * {@code trigger} and {@code outcome}.
 *
 * <pre>{@code
 * FinalizerRegistry.builder().listener(new FinalizerActionMetrics("archive"))
 * }</pre>
 *
 * <p>The one of the auto-configured registry is a bean; for a registry of your own make this a bean and give it to the
 * builder. Runs before the application has started, and those of the exit pass, are not timed: there is no meter
 * registry yet, or it is closed.
 *
 * @since 0.1
 */
public final class FinalizerActionMetrics implements FinalizerListener, MeterBinder {

    private final Supplier<String> registry;
    private final List<Map<Trigger, Map<Outcome, Timer>>> bound = new CopyOnWriteArrayList<>();

    /** For the registry with this name. */
    public FinalizerActionMetrics(String registry) {
        this(() -> registry);
    }

    /**
     * For a registry that is made after this.
     *
     * @param registry gives its name; called when meters are bound
     */
    public FinalizerActionMetrics(Supplier<String> registry) {
        this.registry = registry;
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        String name = registry.get();
        Map<Trigger, Map<Outcome, Timer>> timers = new EnumMap<>(Trigger.class);
        for (Trigger trigger : Trigger.values()) {
            Map<Outcome, Timer> byOutcome = new EnumMap<>(Outcome.class);
            for (Outcome outcome : Outcome.values()) {
                byOutcome.put(outcome, timer(name, trigger, outcome, meters));
            }
            timers.put(trigger, byOutcome);
        }
        bound.add(timers);
    }

    private static Timer timer(String registry, Trigger trigger, Outcome outcome, MeterRegistry meters) {
        return Timer.builder("weakref.finalizers.actions")
                .description("How long actions ran.")
                .tags("registry", registry, "trigger", trigger.name(), "outcome", outcome.name())
                .register(meters);
    }

    @Override
    public void onRun(FinalizerRun run) {
        for (Map<Trigger, Map<Outcome, Timer>> timers : bound) {
            Objects.requireNonNull(
                            Objects.requireNonNull(timers.get(run.trigger())).get(run.outcome()))
                    .record(run.took());
        }
    }
}

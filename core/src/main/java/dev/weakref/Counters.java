package dev.weakref;

import dev.weakref.Finalizer.Outcome;
import dev.weakref.Finalizer.Trigger;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** Counts what became of the finalizers of a registry. */
final class Counters {

    private final Map<Trigger, Map<Outcome, LongAdder>> ran = new EnumMap<>(Trigger.class);
    private final LongAdder detached = new LongAdder();
    private final LongAdder refused = new LongAdder();

    Counters() {
        for (Trigger trigger : Trigger.values()) {
            Map<Outcome, LongAdder> byOutcome = new EnumMap<>(Outcome.class);
            for (Outcome outcome : Outcome.values()) {
                byOutcome.put(outcome, new LongAdder());
            }
            ran.put(trigger, byOutcome);
        }
    }

    void ran(Trigger trigger, Outcome outcome) {
        Objects.requireNonNull(Objects.requireNonNull(ran.get(trigger)).get(outcome))
                .increment();
    }

    void detached() {
        detached.increment();
    }

    /** One was appended to the log that came too late and counts for nothing. */
    void refused() {
        refused.increment();
    }

    /**
     * The counters as they are, given how many finalizers were appended to the log. The live are what is left: so
     * a registration costs no counter, and a run only one.
     */
    RegistryStats stats(long appended, Map<Leak.Kind, Long> leaks) {
        long gone = detached.sum();
        Map<Trigger, Map<Outcome, Long>> byTrigger = new EnumMap<>(Trigger.class);
        for (Map.Entry<Trigger, Map<Outcome, LongAdder>> adders : ran.entrySet()) {
            Map<Outcome, Long> byOutcome = new EnumMap<>(Outcome.class);
            for (Map.Entry<Outcome, LongAdder> adder : adders.getValue().entrySet()) {
                long count = adder.getValue().sum();
                byOutcome.put(adder.getKey(), count);
                gone += count;
            }
            byTrigger.put(adders.getKey(), byOutcome);
        }
        long registered = appended - refused.sum();
        return new RegistryStats(Math.max(0, registered - gone), registered, byTrigger, detached.sum(), leaks);
    }
}

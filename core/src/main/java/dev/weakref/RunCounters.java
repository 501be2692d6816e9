package dev.weakref;

import dev.weakref.Finalizer.Outcome;
import dev.weakref.Finalizer.Trigger;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** Counts what became of the finalizers of a registry. */
final class RunCounters {

    private static final int OUTCOMES = Outcome.values().length;

    /** By trigger and outcome. */
    private final LongAdder[] ran = Stream.generate(LongAdder::new)
            .limit((long) Trigger.values().length * OUTCOMES)
            .toArray(LongAdder[]::new);

    /** By kind. */
    private final LongAdder[] delays = Stream.generate(LongAdder::new)
            .limit(FinalizerDelay.Kind.values().length)
            .toArray(LongAdder[]::new);

    private final LongAdder detached = new LongAdder();
    private final LongAdder refused = new LongAdder();

    void ran(Trigger trigger, Outcome outcome) {
        counter(trigger, outcome).increment();
    }

    @SuppressWarnings("EnumOrdinal") // a place in an array of this object only
    private LongAdder counter(Trigger trigger, Outcome outcome) {
        return ran[trigger.ordinal() * OUTCOMES + outcome.ordinal()];
    }

    @SuppressWarnings("EnumOrdinal") // a place in an array of this object only
    void delayed(FinalizerDelay.Kind kind) {
        delays[kind.ordinal()].increment();
    }

    void detached() {
        detached.increment();
    }

    /** Counts one that was appended to the log too late, and so does not count as registered. */
    void refused() {
        refused.increment();
    }

    /**
     * The counters, given how many finalizers were appended to the log. The live ones are the difference: so a
     * registration costs no counter, and a run only one.
     */
    RegistryStats stats(long appended, Map<Leak.Kind, Long> leaks, long waiting) {
        long gone = detached.sum();
        Map<Trigger, Map<Outcome, Long>> byTrigger = new EnumMap<>(Trigger.class);
        for (Trigger trigger : Trigger.values()) {
            Map<Outcome, Long> byOutcome = new EnumMap<>(Outcome.class);
            for (Outcome outcome : Outcome.values()) {
                long count = counter(trigger, outcome).sum();
                byOutcome.put(outcome, count);
                gone += count;
            }
            byTrigger.put(trigger, byOutcome);
        }
        long registered = appended - refused.sum();
        return new RegistryStats(
                Math.max(0, registered - gone), registered, byTrigger, detached.sum(), leaks, waiting, delays());
    }

    @SuppressWarnings("EnumOrdinal") // a place in an array of this object only
    private Map<FinalizerDelay.Kind, Long> delays() {
        Map<FinalizerDelay.Kind, Long> byKind = new EnumMap<>(FinalizerDelay.Kind.class);
        for (FinalizerDelay.Kind kind : FinalizerDelay.Kind.values()) {
            byKind.put(kind, delays[kind.ordinal()].sum());
        }
        return byKind;
    }
}

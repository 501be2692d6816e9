package dev.weakref;

import dev.weakref.Finalizer.Outcome;
import dev.weakref.Finalizer.Trigger;
import java.util.Map;

/**
 * The counters of a registry, each exact while no finalizer is registered or run.
 *
 * @param live finalizers that have neither ended nor been detached; one that runs at this moment still counts
 * @param registered finalizers ever registered
 * @param ran runs that ended or timed out, by trigger and outcome; every pair is present
 * @param detached finalizers that were detached: by {@code detach()}, because they were not to run at exit, or because
 *     the deadline of the exit pass cut them off
 * @param leaks leaks by kind; every kind is present
 * @param waiting finalizers of collected referents that wait for their turn; those that were handed to an executor of
 *     the user's own no longer count
 * @param delays what delayed other actions, by kind; every kind is present
 * @since 0.1
 */
public record RegistryStats(
        long live,
        long registered,
        Map<Trigger, Map<Outcome, Long>> ran,
        long detached,
        Map<Leak.Kind, Long> leaks,
        long waiting,
        Map<FinalizerDelay.Kind, Long> delays) {

    /** How many delays of this kind. */
    public long delays(FinalizerDelay.Kind kind) {
        return delays.getOrDefault(kind, 0L);
    }

    /** How many leaks of this kind. */
    public long leaks(Leak.Kind kind) {
        return leaks.getOrDefault(kind, 0L);
    }

    /** How many runs with this trigger ended this way. */
    public long ran(Trigger trigger, Outcome outcome) {
        return ran.getOrDefault(trigger, Map.of()).getOrDefault(outcome, 0L);
    }

    @Override
    public String toString() {
        return "RegistryStats[live=" + live + ", registered=" + registered + ", ran=" + ran + ", detached=" + detached
                + ", leaks=" + leaks + ", waiting=" + waiting + ", delays=" + delays + "]";
    }
}

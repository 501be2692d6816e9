package dev.weakref;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Calls the generated methods of each public record once. The JVM links such a method at its first call: if the stack
 * overflows or memory is exhausted then, the method is broken for ever.
 *
 * <p>Linking them all takes more than 20 milliseconds: so {@link Bootstrap} runs this in a thread that no caller waits
 * for.
 */
final class RecordRehearsal implements Runnable {

    static List<Record> records() {
        FinalizerInfo info = new FinalizerInfo(1, "", "", "", false, Instant.EPOCH, "", false, false, List.of());
        return List.of(
                info,
                new FinalizerRun(info, Finalizer.Trigger.EXIT, Finalizer.Outcome.SUCCESS, Duration.ZERO, null),
                new FinalizerDelay(FinalizerDelay.Kind.STILL_RUNNING, "", info, Duration.ZERO),
                new Finalizer.Detached("", "", null),
                new Leak(Leak.Kind.OVERDUE, "", info, Instant.EPOCH),
                new ExitReport(0, 0, 0, 0, Duration.ZERO, List.of()),
                new RegistryStats(0, 0, Map.of(), 0, Map.of(), 0, Map.of()),
                new CollectionStats("", 0, 0, 0, 0));
    }

    @Override
    @SuppressWarnings("ReturnValueIgnored") // an interpreted call is made, whether its result is used or not
    public void run() {
        for (Object each : records()) {
            each.toString();
            each.hashCode();
            each.equals("");
        }
    }
}

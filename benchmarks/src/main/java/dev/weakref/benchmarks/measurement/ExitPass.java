package dev.weakref.benchmarks.measurement;

import dev.weakref.CaptureCheck;
import dev.weakref.FinalizerRegistry;
import dev.weakref.FinalizerRegistry.Action;
import dev.weakref.benchmarks.measurement.Registrar.Resource;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Closing a registry with very many live finalizers, beside a loop that calls the same actions in the same
 * order, newest first.
 *
 * @param leases whether an action gives back a lease, as a real one might; else it only counts
 */
public record ExitPass(boolean leases) implements Measurement {

    public static final String COUNTING = "exit pass over all that live, actions that only count";
    public static final String GIVING_BACK = "exit pass over all that live, actions that give back a lease";

    private static final int WARM_UPS = 3;

    @Override
    public void measure(Peer peer, Scale scale, Recorder recorder) throws Exception {
        double millis = 0;
        for (int i = 0; i <= WARM_UPS; i++) {
            Action[] actions = leases ? givingBack(scale.many()) : counting(scale.many());
            millis = end(actions, peer == Peer.CORE);
        }
        recorder.record(Operations.FINALIZERS, leases ? GIVING_BACK : COUNTING, millis, "ms");
    }

    /** In either case with the same registrations, so that the heap is the same as well. */
    private static double end(Action[] actions, boolean exitPass) throws Exception {
        FinalizerRegistry registry = FinalizerRegistry.builder()
                .captureCheck(CaptureCheck.OFF)
                .exitLimit(Duration.ofMinutes(2))
                .build();
        Object[] referents = Entries.array(actions.length, i -> new Object());
        for (int i = 0; i < actions.length; i++) {
            registry.register(referents[i], actions[i]);
        }
        Heap.collect();
        long begin = System.nanoTime();
        if (exitPass) {
            int run = registry.shutdown().run();
            if (run != actions.length) {
                throw new IllegalStateException("Only " + run + " of " + actions.length + " were run");
            }
        } else {
            for (int i = actions.length - 1; i >= 0; i--) {
                actions[i].run();
            }
        }
        long end = System.nanoTime();
        Heap.keep(referents);
        registry.close();
        return (end - begin) / 1e6;
    }

    private static Action[] counting(int many) {
        Action[] actions = new Action[many];
        for (int i = 0; i < many; i++) {
            Resource resource = new Resource();
            actions[i] = resource::release;
        }
        return actions;
    }

    private static Action[] givingBack(int many) {
        Set<Key> leases = ConcurrentHashMap.newKeySet(many);
        Action[] actions = new Action[many];
        for (int i = 0; i < many; i++) {
            Key lease = Key.of(i);
            leases.add(lease);
            actions[i] = () -> leases.remove(lease);
        }
        return actions;
    }
}

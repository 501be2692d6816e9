package dev.weakref.benchmarks.measurement;

import dev.weakref.CaptureCheck;
import dev.weakref.FinalizerRegistry;
import dev.weakref.benchmarks.measurement.Registrar.Resource;
import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;

/** The time for an operation, and bytes, as there are more and more entries, or more and more finalizers. */
public record Growth(boolean ofFinalizers, int size) implements Measurement {

    public static final String ENTRIES = "growth of a map";
    public static final String FINALIZERS = "growth of a registry";
    public static final String AT = " at ";

    private static final int FEWEST_OPERATIONS = 500_000;
    private static final int TIMES = 5;
    private static final int PAGE = 100;

    @Override
    public void measure(Peer peer, Scale scale, Recorder recorder) {
        String section = ofFinalizers ? FINALIZERS : ENTRIES;
        Curve curve = (operation, value, unit) -> recorder.record(section, operation + AT + size, value, unit);
        int copies = 1 + Math.min(FEWEST_OPERATIONS, 50 * size) / size;
        if (ofFinalizers) {
            finalizers(curve, copies);
        } else {
            entries(peer, curve, copies);
        }
    }

    private void entries(Peer peer, Curve curve, int rounds) {
        Entries entries = Entries.of(Family.VALUES, peer, size, false);
        for (int i = 0; i < TIMES; i++) {
            int shift = i;
            curve.point("get", nanos(rounds, n -> entries.subject.get(entries.probes[n])), "ns");
            IntConsumer put = n -> entries.subject.put(entries.probes[n], entries.values[(n + shift) % size]);
            curve.point("put", nanos(rounds, put), "ns");
        }
        curve.point("bytes per entry", bytes(rounds, i -> filled(peer, entries)), "bytes");
        if (peer == Peer.CORE) {
            Arrays.fill(entries.values, "none");
            Heap.collect();
            long gone = Heap.await(() -> entries.subject.entries() == 0, "some of the dead are still there");
            curve.point("purge of an entry", (double) gone / size, "ns");
        }
    }

    private Subject filled(Peer peer, Entries entries) {
        Subject subject = Family.VALUES.create(peer);
        for (int i = 0; i < size; i++) {
            subject.put(entries.keys[i], entries.values[i]);
        }
        return subject;
    }

    private void finalizers(Curve curve, int copies) {
        Object[] referents = Entries.array(size, i -> new Object());
        Resource[] resources = new Resource[copies];
        Arrays.setAll(resources, i -> new Resource());
        FinalizerRegistry[] registries = new FinalizerRegistry[copies];
        IntFunction<Object> copy = i -> registries[i] = registered(curve, referents, resources[i]);
        curve.point("bytes per finalizer", bytes(copies, copy), "bytes");

        FinalizerRegistry last = registries[copies - 1];
        for (int i = 0; i < TIMES * TIMES; i++) {
            curve.point("list the newest", page(last, Long.MAX_VALUE), "ns");
            curve.point("list from the middle", page(last, size / 2), "ns");
        }
        for (int i = 0; i < copies - 1; i++) {
            exit(curve, registries[i]);
        }
        exit(curve, registered(curve, referents, new Resource()));

        Arrays.fill(referents, "none");
        Heap.collect();
        Resource resource = resources[copies - 1];
        long gone = Heap.await(() -> resource.released() == size, "some actions have not run");
        curve.point("purge of a finalizer", (double) gone / size, "ns");
        last.close();
    }

    private FinalizerRegistry registered(Curve curve, Object[] referents, Resource resource) {
        FinalizerRegistry registry =
                FinalizerRegistry.builder().captureCheck(CaptureCheck.OFF).build();
        FinalizerRegistry.Action action = resource::release;
        curve.point("register", nanos(1, n -> registry.register(referents[n], action)), "ns");
        return registry;
    }

    private void exit(Curve curve, FinalizerRegistry registry) {
        long begin = System.nanoTime();
        registry.shutdown();
        curve.point("exit", (double) (System.nanoTime() - begin) / size, "ns");
    }

    /** One page, as the endpoint lists it; the time for each line. */
    private static double page(FinalizerRegistry registry, long before) {
        long begin = System.nanoTime();
        long found = registry.finalizersBefore(before).limit(PAGE).toList().size();
        return (double) (System.nanoTime() - begin) / Math.max(1, found);
    }

    private double bytes(int copies, IntFunction<Object> copy) {
        Object[] made = new Object[copies];
        long before = Heap.used();
        Arrays.setAll(made, copy);
        long after = Heap.used();
        Heap.keep(made);
        return (double) (after - before) / copies / size;
    }

    private double nanos(int rounds, IntConsumer operation) {
        long begin = System.nanoTime();
        for (int round = 0; round < rounds; round++) {
            for (int n = 0; n < size; n++) {
                operation.accept(n);
            }
        }
        return (double) (System.nanoTime() - begin) / rounds / size;
    }

    /** Takes the points of the curves; of several for one place the last one counts. */
    private interface Curve {
        void point(String operation, double value, String unit);
    }
}

package dev.weakref.benchmarks.measurement;

/** Endless new entries that soon die, in a small heap: whether it gets slower, or larger. */
public record Churn() implements Measurement {

    public static final String SECTION = "churn";
    public static final String TIME = "time for an entry";
    public static final String LAST_BESIDE_FIRST = "throughput of the last quarter, beside the first";
    public static final String GROWTH = "heap after the last quarter, beside the first";

    private static final int ALIVE = 10_000;
    private static final int LOOK_EVERY = 1_024;

    @Override
    public void measure(Peer peer, Scale scale, Recorder recorder) {
        int slices = 4 * Math.max(1, scale.churnMillis() / 4_000);
        long sliceNanos = scale.churnMillis() * 1_000_000L / slices;
        double[] rates = new double[slices]; // 0 where there is no memory any more
        double[] heaps = new double[2];
        try {
            churn(peer, sliceNanos, rates, heaps);
        } catch (OutOfMemoryError full) {
            heaps[1] = Runtime.getRuntime().maxMemory();
        }
        for (int slice = 0; slice < slices && rates[slice] > 0; slice++) {
            String row = "slice at " + Ratio.show((slice + 1) * sliceNanos / 1e9) + " s";
            recorder.record(SECTION, row, 1 / rates[slice], "ns");
        }
        double first = average(rates, 0, slices / 4);
        double last = average(rates, slices - slices / 4, slices);
        recorder.record(SECTION, TIME, 1 / Math.max(average(rates, 0, slices), Double.MIN_NORMAL), "ns");
        recorder.record(SECTION, LAST_BESIDE_FIRST, last / Math.max(first, Double.MIN_NORMAL), "times");
        recorder.record(SECTION, GROWTH, heaps[1] / Math.max(heaps[0], 1), "times");
    }

    private static void churn(Peer peer, long sliceNanos, double[] rates, double[] heaps) {
        Subject subject = Family.VALUES.create(peer);
        Object[] alive = new Object[ALIVE];
        long next = 0;
        for (int slice = 0; slice < rates.length; slice++) {
            long begin = System.nanoTime();
            long first = next;
            long took = 0;
            while (took < sliceNanos) {
                for (int i = 0; i < LOOK_EVERY; i++, next++) {
                    Object value = new Object();
                    alive[(int) (next % ALIVE)] = value;
                    subject.put(Key.of(next), value);
                }
                took = System.nanoTime() - begin;
            }
            rates[slice] = (double) (next - first) / took;
            if (slice == rates.length / 4 - 1) {
                heaps[0] = heap(subject);
            }
        }
        heaps[1] = heap(subject);
        Heap.keep(alive);
    }

    /**
     * What is reachable when the dead are gone, and the JVM has no more of them on its queues; a few entries are put
     * meanwhile, since some purge only then.
     */
    private static long heap(Subject subject) {
        Heap.collect();
        Object held = new Object();
        for (int i = 0; i < 5_000 && subject.entries() > ALIVE + LOOK_EVERY; i++) {
            Heap.sleep(1);
            for (int use = 1; use <= LOOK_EVERY; use++) {
                subject.put(Key.of(-use), held);
            }
        }
        long before;
        long used = Heap.used();
        do {
            before = used;
            Heap.sleep(100);
            subject.put(Key.of(-1), held);
            used = Heap.used();
        } while (used < before / 100 * 99);
        return used;
    }

    private static double average(double[] rates, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += rates[i];
        }
        return sum / (to - from);
    }
}

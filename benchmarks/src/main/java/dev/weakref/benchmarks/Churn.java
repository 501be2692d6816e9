package dev.weakref.benchmarks;

/** Endless new entries that soon die, in a small heap: whether it gets slower, or larger. */
record Churn() implements Measurement {

    static final String SECTION = "churn";
    static final String TIME = "time for an entry";
    static final String LAST_BESIDE_FIRST = "throughput of the last quarter, beside the first";
    static final String GROWTH = "heap after the last quarter, beside the first";

    private static final int ALIVE = 100_000;
    private static final int LOOK_EVERY = 1_024;

    @Override
    public void measure(Peer peer, Scale scale, Recorder recorder) {
        Subject subject = Family.VALUES.create(peer);
        Object[] alive = new Object[ALIVE];
        int slices = 4 * Math.max(1, scale.churnMillis() / 4_000);
        long sliceNanos = scale.churnMillis() * 1_000_000L / slices;
        double[] rates = new double[slices];
        double heap = 0;
        long next = 0;
        for (int slice = 0; slice < slices; slice++) {
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
            recorder.record(
                    SECTION, "slice at " + Ratio.show((slice + 1) * sliceNanos / 1e9) + " s", 1 / rates[slice], "ns");
            if (slice == slices / 4 - 1) {
                heap = heap(subject);
            }
        }
        double grown = heap(subject) / heap;
        double first = average(rates, 0, slices / 4);
        double last = average(rates, slices - slices / 4, slices);
        recorder.record(SECTION, TIME, 1 / average(rates, 0, slices), "ns");
        recorder.record(SECTION, LAST_BESIDE_FIRST, last / first, "times");
        recorder.record(SECTION, GROWTH, grown, "times");
        Heap.keep(alive);
    }

    /** What is reachable when the dead are gone; the map is used meanwhile, since some purge only then. */
    private static double heap(Subject subject) {
        Heap.collect();
        Object asked = Key.of(-1);
        for (int i = 0; i < 500 && subject.entries() > ALIVE; i++) {
            Heap.sleep(1);
            for (int use = 0; use < LOOK_EVERY; use++) {
                subject.get(asked);
            }
        }
        return Heap.used();
    }

    private static double average(double[] rates, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += rates[i];
        }
        return sum / (to - from);
    }
}

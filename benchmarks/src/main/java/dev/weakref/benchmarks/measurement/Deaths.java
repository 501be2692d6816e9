package dev.weakref.benchmarks.measurement;

import java.io.IOException;
import java.util.Arrays;
import jdk.jfr.Recording;
import org.jspecify.annotations.Nullable;

/** Very many entries of one collection die in one collection, while another thread goes on using it, or nobody does. */
public record Deaths(Family family, boolean busy) implements Measurement {

    public static final String SECTION = "deaths";
    public static final String IDLE = " that nobody calls";
    public static final String GONE = ": until the dead are gone";
    public static final String THROUGHPUT = ": throughput of another thread meanwhile, beside its steady one";
    public static final String WORST = ": its worst stretch of 16 operations, beside that without deaths";

    private static final int SURVIVORS = 1_024;

    @Override
    public void measure(Peer peer, Scale scale, Recorder recorder) throws IOException {
        double[] gone = new double[scale.times()];
        double[] traffic = new double[scale.times()];
        double[] worst = new double[scale.times()];
        for (int i = 0; i < scale.times(); i++) {
            Death death = busy ? amongTraffic(peer, scale) : idle(peer, scale);
            gone[i] = death.goneMillis;
            traffic[i] = death.traffic;
            worst[i] = death.worst;
        }
        String name = family.label + (busy ? "" : IDLE);
        recorder.record(SECTION, name + GONE, Ratio.of(gone).median(), "ms");
        if (busy) {
            recorder.record(SECTION, name + THROUGHPUT, Ratio.of(traffic).median(), "times");
            recorder.record(SECTION, name + WORST, Ratio.of(worst).median(), "times");
        }
    }

    private Death amongTraffic(Peer peer, Scale scale) throws IOException {
        Entries survivors = Entries.of(family, peer, SURVIVORS, false);
        @Nullable Object[] doomed = doom(survivors.subject, scale.many());
        long[] times = new long[6];
        long[] operations = new long[6];
        try (Recording recording = Pauses.watch()) {
            Traffic traffic = new Traffic(survivors);
            try (traffic) {
                Heap.sleep(scale.sliceMillis() * 20L);
                mark(0, times, traffic, operations);
                Heap.collect();
                mark(1, times, traffic, operations);
                Heap.sleep(scale.sliceMillis() * 10L);
                Heap.await(() -> traffic.operations() > operations[1], "the other thread does nothing");
                mark(2, times, traffic, operations);
                Arrays.fill(doomed, null);
                mark(3, times, traffic, operations);
                Heap.collect();
                mark(4, times, traffic, operations);
                awaitGone(survivors.subject);
                mark(5, times, traffic, operations);
            }
            Pauses pauses = Pauses.in(recording);
            double steady = rate(1, 2, times, operations, pauses);
            double meanwhile = rate(4, 5, times, operations, pauses);
            double worst = traffic.worst(times[3], times[5], pauses);
            return new Death(
                    (times[5] - times[4]) / 1e6, meanwhile / steady, worst / traffic.worst(times[0], times[2], pauses));
        }
    }

    private static void mark(int moment, long[] times, Traffic traffic, long[] operations) {
        times[moment] = System.nanoTime();
        operations[moment] = traffic.operations();
    }

    private static double rate(int from, int to, long[] times, long[] operations, Pauses pauses) {
        double done = operations[to] - operations[from];
        return done / Math.max(1, pauses.without(times[from], times[to]));
    }

    private Death idle(Peer peer, Scale scale) {
        Entries survivors = Entries.of(family, peer, SURVIVORS, false);
        @Nullable Object[] doomed = doom(survivors.subject, scale.many());
        Heap.collect();
        Arrays.fill(doomed, null);
        Heap.collect();
        return new Death(awaitGone(survivors.subject) / 1e6, 0, 0);
    }

    private static long awaitGone(Subject subject) {
        return Heap.await(() -> subject.entries() <= SURVIVORS, "some of the dead are still there");
    }

    /** Puts many entries; the array that is returned is all that keeps them alive. */
    private @Nullable Object[] doom(Subject subject, int many) {
        @Nullable Object[] doomed = new Object[many];
        for (int i = 0; i < many; i++) {
            Object key = Key.of(i + (1L << 40));
            Object value = new Object();
            subject.put(key, value);
            doomed[i] = family == Family.VALUES ? value : key;
        }
        return doomed;
    }

    private record Death(double goneMillis, double traffic, double worst) {}
}

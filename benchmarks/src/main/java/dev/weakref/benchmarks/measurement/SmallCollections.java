package dev.weakref.benchmarks.measurement;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Very many collections of three entries: what each costs, and what it costs to watch over them. */
public record SmallCollections() implements Measurement {

    public static final String SECTION = "many small collections";
    private static final int ENTRIES = 3;

    @Override
    public void measure(Peer peer, Scale scale, Recorder recorder) {
        int many = scale.collections();
        Object[] keys = Entries.array(ENTRIES, Key::of);
        @Nullable Object[] values = Entries.array(many * ENTRIES, i -> new Object());
        Subject[] subjects = new Subject[many];
        Family.VALUES.create(peer).put(keys[0], keys);
        long before = Heap.used();
        for (int i = 0; i < values.length; i++) {
            int subject = i / ENTRIES;
            if (subjects[subject] == null) {
                subjects[subject] = Family.VALUES.create(peer);
            }
            subjects[subject].put(keys[i % ENTRIES], values[i]);
        }
        long after = Heap.used();
        recorder.record(SECTION, "bytes each", (double) (after - before) / many, "bytes");

        Heap.sleep(scale.sliceMillis() * 50L); // the pauses between two looks grow longer
        recorder.record(SECTION, "processor time when idle", percentOfOneProcessor(scale.sliceMillis() * 100L), "%");

        if (peer == Peer.CORE) {
            Arrays.fill(values, null);
            Heap.collect();
            recorder.record(SECTION, "until the dead are gone", awaitGone(subjects) / 1e6, "ms");
        }
        Heap.keep(subjects, values);
    }

    private static double percentOfOneProcessor(long millis) {
        com.sun.management.OperatingSystemMXBean system =
                ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
        long cpu = system.getProcessCpuTime();
        long wall = System.nanoTime();
        Heap.sleep(millis);
        return 100.0 * (system.getProcessCpuTime() - cpu) / (System.nanoTime() - wall);
    }

    private static long awaitGone(Subject[] subjects) {
        int[] empty = new int[1];
        return Heap.await(
                () -> {
                    while (empty[0] < subjects.length && subjects[empty[0]].entries() == 0) {
                        empty[0]++;
                    }
                    return empty[0] == subjects.length;
                },
                "some of the dead are still there");
    }
}

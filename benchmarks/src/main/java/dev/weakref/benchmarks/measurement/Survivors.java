package dev.weakref.benchmarks.measurement;

import dev.weakref.benchmarks.measurement.Registrar.Resource;

/** Very many have come and gone, and one of each chunk of the log is left: what it costs. */
public record Survivors() implements Measurement {

    public static final String ROW = "one survivor of each chunk";

    private static final int CHUNK = 64;

    @Override
    public void measure(Peer peer, Scale scale, Recorder recorder) {
        int survivors = scale.survivorsAmong() / CHUNK;
        Registrar registrar = Registrar.of(peer);
        Resource resource = new Resource();
        Object action = registrar.action(resource);
        Object[] referents = Entries.array(survivors, i -> new Object());
        registrar.register(referents[0], action);
        long before = Heap.used();
        int dead = 0;
        for (int survivor = 0; survivor < survivors; survivor++) {
            registrar.register(referents[survivor], action);
            for (int i = 1; i < CHUNK; i++) {
                registrar.register(new Object(), action);
                dead++;
            }
        }
        int expected = dead;
        Heap.collect();
        Heap.await(() -> resource.released() == expected, "some actions have not run");
        if (peer == Peer.CORE) {
            Heap.sleep(scale.sliceMillis() * 600L); // the reaper merges sparse chunks when it tidies up
        }
        long after = Heap.used();
        recorder.record(Memory.REGISTRATIONS, ROW, (double) (after - before) / survivors, "bytes");
        Heap.keep(referents);
        registrar.close();
    }
}

package dev.weakref.benchmarks.measurement;

import dev.weakref.benchmarks.measurement.Registrar.Resource;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Very many live finalizers: what they cost a full collection, and how long it takes to run them when all die. */
public record FinalizerDeaths() implements Measurement {

    static final String SECTION = Operations.FINALIZERS;
    public static final String COLLECTION = "full collection while all live";
    public static final String UNTIL_RUN = "from the collection until all actions have run";

    @Override
    public void measure(Peer peer, Scale scale, Recorder recorder) {
        double[] collections = new double[scale.times()];
        double[] untilRun = new double[scale.times()];
        for (int i = 0; i < scale.times(); i++) {
            Registrar registrar = Registrar.of(peer);
            Resource resource = new Resource();
            Object action = registrar.action(resource);
            @Nullable Object[] referents = Entries.array(scale.many(), n -> new Object());
            Object[] handles = new Object[scale.many()];
            for (int n = 0; n < referents.length; n++) {
                handles[n] = registrar.register(referents[n], action);
            }
            Heap.collect();
            long begin = System.nanoTime();
            Heap.collect();
            collections[i] = (System.nanoTime() - begin) / 1e6;
            if (peer != Peer.BARE) {
                handles = new Object[0];
                Arrays.fill(referents, null);
                Heap.collect();
                untilRun[i] = Heap.await(() -> resource.released() == scale.many(), "some actions have not run") / 1e6;
            }
            Heap.keep(handles);
            registrar.close();
        }
        recorder.record(SECTION, COLLECTION, Ratio.of(collections).median(), "ms");
        if (peer != Peer.BARE) {
            recorder.record(SECTION, UNTIL_RUN, Ratio.of(untilRun).median(), "ms");
        }
    }
}

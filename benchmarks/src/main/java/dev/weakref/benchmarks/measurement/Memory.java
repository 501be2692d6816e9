package dev.weakref.benchmarks.measurement;

import dev.weakref.benchmarks.measurement.Registrar.Resource;
import org.jspecify.annotations.Nullable;

/** What an entry or a registration costs beside keys, values, referents and actions. */
public record Memory(@Nullable Family family) implements Measurement {

    public static final String ENTRIES = "bytes per entry";
    public static final String REGISTRATIONS = "bytes per registration";
    public static final String REGISTER = "register";

    @Override
    public void measure(Peer peer, Scale scale, Recorder recorder) {
        if (family != null) {
            recorder.record(ENTRIES, family.label, ofEntries(family, peer, scale.many()), "bytes");
        } else {
            recorder.record(REGISTRATIONS, REGISTER, ofRegistrations(peer, scale.many()), "bytes");
        }
    }

    static double ofEntries(Family family, Peer peer, int many) {
        fill(family.create(peer), Entries.array(1_000, Key::of), Entries.array(1_000, i -> new Object()));
        Object[] keys = Entries.array(many, Key::of);
        Object[] values = Entries.array(many, i -> new Object());
        long before = Heap.used();
        Subject subject = family.create(peer);
        fill(subject, keys, values);
        long after = Heap.used();
        Heap.keep(subject, keys, values);
        return (double) (after - before) / many;
    }

    private static void fill(Subject subject, Object[] keys, Object[] values) {
        for (int i = 0; i < keys.length; i++) {
            subject.put(keys[i], values[i]);
        }
    }

    private static double ofRegistrations(Peer peer, int many) {
        Registrar registrar = Registrar.of(peer);
        Object action = registrar.action(new Resource());
        Object[] handles = new Object[peer == Peer.BARE || peer == Peer.CORE_CALLBACK ? many : 1];
        Object[] referents = Entries.array(many, i -> new Object());
        registrar.register(referents[0], action);
        long before = Heap.used();
        for (int i = 0; i < many; i++) {
            handles[i % handles.length] = registrar.register(referents[i], action);
        }
        long after = Heap.used();
        Heap.keep(referents, handles);
        registrar.close();
        return (double) (after - before) / many;
    }
}

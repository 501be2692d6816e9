package dev.weakref.benchmarks.harness;

import dev.weakref.benchmarks.measurement.Churn;
import dev.weakref.benchmarks.measurement.Deaths;
import dev.weakref.benchmarks.measurement.EndpointAnswers;
import dev.weakref.benchmarks.measurement.ExitPass;
import dev.weakref.benchmarks.measurement.Family;
import dev.weakref.benchmarks.measurement.FinalizerBenchmark;
import dev.weakref.benchmarks.measurement.FinalizerDeaths;
import dev.weakref.benchmarks.measurement.Growth;
import dev.weakref.benchmarks.measurement.Measurement;
import dev.weakref.benchmarks.measurement.Memory;
import dev.weakref.benchmarks.measurement.Operations;
import dev.weakref.benchmarks.measurement.Peer;
import dev.weakref.benchmarks.measurement.Prototypes;
import dev.weakref.benchmarks.measurement.ProxyBenchmark;
import dev.weakref.benchmarks.measurement.Scale;
import dev.weakref.benchmarks.measurement.SmallCollections;
import dev.weakref.benchmarks.measurement.StuckAction;
import dev.weakref.benchmarks.measurement.Survivors;
import java.util.ArrayList;
import java.util.List;

/** All that is measured. */
public final class Plan {

    private static final List<String> G1 = List.of("-XX:+UseG1GC", "-Xms3g", "-Xmx3g");

    /** With a young generation that is gone through in the warm-up: so nobody is measured on memory's first touch. */
    private static final List<String> SMALL_YOUNG = List.of("-XX:+UseG1GC", "-Xms3g", "-Xmx3g", "-Xmn256m");

    /** Packs the heap without gaps, so that bytes can be counted. */
    private static final List<String> SERIAL =
            List.of("-XX:+UseSerialGC", "-XX:MarkSweepAlwaysCompactCount=1", "-Xms3g", "-Xmx3g");

    private static final List<String> LARGE_HEAP = List.of("-XX:+UseG1GC", "-Xms7g", "-Xmx7g");
    private static final List<String> SMALL_HEAP = List.of("-XX:+UseG1GC", "-Xms512m", "-Xmx512m");

    private final List<Job> jobs = new ArrayList<>();

    public Plan(Scale scale) {
        maps(scale);
        memory();
        deaths();
        finalizers();
        references();
        for (int size : scale.growth()) {
            add("growth", "entries " + size, new Growth(false, size), List.of(Peer.CORE, Peer.STRONG), LARGE_HEAP);
            add("growth", "finalizers " + size, new Growth(true, size), List.of(Peer.CORE), LARGE_HEAP);
        }
        add("endpoint", "", new EndpointAnswers(), List.of(Peer.CORE), G1);
        add("churn", "", new Churn(), List.of(Peer.CORE, Peer.GUAVA, Peer.CAFFEINE), SMALL_HEAP);
    }

    public List<Job> jobs() {
        return jobs;
    }

    Job job(String name) {
        return jobs.stream()
                .filter(job -> job.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no job " + name));
    }

    private void maps(Scale scale) {
        for (Family family : Family.values()) {
            for (int size : scale.sizes()) {
                for (int threads : List.of(1, 2)) {
                    Operations operations = Operations.of(family, size, threads);
                    add("maps", family + " " + size + " " + threads, operations, family.peers, SMALL_YOUNG);
                }
            }
        }
        for (Family family : List.of(Family.VALUES, Family.KEYS)) {
            Operations colliding = Operations.ofOneHash(family, scale.collidingKeys());
            add("maps", family + " of one hash", colliding, family.peers, SMALL_YOUNG);
        }
    }

    private void memory() {
        for (Family family : Family.values()) {
            add("memory", family.name(), new Memory(family), family.peers, SERIAL);
        }
        List<Peer> registrars = List.of(Peer.CORE, Peer.CORE_STATE, Peer.CORE_CALLBACK, Peer.CLEANER, Peer.BARE);
        add("memory", "registrations", new Memory(null), registrars, SERIAL);
        add("memory", "survivors", new Survivors(), List.of(Peer.CORE, Peer.CLEANER), SERIAL);
        List<Peer> cheap = List.of(Peer.CORE, Peer.GUAVA, Peer.CAFFEINE, Peer.COMMONS);
        add("memory", "small collections", new SmallCollections(), cheap, SERIAL);
    }

    private void deaths() {
        List<Peer> rivals =
                Family.VALUES.peers.stream().filter(peer -> peer != Peer.STRONG).toList();
        add("deaths", "VALUES", new Deaths(Family.VALUES, true), rivals, G1);
        add("deaths", "KEYS", new Deaths(Family.KEYS, true), Family.KEYS.peers, G1);
        add("deaths", "idle", new Deaths(Family.VALUES, false), List.of(Peer.CORE), G1);
    }

    private void finalizers() {
        List<Peer> registrars = List.of(Peer.CORE, Peer.CORE_CHECKED, Peer.CLEANER, Peer.CLEANER_AND_CLOCK, Peer.BARE);
        List<Peer> levels = List.of(Peer.CORE_DISABLED, Peer.CORE, Peer.CORE_ADVANCED, Peer.CORE_PARANOID);
        for (String method : List.of("register", "call")) {
            Operations atLevels = Operations.of(Operations.LEAK_LEVELS, FinalizerBenchmark.class, method, 1);
            add("finalizers", "leak levels " + method, atLevels, levels, G1);
        }
        add("finalizers", "stuck", new StuckAction(), List.of(Peer.CORE), G1);
        for (int threads : List.of(1, 2)) {
            Operations register = Operations.of(Operations.FINALIZERS, FinalizerBenchmark.class, "register", threads);
            add("finalizers", "register " + threads, register, registrars, G1);
            Operations call = Operations.of(Operations.FINALIZERS, FinalizerBenchmark.class, "call", threads);
            add("finalizers", "call " + threads, call, List.of(Peer.CORE, Peer.CORE_LISTENED, Peer.CLEANER), G1);
        }
        add("finalizers", "prototypes", new Prototypes(), List.of(Peer.CORE, Peer.SPRING), G1);
        add("finalizers", "deaths", new FinalizerDeaths(), List.of(Peer.CORE, Peer.CLEANER, Peer.BARE), G1);
        for (boolean leases : List.of(false, true)) {
            add("finalizers", "exit " + leases, new ExitPass(leases), List.of(Peer.CORE, Peer.DIRECT), G1);
        }
    }

    private void references() {
        List<Peer> proxies = List.of(Peer.CORE, Peer.DIRECT, Peer.REFLECTIVE);
        Operations call = Operations.of(Operations.PROXIES, ProxyBenchmark.class, "call", 1);
        add("references", "proxy", call, proxies, G1);
        List<Peer> references = List.of(Peer.CORE_CALLBACK, Peer.CORE_SHARED, Peer.BARE);
        Operations create = Operations.of(Operations.REFERENCES, FinalizerBenchmark.class, "register", 1);
        add("references", "new", create, references, G1);
    }

    private void add(String group, String what, Measurement measurement, List<Peer> peers, List<String> flags) {
        jobs.add(new Job(group, (group + " " + what).trim(), measurement, peers, flags));
    }
}

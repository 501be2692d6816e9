package dev.weakref.benchmarks.harness;

import dev.weakref.benchmarks.measurement.Peer;
import dev.weakref.benchmarks.measurement.Ratio;
import dev.weakref.benchmarks.measurement.Scale;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Measures core beside core of another commit, each in JVMs of its own in turn, and prints how they compare. */
public final class Comparison {

    private static final int ROUNDS = 4;

    private Comparison() {}

    /**
     * Prints a row for each figure.
     *
     * @param arguments the classes of core before, the scale, and how names of jobs begin; by default all are measured
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Scale scale = Scale.of(arguments[1]);
        List<String> names = List.of(arguments).subList(2, arguments.length);
        String classPath = System.getProperty("java.class.path");
        Forks old = new Forks(scale, arguments[0] + File.pathSeparator + classPath);
        measure(scale, names, old, new Forks(scale, classPath));
    }

    private static void measure(Scale scale, List<String> names, Forks old, Forks present)
            throws IOException, InterruptedException {
        for (Job job : new Plan(scale).jobs()) {
            if (names.isEmpty() || names.stream().anyMatch(job.name()::startsWith)) {
                for (Peer peer : job.peers()) {
                    if (peer.isCore()) {
                        measure(job, peer, old, present);
                    }
                }
            }
        }
    }

    private static void measure(Job job, Peer peer, Forks old, Forks present) throws IOException, InterruptedException {
        Map<String, List<Double>> before = new LinkedHashMap<>();
        Map<String, List<Double>> now = new LinkedHashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            if (round % 2 == 0) {
                add(old.run(job, peer, round), before);
                add(present.run(job, peer, round), now);
            } else {
                add(present.run(job, peer, round), now);
                add(old.run(job, peer, round), before);
            }
        }
        now.forEach((row, values) -> print(row + ", " + peer.label, values, before.getOrDefault(row, List.of())));
    }

    private static void add(List<Sample> samples, Map<String, List<Double>> values) {
        for (Sample sample : samples) {
            String row = sample.section() + ": " + sample.row() + ", " + sample.unit();
            values.computeIfAbsent(row, key -> new ArrayList<>()).add(sample.value());
        }
    }

    private static void print(String row, List<Double> values, List<Double> others) {
        Ratio ratio = Ratio.of(array(values), array(others));
        System.out.printf("%s | %s | %s | %s%n", row, Ratio.of(array(others)), Ratio.of(array(values)), ratio);
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}

package dev.weakref.benchmarks.harness;

import dev.weakref.benchmarks.measurement.Peer;
import dev.weakref.benchmarks.measurement.Ratio;
import dev.weakref.benchmarks.measurement.Scale;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Measures core beside core of another commit, each in JVMs of its own in turn, and prints how they compare. */
public final class Comparison {

    private static final int ROUNDS = 4;

    private final Forks old;
    private final Forks present;
    private final int rounds;
    private final PrintStream out;

    /**
     * Compares with these classes.
     *
     * @param rounds how many JVMs of each
     */
    public Comparison(String classesBefore, Scale scale, int rounds, PrintStream out) {
        String classPath = System.getProperty("java.class.path");
        old = new Forks(scale, classesBefore + File.pathSeparator + classPath);
        present = new Forks(scale, classPath);
        this.rounds = rounds;
        this.out = out;
    }

    /**
     * Prints a row for each figure.
     *
     * @param arguments the classes of core before, the scale, and how names of jobs begin; by default all are measured
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Scale scale = Scale.of(arguments[1]);
        List<String> names = List.of(arguments).subList(2, arguments.length);
        new Comparison(arguments[0], scale, ROUNDS, System.out).measure(names);
    }

    /** Measures the jobs whose names begin so. */
    public void measure(List<String> names) throws IOException, InterruptedException {
        for (Job job : new Plan(present.scale()).jobs()) {
            if (names.isEmpty() || names.stream().anyMatch(job.name()::startsWith)) {
                for (Peer peer : job.peers()) {
                    if (peer.isCore()) {
                        measure(job, peer);
                    }
                }
            }
        }
    }

    private void measure(Job job, Peer peer) throws IOException, InterruptedException {
        Map<String, List<Double>> before = new LinkedHashMap<>();
        Map<String, List<Double>> now = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
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

    private void print(String row, List<Double> values, List<Double> others) {
        Ratio ratio = Ratio.of(array(values), array(others));
        out.printf("%s | %s | %s | %s%n", row, Ratio.of(array(others)), Ratio.of(array(values)), ratio);
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}

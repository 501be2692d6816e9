package dev.weakref.benchmarks;

import dev.weakref.benchmarks.harness.Forks;
import dev.weakref.benchmarks.harness.Job;
import dev.weakref.benchmarks.harness.Plan;
import dev.weakref.benchmarks.measurement.Peer;
import dev.weakref.benchmarks.measurement.Scale;
import dev.weakref.benchmarks.report.Report;
import dev.weakref.benchmarks.report.Results;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Has everything measured, round after round, in a new JVM for each peer, and writes the report. */
public final class Benchmarks {

    private final Scale scale;
    private final Results results;
    private final Forks forks;

    private Benchmarks(Scale scale, Results results) {
        this.scale = scale;
        this.results = results;
        this.forks = new Forks(scale, System.getProperty("java.class.path"));
    }

    /**
     * Measures, and writes {@code performance.md} and what belongs to it.
     *
     * @param arguments the folder of the documentation, the scale, and groups of the plan, by default all; the group
     *     {@code none} writes the report anew from the figures that are there
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path docs = Path.of(arguments[0]);
        Scale scale = Scale.of(arguments[1]);
        List<String> groups = List.of(arguments).subList(2, arguments.length);
        Results results = Results.in(docs.resolve("performance"), scale.name());
        new Benchmarks(scale, results).measure(groups);
        new Report(results, results.othersIn(docs.resolve("performance")), docs).write();
    }

    private void measure(List<String> groups) throws IOException, InterruptedException {
        List<Job> jobs = new Plan(scale)
                .jobs().stream()
                        .filter(job -> groups.isEmpty() || groups.contains(job.group()))
                        .toList();
        for (int round = 0; round < scale.rounds(); round++) {
            for (Job job : jobs) {
                System.out.printf("round %d of %d: %s%n", round + 1, scale.rounds(), job.name());
                List<Peer> peers = new ArrayList<>(job.peers());
                Collections.rotate(peers, round);
                for (Peer peer : peers) {
                    forks.run(job, peer, round).forEach(results::put);
                }
            }
            results.save();
        }
    }
}

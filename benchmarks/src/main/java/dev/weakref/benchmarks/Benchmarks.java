package dev.weakref.benchmarks;

import com.google.gson.Gson;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.openjdk.jmh.runner.CompilerHints;

/** Has everything measured, round after round, in a new JVM for each peer, and writes the report. */
public final class Benchmarks {

    private final Scale scale;
    private final Results results;
    private final Gson gson = new Gson();

    private Benchmarks(Scale scale, Results results) {
        this.scale = scale;
        this.results = results;
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
                    fork(job, peer, round).forEach(results::put);
                }
            }
            results.save();
        }
    }

    private List<Sample> fork(Job job, Peer peer, int round) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command(job, peer, round))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<Sample> samples = new ArrayList<>();
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(Fork.MARK)) {
                    samples.add(gson.fromJson(line.substring(Fork.MARK.length()), Sample.class));
                } else {
                    System.out.println(line);
                }
            }
        }
        if (process.waitFor() != 0) {
            System.out.println(job.name() + " failed for " + peer + "; the others go on");
        }
        return samples;
    }

    private List<String> command(Job job, Peer peer, int round) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(job.flags());
        CompilerHints.addCompilerHints(command); // as a fork of JMH's own would have
        command.addAll(List.of("--add-opens", "java.base/java.util=ALL-UNNAMED"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Fork.class.getName()));
        command.addAll(List.of(scale.name(), job.name(), peer.name(), String.valueOf(round)));
        return command;
    }
}

package dev.weakref.benchmarks.harness;

import com.google.gson.Gson;
import dev.weakref.benchmarks.measurement.Peer;
import dev.weakref.benchmarks.measurement.Scale;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.runner.CompilerHints;

/**
 * Starts a new JVM for each measurement.
 *
 * @param classPath of these JVMs
 */
public record Forks(Scale scale, String classPath) {

    /** Makes one measurement for one peer; returns no sample if it fails. */
    public List<Sample> run(Job job, Peer peer, int round) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command(job, peer, round))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Gson gson = new Gson();
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
            return List.of();
        }
        return samples;
    }

    private List<String> command(Job job, Peer peer, int round) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(job.flags());
        CompilerHints.addCompilerHints(command); // as a fork of JMH's own would have
        command.addAll(List.of("--add-opens", "java.base/java.util=ALL-UNNAMED"));
        command.addAll(List.of("-cp", classPath, Fork.class.getName()));
        command.addAll(List.of(scale.name(), job.name(), peer.name(), String.valueOf(round)));
        return command;
    }
}

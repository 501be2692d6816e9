package dev.weakref.benchmarks.harness;

import dev.weakref.benchmarks.measurement.Measurement;
import dev.weakref.benchmarks.measurement.Peer;
import java.util.List;

/**
 * A measurement, who takes part in it, and in what JVM.
 *
 * @param group what can be asked for on the command line
 * @param name what it is called among all jobs
 * @param flags for the JVM
 */
public record Job(String group, String name, Measurement measurement, List<Peer> peers, List<String> flags) {}

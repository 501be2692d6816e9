package dev.weakref.benchmarks;

import java.util.List;

/**
 * A measurement, who takes part in it, and in what JVM.
 *
 * @param group what can be asked for on the command line
 * @param name what it is called among all jobs
 * @param flags for the JVM
 */
record Job(String group, String name, Measurement measurement, List<Peer> peers, List<String> flags) {}

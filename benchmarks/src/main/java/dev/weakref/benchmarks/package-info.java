/**
 * Core measured beside its peers, as {@code docs/performance.md} reports it.
 *
 * <p>A {@link dev.weakref.benchmarks.harness.Plan} lists what is measured. {@link dev.weakref.benchmarks.Benchmarks}
 * has each {@link dev.weakref.benchmarks.measurement.Measurement} made in a JVM of its own for each peer, round after
 * round, each round with the peers in another order, and a {@link dev.weakref.benchmarks.report.Report} shows ratios
 * within a round.
 */
@NullMarked
package dev.weakref.benchmarks;

import org.jspecify.annotations.NullMarked;

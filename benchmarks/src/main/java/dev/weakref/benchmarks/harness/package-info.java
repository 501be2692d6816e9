/**
 * How it is measured: the {@link dev.weakref.benchmarks.harness.Plan}, and a JVM of its own for each peer and round.
 * Knows {@code measurement}, and not the page.
 */
@NullMarked
package dev.weakref.benchmarks.harness;

import org.jspecify.annotations.NullMarked;

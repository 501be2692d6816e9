/**
 * What is measured: one {@link dev.weakref.benchmarks.measurement.Measurement} for each question, the peers that answer
 * it, and what several measurements need. Knows neither the JVMs that it runs in nor the page.
 */
@NullMarked
package dev.weakref.benchmarks.measurement;

import org.jspecify.annotations.NullMarked;

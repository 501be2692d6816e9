/**
 * What is shown: results kept as JSON, ratios against targets, charts, and {@code docs/performance.md}. Knows what was
 * measured, and starts nothing.
 */
@NullMarked
package dev.weakref.benchmarks.report;

import org.jspecify.annotations.NullMarked;

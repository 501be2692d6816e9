/**
 * Meters for Micrometer: of registries and shared collections, of the time that actions take, and gauges that are
 * removed with the object that they measure.
 *
 * <p>Knows Micrometer, and of this module the package {@code collections}, whose collections it measures.
 */
@NullMarked
package dev.weakref.spring.metrics;

import org.jspecify.annotations.NullMarked;

/**
 * Meters for Micrometer: of registries and shared collections, of the time that actions take, and gauges that are
 * removed with the object that they measure. Observations of the exit passes.
 *
 * <p>Knows Micrometer, and of this module the packages {@code collections}, whose collections it measures, and
 * {@code lifecycle}, which names registries and has the exit pass observed.
 */
@NullMarked
package dev.weakref.spring.metrics;

import org.jspecify.annotations.NullMarked;

/**
 * What tests of weak references and finalizers need.
 *
 * <p>Start with {@link dev.weakref.test.Gc} to wait for the collector, which needs nothing but the JDK.
 * Unless marked {@code @Nullable}, parameters and
 * results are never {@code null}, and a {@code null} argument is a {@link NullPointerException}.
 */
@NullMarked
package dev.weakref.test;

import org.jspecify.annotations.NullMarked;

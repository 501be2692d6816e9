/**
 * What tests of weak references and finalizers need.
 *
 * <p>Start with {@link dev.weakref.test.Gc} to wait for the collector, which needs nothing but the JDK, and with
 * {@link dev.weakref.test.FailOnOpenFinalizers} to have JUnit fail tests that leave something open.
 * {@link dev.weakref.test.ReachabilityWatcher} watches what a test is to have let go by its end, and
 * {@link dev.weakref.test.WeakrefAssertions} brings it all to AssertJ. Unless marked {@code @Nullable}, parameters and
 * results are never {@code null}, and a {@code null} argument is a {@link NullPointerException}.
 */
@NullMarked
package dev.weakref.test;

import org.jspecify.annotations.NullMarked;

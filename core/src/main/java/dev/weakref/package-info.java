/**
 * Weak references with callbacks, weak collections, and finalizers that run exactly once.
 *
 * <p>Start with {@link dev.weakref.FinalizerRegistry} to tie an action to the death of an object, with
 * {@link dev.weakref.WeakValueMap} to share objects for as long as somebody else holds them, and with
 * {@link dev.weakref.WeakRef} for a single reference that may call back.
 *
 * <p>Words used throughout: the <em>referent</em> is the object that a reference refers to; a reference is
 * <em>cleared</em> when the collector, or {@code clear()}, has cut it; a finalizer is <em>live</em> from its
 * registration until it has been run or detached. Nothing here is serializable. Unless marked {@code @Nullable},
 * parameters and results are never {@code null}, and a {@code null} argument is a {@link NullPointerException}.
 */
@NullMarked
package dev.weakref;

import org.jspecify.annotations.NullMarked;

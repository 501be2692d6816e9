/**
 * Weak references with callbacks, weak collections, and finalizers that run exactly once.
 *
 * <p>Start with {@link FinalizerRegistry} to tie an action to the death of an object, with {@link WeakValueMap} to
 * share objects for as long as the program holds them, and with {@link WeakRef} for a single reference that may call
 * back.
 * <ul>
 *   <li><b>References:</b> {@link WeakRef}, {@link WeakMethod}, {@link WeakProxy}; {@link WeakRefs} tells what refers
 *       to an object.
 *   <li><b>Collections:</b> {@link WeakValueMap}, {@link WeakKeyMap}, {@link WeakSet}, {@link WeakInterner}.
 *   <li><b>Finalizers:</b> {@link FinalizerRegistry} and what it registers, {@link Finalizer}; {@link FinalizerScope}
 *       and {@link TempFiles} on top; {@link LeakLevel}, {@link CaptureCheck} and {@link FinalizerListener} to watch
 *       them.
 *   <li><b>Internal packages,</b> not exported: {@code table} (the hash table), {@code reap} (finds what died),
 *       {@code dispatch} (runs actions), {@code proxy} (generates classes), {@code deletion} (deletes trees),
 *       {@code support}.
 * </ul>
 *
 * <p>Words used throughout: the <em>referent</em> is the object that a reference refers to; a reference is
 * <em>cleared</em> when the collector, or {@code clear()}, has cut it; a finalizer is <em>live</em> from its
 * registration until it has been run or detached. Nothing here is serializable. Unless marked {@code @Nullable},
 * parameters and results are never {@code null}, and a {@code null} argument is a {@link NullPointerException}.
 */
@NullMarked
package dev.weakref;

import org.jspecify.annotations.NullMarked;

/**
 * The thread that finds what the collector has cleared, and the log that keeps references in the order of their
 * creation. It knows {@link dev.weakref.internal.dispatch} and {@link dev.weakref.internal.support}.
 *
 * <p><b>Overview.</b> A {@link Reapable} has references of its own and a reference queue: it is a creation log, or the
 * table of a collection. The {@link Reaper} keeps a list of them. It learns of a collection from a sentinel, a phantom
 * reference to an object that nothing holds; then it polls each queue. A queue is only a signal: if there is anything
 * on it, the reaper calls {@link Reapable#reap}, and a sweep over the references themselves does the work. The
 * collector clears all references to an object at once, but HotSpot enqueues them from its pending list one by one. So
 * a sweep sees more than the queue shows, and sees it in an order of its own choice.
 *
 * <p>The {@link CreationLog} needs that order: of several finalizers of one object, the newest must run first. Its
 * {@linkplain TrackedReference references} stand in {@linkplain LogChunk chunks} of 64 {@linkplain LogSlots slots}.
 * Appending claims a slot with one fetch-and-add, whose result is the id of the reference. A sweep goes from the oldest
 * to the newest, claims each cleared reference, and puts it in front of a {@link DeadList}, which the dispatcher runs
 * from its head: newest first. A reference whose work is done frees its slot; sweeps unlink empty chunks and merge
 * sparse neighbours. A {@link LogIterator} walks from the newest to the oldest without a lock, while others append and
 * sweep.
 *
 * <p>Two measures keep cost and memory in bounds. A pass that mostly visited live references is followed by a rest. And
 * since the JVM may enqueue more slowly than a program creates, a {@link Backlog} counts what is cleared and not yet
 * taken off a queue; threads that add more wait while it is long.
 *
 * <p>The reaper holds tables weakly and logs strongly, because actions are wanted even after their registry was
 * dropped. Whatever is thrown in a pass, the reaper continues with the next one.
 */
@NullMarked
package dev.weakref.internal.reap;

import org.jspecify.annotations.NullMarked;

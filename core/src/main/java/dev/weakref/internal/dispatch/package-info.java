/**
 * Runs tasks one after the other, in threads of its own, although any of them may hang. It knows
 * {@link dev.weakref.internal.support} only.
 *
 * <p><b>Overview.</b> A {@link SerialDispatcher} is a serial executor that survives tasks that do not return.
 * Submitters add a {@link TaskBatch} to its {@link TaskQueue} and start a worker if there is none. One {@link Worker}
 * is <em>active</em>: it alone takes the next {@link DispatchTask}, so tasks start strictly in the order of submission.
 *
 * <p>The {@link Watchdog}, one thread for all dispatchers, ticks while there are workers. It notes how many tasks each
 * worker has begun. If that number has not changed for the <em>take-over time</em>, the worker is stuck: it loses its
 * turn, is reported, and another worker becomes active, up to a maximum number. If the task has passed its own
 * <em>limit</em>, it times out: it is told so, its thread is interrupted, and no thread waits for it any longer.
 * Because the watchdog compares numbers, a task that does not hang costs neither a clock reading nor a timer. A worker
 * whose task returns late becomes active again if no other one is; otherwise it ends. If the maximum number of workers
 * is stuck, the rest waits, and that is reported once.
 *
 * <p>One monitor guards queue and workers, and is never held while a task, a thread factory or a logger runs. A
 * monitor, because the JVM releases it when a stack overflow or an exhausted heap unwinds the thread. Submitting links
 * objects that exist already. A task that could not begin for lack of memory is still in its batch, or is claimed again
 * by its owner. {@link WorkerStarter} starts the threads and remembers when none could be started; {@code retry()}
 * tries again at each pass of the reaper, and a thread that waits for the end runs the tasks itself.
 *
 * <p>{@link ListenerCalls} is the dispatcher of the library itself, for callbacks and listeners.
 * {@link DispatchReports} has the lines of the log.
 */
@NullMarked
package dev.weakref.internal.dispatch;

import org.jspecify.annotations.NullMarked;

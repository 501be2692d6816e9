/**
 * What all other packages share: threads, time, the log, defaults and checks. It knows no other package of the library.
 *
 * <p><b>Overview.</b> {@link Threads} makes each thread of the library but the JVM's shutdown hook: a daemon that
 * captures nothing of the thread that starts it. {@link Logging} writes all lines of the log and never throws; lines of
 * threads that must not block go through {@link LogLineQueue}, and lines at the exit of the JVM survive the end of
 * {@code java.util.logging} ({@link JavaUtilLogging}). {@link TimeSource} separates elapsed time, which is stored and
 * compared, from wall-clock time, which is shown: {@link ElapsedTime} converts, {@link CoarseClock} makes reading
 * cheap.
 *
 * <p>Two classes serve the promise that nothing is lost if stack or memory is exhausted: {@link StackReserve} makes a
 * stack overflow happen before a step and not within it, and {@link ConstantPool} resolves constants before memory runs
 * out.
 */
@NullMarked
package dev.weakref.internal.support;

import org.jspecify.annotations.NullMarked;

package dev.weakref.internal.support;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * The time of creation: each caller reads the clock, or, if very many call, a thread reads it every millisecond for all
 * of them. Reading the clock takes as long as the rest of a registration.
 *
 * <p>The thread starts when tens of thousands of calls a second continue for some milliseconds, and ends some
 * milliseconds after they have stopped. While it runs, {@link #millis()} is late by a millisecond, and by as long as
 * the thread waits for a processor.
 *
 * <p><b>Why this works.</b> Only the thread writes {@link #ticked}, and there is at most one: the caller that wins
 * {@link #ticking} starts it, and it gives {@code ticking} back after it has written for the last time. So however the
 * thread ends, no time is left standing still.
 */
public final class CoarseClock implements TimeSource, Runnable {

    public static final CoarseClock SHARED = new CoarseClock(
            new ElapsedTime(InstantSource.system(), System::nanoTime),
            Threads.daemons("weakref-clock", null),
            CoarseClock::pause);

    /**
     * How many calls of {@link #millis()} there are for each call of {@link #askedOften()}. A power of two. With fewer,
     * asking would cost as much as it saves; with more, it would take a higher rate to be noticed: 64 in a millisecond
     * are 64,000 a second.
     */
    public static final int OFTEN = 64;

    /**
     * How many consecutive calls of {@link #askedOften()}, each within a millisecond of the one before, start the
     * thread: at most 16 milliseconds. A shorter burst is over before the thread is worth its start; a longer one would
     * wait for it in vain.
     */
    static final int ENOUGH = 16;

    /**
     * How many ticks without a call of {@link #askedOften()} end the thread: more than one, so that a short pause does
     * not start it anew; few, since each wakes a processor.
     */
    static final int IDLE_TICKS = 3;

    /**
     * How many calls of {@link #askedOften()} are skipped after the thread could not be started, before it is tried
     * again: about a million registrations, for which one more failed attempt is cheap.
     */
    static final int PATIENCE = 1 << 14;

    private static final long NOT_TICKING = Long.MIN_VALUE;

    private final TimeSource precise;
    private final ThreadFactory threads;
    private final Runnable pause;
    private final AtomicBoolean ticking = new AtomicBoolean();
    private volatile long ticked = NOT_TICKING;
    private volatile boolean asked;

    // Written by all callers without synchronization: lost updates only delay the thread.
    private long lastAsked;
    private int inARow;

    CoarseClock(TimeSource precise, ThreadFactory threads, Runnable pause) {
        this.precise = precise;
        this.threads = threads;
        this.pause = pause;
    }

    private static void pause() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        Thread.interrupted(); // an interrupt must not make the thread spin
    }

    @Override
    public Instant instant() {
        return precise.instant();
    }

    @Override
    public long millis() {
        long last = ticked;
        return last == NOT_TICKING ? precise.millis() : last;
    }

    @Override
    public Instant toInstant(long millis) {
        return precise.toInstant(millis);
    }

    /** To be called once in {@link #OFTEN} calls of {@link #millis()}. Does not throw if no thread can be started. */
    public void askedOften() {
        if (ticking.get()) {
            if (!asked) {
                asked = true;
            }
            return;
        }
        long now = precise.millis();
        inARow = now - lastAsked <= 1 || inARow < 0 ? inARow + 1 : 0;
        lastAsked = now;
        if (inARow >= ENOUGH && ticking.compareAndSet(false, true)) {
            inARow = 0;
            start();
        }
    }

    private void start() {
        try {
            threads.newThread(this).start();
        } catch (Throwable noThread) { // each caller reads the clock, as before
            inARow = -PATIENCE;
            ticking.set(false);
        }
    }

    /** What the thread does. */
    @Override
    public void run() {
        try {
            for (int idle = 0; idle < IDLE_TICKS; idle = asked ? 0 : idle + 1) {
                asked = false;
                ticked = precise.millis();
                pause.run();
            }
        } finally {
            ticked = NOT_TICKING;
            ticking.set(false);
        }
    }
}

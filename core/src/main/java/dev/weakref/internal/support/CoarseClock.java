package dev.weakref.internal.support;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * The time of creation: read by whoever asks, and where very many ask, by a thread every millisecond for all of them. A
 * look at the clock takes as long as all the rest of a registration.
 *
 * <p>The thread starts when asking goes on at tens of thousands a second, and ends some milliseconds after it no longer
 * does. Meanwhile {@link #millis()} is late by that millisecond, and by as long as the thread waits for a processor.
 *
 * <p><b>Why this works.</b> Only the thread writes {@link #ticked}, and there is at most one: it is begun by whoever
 * wins {@link #ticking}, which it gives back after it has written for the last time. So no time is left behind to stand
 * still, however the thread ends.
 */
public final class CoarseClock implements TimeSource, Runnable {

    public static final CoarseClock SHARED = new CoarseClock(
            new ElapsedTime(InstantSource.system(), System::nanoTime),
            Threads.daemons("weakref-clock", null),
            CoarseClock::pause);

    /** {@link #millis()} is asked so often for one call of {@link #askedOften()}. */
    public static final int OFTEN = 64;

    /** So many calls of {@link #askedOften()} in a row, none more than a millisecond after the one before, are very many. */
    static final int ENOUGH = 16;

    /** After so many ticks for which nobody has asked often the thread ends. */
    static final int IDLE_TICKS = 3;

    /** So many calls of {@link #askedOften()} pass after one for which no thread could be made, before one is tried again. */
    static final int PATIENCE = 1 << 14;

    private static final long NOT_TICKING = Long.MIN_VALUE;

    private final TimeSource precise;
    private final ThreadFactory threads;
    private final Runnable pause;
    private final AtomicBoolean ticking = new AtomicBoolean();
    private volatile long ticked = NOT_TICKING;
    private volatile boolean asked;

    // Written by all who ask, in any order: they only guess whether a thread is worth its while.
    private long lastAsked;
    private int inARow;

    CoarseClock(TimeSource precise, ThreadFactory threads, Runnable pause) {
        this.precise = precise;
        this.threads = threads;
        this.pause = pause;
    }

    private static void pause() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        Thread.interrupted(); // whoever interrupts it does not make it run in circles
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

    /** To be called once in {@link #OFTEN} times that {@link #millis()} is. Does not throw where no thread can be made. */
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
        } catch (Throwable noThread) { // it is read by whoever asks, as before
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

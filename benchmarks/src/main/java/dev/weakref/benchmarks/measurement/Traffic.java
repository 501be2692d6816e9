package dev.weakref.benchmarks.measurement;

import java.util.Arrays;

/** A thread that uses a few entries of a collection without a rest, and notes each stretch that took long. */
final class Traffic implements AutoCloseable {

    private static final int STRETCH = 16;
    private static final long LONG_NANOS = 2_000;

    private final Entries entries;
    private final Thread thread = new Thread(this::run, "traffic");
    private long[] begins = new long[1 << 16];
    private long[] ends = new long[1 << 16];
    private int noted;
    private volatile long operations;
    private volatile boolean over;

    Traffic(Entries entries) {
        this.entries = entries;
        thread.start();
    }

    long operations() {
        return operations;
    }

    private void run() {
        int next = 0;
        while (!over) {
            long begin = System.nanoTime();
            for (int i = 0; i < STRETCH; i++, next++) {
                use(next);
            }
            long end = System.nanoTime();
            if (end - begin > LONG_NANOS) {
                note(begin, end);
            }
            operations = next;
        }
    }

    /** Nine times of ten a look, else a new value. */
    private void use(int next) {
        Object key = entries.probes[next % entries.probes.length];
        if (next % 10 == 0) {
            entries.subject.put(key, entries.values[(next + next / entries.values.length) % entries.values.length]);
        } else if (entries.subject.get(key) == null) {
            throw new IllegalStateException("an entry is missing whose key and value are held");
        }
    }

    private void note(long begin, long end) {
        if (noted == begins.length) {
            begins = Arrays.copyOf(begins, 2 * noted);
            ends = Arrays.copyOf(ends, 2 * noted);
        }
        begins[noted] = begin;
        ends[noted] = end;
        noted++;
    }

    /** To be asked when it is closed: the longest stretch that ended between two moments, without pauses. */
    long worst(long from, long to, Pauses pauses) {
        long worst = LONG_NANOS;
        for (int i = 0; i < noted; i++) {
            if (ends[i] >= from && begins[i] <= to) {
                worst = Math.max(worst, pauses.without(begins[i], ends[i]));
            }
        }
        return worst;
    }

    @Override
    public void close() {
        over = true;
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

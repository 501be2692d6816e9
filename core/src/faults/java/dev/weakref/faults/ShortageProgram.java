package dev.weakref.faults;

import dev.weakref.FinalizerRegistry;
import dev.weakref.WeakKeyMap;
import dev.weakref.WeakRef;
import dev.weakref.WeakSet;
import dev.weakref.WeakValueMap;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.BooleanSupplier;

/**
 * Objects die while memory is full to the last byte; then it is free again. Arguments: for how many milliseconds it is
 * full, and how many objects. From the first death to the last check of the actions nothing of the library is called.
 */
public final class ShortageProgram {

    private static final Duration NEVER = Duration.ofMinutes(10);
    private static final int FILLERS = 2;
    private static final int LARGEST_CHUNK = 1 << 16;
    private static final int PORTIONS = 10;
    private static final long LONGER_THAN_KEEP_ALIVE_MILLIS = 60_000 + Verdict.DEADLINE_MILLIS;

    private static volatile boolean full;
    private static volatile boolean free;

    private final int count;
    private final FinalizerRegistry registry = FinalizerRegistry.builder()
            .name("full")
            .actionLimit(NEVER)
            .exitLimit(NEVER)
            .build();
    private final AtomicIntegerArray runs;
    private final AtomicIntegerArray calls;
    private final Object[] referents;
    private final WeakRef<?>[] references;
    private WeakValueMap<Integer, Object> values = WeakValueMap.create();
    private WeakKeyMap<Object, Integer> keys = WeakKeyMap.create();
    private WeakSet<Object> elements = WeakSet.create();

    private ShortageProgram(int count) {
        this.count = count;
        runs = new AtomicIntegerArray(count);
        calls = new AtomicIntegerArray(count);
        referents = new Object[count];
        references = new WeakRef<?>[count];
    }

    /** Runs it. */
    public static void main(String[] args) {
        Asked.pause(1); // as a class that is initialized while memory is full is broken for good
        Verdict.faults();
        try {
            new ShortageProgram(Integer.parseInt(args[1])).run(Long.parseLong(args[0]));
        } catch (Throwable unexpected) {
            free = true;
            Verdict.fault("the program ends by " + unexpected);
        }
        Verdict.exit();
    }

    private void run(long millis) {
        for (int i = 0; i < count; i++) {
            add(i);
        }
        Verdict.expect(late() == 2 * count, "something ran while its object was alive"); // once, so that it is linked
        Thread[] fillers = new Thread[FILLERS];
        for (int i = 0; i < FILLERS; i++) {
            fillers[i] = new Thread(ShortageProgram::fill, "faults-filler");
            fillers[i].start();
        }
        long portion = millis / PORTIONS;
        waitUntilFull();
        for (int i = 0; i < PORTIONS; i++) {
            for (int j = i; j < count; j += PORTIONS) {
                referents[j] = null;
            }
            sleep(portion);
        }
        int late = late();
        free = true;
        for (Thread filler : fillers) {
            while (filler.isAlive()) {
                sleep(1);
            }
        }
        System.out.println("LATE " + late + " of " + 2 * count);
        expectAll();
        expectMoreToWork();
        expectThreadsToEnd();
    }

    private void add(int i) {
        AtomicIntegerArray itsRuns = runs; // an action must not hold this object, which holds the referents
        AtomicIntegerArray itsCalls = calls;
        Object referent = new Object();
        referents[i] = referent;
        registry.register(referent, () -> itsRuns.incrementAndGet(i));
        references[i] = WeakRef.of(referent, dead -> itsCalls.incrementAndGet(i));
        values.put(i, referent);
        keys.put(referent, i);
        elements.add(referent);
    }

    /** Until it is free: large chunks first, then ever smaller ones, and again what has become free meanwhile. */
    private static void fill() {
        Object[] chain = null;
        int length = LARGEST_CHUNK;
        while (!free) {
            try {
                Object[] chunk = new Object[length];
                chunk[0] = chain;
                chain = chunk;
            } catch (OutOfMemoryError noMore) {
                full |= length == 1;
                length = Math.max(1, length / 2);
            }
        }
    }

    private static void waitUntilFull() {
        while (!full) {
            sleep(1);
        }
    }

    /** Has no memory for more than this. */
    private static void sleep(long millis) {
        long until = System.nanoTime() + millis * 1_000_000;
        while (System.nanoTime() < until) {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException | OutOfMemoryError again) {
                Thread.onSpinWait();
            }
        }
    }

    private void expectAll() {
        await("actions", runs);
        await("callbacks", calls);
        empty("a map with weak values", () -> values.estimatedSize() == 0);
        empty("a map with weak keys", () -> keys.estimatedSize() == 0);
        empty("a set", () -> elements.estimatedSize() == 0);
    }

    private void await(String what, AtomicIntegerArray counts) {
        long begin = System.nanoTime();
        while (missing(counts) > 0 && System.nanoTime() - begin < Verdict.DEADLINE_MILLIS * 1_000_000) {
            System.gc();
            Asked.pause(10);
        }
        System.out.println("RAN " + what + " " + (count - missing(counts)) + " of " + count);
        Verdict.expect(missing(counts) == 0, "not all " + what + " ran");
        for (int i = 0; i < count; i++) {
            Verdict.expect(counts.get(i) < 2, what + " ran twice");
        }
    }

    /** How many actions and callbacks have not run. */
    private int late() {
        return missing(runs) + missing(calls);
    }

    private static int missing(AtomicIntegerArray counts) {
        int missing = 0;
        for (int i = 0; i < counts.length(); i++) {
            if (counts.get(i) == 0) {
                missing++;
            }
        }
        return missing;
    }

    private static void empty(String what, BooleanSupplier condition) {
        Asked.collected(what + " keeps dead entries", condition);
    }

    private void expectMoreToWork() {
        AtomicIntegerArray more = new AtomicIntegerArray(2);
        WeakRef<?> reference = addMore(more);
        Asked.collected("a later registration does not run", () -> more.get(0) == 1);
        Asked.collected("a later callback does not run", () -> more.get(1) == 1);
        Verdict.expect(reference.get() == null, "a referent lives after its callback");
    }

    private WeakRef<?> addMore(AtomicIntegerArray more) {
        Object referent = new Object();
        registry.register(referent, () -> more.incrementAndGet(0));
        values.put(-1, referent);
        return WeakRef.of(referent, dead -> more.incrementAndGet(1));
    }

    private void expectThreadsToEnd() {
        Asked.other("closing the registry", () -> {
            registry.close();
            return null;
        });
        values = null;
        keys = null;
        elements = null;
        System.gc();
        Asked.becameSo(
                "threads of the library do not end",
                LONGER_THAN_KEEP_ALIVE_MILLIS,
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("weakref-")));
    }
}

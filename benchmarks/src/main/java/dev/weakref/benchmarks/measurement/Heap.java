package dev.weakref.benchmarks.measurement;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.lang.ref.Reference;
import java.util.function.BooleanSupplier;

/** The collector, and waiting for what it leads to. The only place that asks for a collection. */
final class Heap {

    private static final long DEADLINE_NANOS = 120_000_000_000L;

    private Heap() {}

    /** Collects everything, and returns when that is done. */
    static void collect() {
        System.gc();
    }

    /** The bytes that are reachable. */
    static long used() {
        System.gc();
        sleep(10); // what the collector handed over is worked off
        System.gc();
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .mapToLong(pool -> pool.getCollectionUsage().getUsed()) // without what a thread has set aside since
                .sum();
    }

    /** Keeps these alive until here. */
    @SuppressWarnings("ReachabilityFenceUsage") // where a measurement fails its JVM ends
    static void keep(Object first, Object... others) {
        Reference.reachabilityFence(first);
        Reference.reachabilityFence(others);
    }

    /** Looks again and again until it is true; how many nanoseconds that took. */
    static long await(BooleanSupplier condition, String otherwise) {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - begin > DEADLINE_NANOS) {
                throw new IllegalStateException("After two minutes: " + otherwise);
            }
            sleep(1);
        }
        return System.nanoTime() - begin;
    }

    static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", stop);
        }
    }
}

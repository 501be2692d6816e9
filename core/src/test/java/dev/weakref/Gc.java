package dev.weakref;

import java.lang.ref.Reference;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for what the collector, or another thread, is going to do. The only place that asks for a collection. */
public final class Gc {

    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private Gc() {}

    /** Collects until the reference is cleared. */
    public static void awaitCleared(Reference<?> reference) {
        awaitTrue(() -> reference.refersTo(null), "the referent is still reachable");
    }

    /** Collects until it is true. */
    public static void awaitTrue(BooleanSupplier condition, String otherwise) {
        awaitTrue(condition, DEADLINE, otherwise);
    }

    /** Collects until it is true, for longer than usual. */
    static void awaitTrue(BooleanSupplier condition, Duration deadline, String otherwise) {
        await(condition, deadline, otherwise, true);
    }

    /** Waits without collecting. */
    public static void awaitWithoutCollecting(BooleanSupplier condition, String otherwise) {
        awaitWithoutCollecting(condition, DEADLINE, otherwise);
    }

    /** Waits without collecting, for longer than usual. */
    static void awaitWithoutCollecting(BooleanSupplier condition, Duration deadline, String otherwise) {
        await(condition, deadline, otherwise, false);
    }

    /** Collects once, and gives the library's threads no time to follow. */
    public static void collect() {
        System.gc();
    }

    /** Collects again and again in a thread of its own, until the condition holds. */
    static Thread collectUntil(BooleanSupplier over) {
        Thread collector = new Thread(() -> {
            while (!over.getAsBoolean()) {
                System.gc();
                try {
                    Thread.sleep(2);
                } catch (InterruptedException stop) {
                    return;
                }
            }
        });
        collector.start();
        return collector;
    }

    private static void await(BooleanSupplier condition, Duration deadline, String otherwise, boolean collecting) {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - begin > deadline.toNanos()) {
                throw new AssertionError("After " + deadline + ": " + otherwise);
            }
            try {
                if (collecting) {
                    System.gc();
                }
                Thread.sleep(10);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting: " + otherwise, stop);
            }
        }
    }
}

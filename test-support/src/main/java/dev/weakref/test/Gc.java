package dev.weakref.test;

import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Waits for the collector, up to a deadline. Test each property as a pair: what is unreachable goes, what is reachable
 * stays.
 *
 * <pre>{@code
 * Gc.awaitCollected(() -> cache.load("dropped at once"));
 *
 * Picture held = cache.load("held");
 * Gc.assertReachable(new WeakReference<>(held));
 * Reference.reachabilityFence(held);
 * }</pre>
 *
 * <p>All methods collect at least once, unless what they wait for is true already, and may be called by any thread.
 * What has not happened at the deadline, by default after 30 seconds, is an {@link AssertionError} that says what is
 * known. If the system property {@code weakref.test.heapdump} names a folder, a heap dump is written there before an
 * await fails, and the message has its name.
 *
 * @since 0.1
 */
public final class Gc {

    static final Duration DEADLINE = Duration.ofSeconds(30);

    private static final int ROUNDS = 3;
    private static final long PAUSE_MILLIS = 10;

    private Gc() {}

    /** Collects until the reference is cleared. */
    public static void awaitCleared(Reference<?> reference) {
        awaitCleared(reference, DEADLINE);
    }

    /** Collects until the reference is cleared, for no longer than the deadline. */
    public static void awaitCleared(Reference<?> reference, Duration deadline) {
        if (!collectUntil(() -> reference.refersTo(null), deadline)) {
            throw StillReachable.error(deadline, List.of(StillReachable.describe(reference)));
        }
    }

    /**
     * Has an object made, and collects until it is gone. While it waits it holds the supplier, which therefore must
     * make the object and not have captured it.
     */
    public static void awaitCollected(Supplier<?> makesTheVictim) {
        awaitCollected(makesTheVictim, DEADLINE);
    }

    /** Has an object made, and collects until it is gone, for no longer than the deadline. */
    public static void awaitCollected(Supplier<?> makesTheVictim, Duration deadline) {
        Reference<?> victim = make(makesTheVictim);
        if (!collectUntil(() -> victim.refersTo(null), deadline)) {
            throw StillReachable.error(deadline, List.of(StillReachable.describe(victim, makesTheVictim)));
        }
    }

    /**
     * Collects until a condition holds.
     *
     * @param message what is wrong if it never does
     */
    public static void awaitTrue(BooleanSupplier condition, String message) {
        awaitTrue(condition, message, DEADLINE);
    }

    /** Collects until a condition holds, for no longer than the deadline. */
    public static void awaitTrue(BooleanSupplier condition, String message, Duration deadline) {
        Objects.requireNonNull(message, "message");
        if (!collectUntil(condition, deadline)) {
            throw new AssertionError("After " + deadline + " of collecting: " + message + HeapDump.writeIfWanted());
        }
    }

    /**
     * Collects three times, and fails if the referent has gone. It sees only what is held in the end: hold the referent
     * by {@link Reference#reachabilityFence}, or by what is under test.
     */
    public static void assertReachable(Reference<?> reference) {
        collectThoroughly();
        if (reference.refersTo(null)) {
            throw new AssertionError(
                    "The referent should stay, but was collected, or the reference was cleared: nothing"
                            + " holds it strongly. If the test itself is to hold it, end with"
                            + " Reference.reachabilityFence(…)");
        }
    }

    /** Collects three times, each time until something has been collected that has only just become garbage. */
    static void collectThoroughly() {
        for (int round = 0; round < ROUNDS; round++) {
            System.gc();
            if (!collectsGarbage(DEADLINE)) {
                throw new AssertionError(
                        "No object is collected at all, so what stays proves nothing: " + StillReachable.NO_COLLECTION);
            }
        }
    }

    /** Whether a new object is collected that nobody holds. */
    static boolean collectsGarbage(Duration deadline) {
        Reference<?> garbage = make(Object::new);
        return collectUntil(() -> garbage.refersTo(null), deadline);
    }

    /** Collects until a condition holds; false if it does not at the deadline. */
    static boolean collectUntil(BooleanSupplier condition, Duration deadline) {
        Objects.requireNonNull(deadline, "deadline");
        if (condition.getAsBoolean()) {
            return true;
        }
        System.gc(); // at least once, however short the time
        return await(condition, deadline, System::gc);
    }

    /** Waits without a collection until a condition holds; false if it does not at the deadline. */
    static boolean waitUntil(BooleanSupplier condition, Duration deadline) {
        return await(condition, deadline, () -> {});
    }

    private static boolean await(BooleanSupplier condition, Duration deadline, Runnable between) {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (Duration.ofNanos(System.nanoTime() - begin).compareTo(deadline) >= 0) {
                return false;
            }
            between.run();
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw new AssertionError("Interrupted while waiting for the collector", stop);
            }
        }
        return true;
    }

    /** In a method of its own, since a variable may hold its object for as long as its method runs. */
    private static Reference<?> make(Supplier<?> makesTheVictim) {
        return new WeakReference<>(Objects.requireNonNull(makesTheVictim.get(), "victim"));
    }
}

package dev.weakref.faults;

import dev.weakref.Finalizer.Outcome;
import dev.weakref.Finalizer.Trigger;
import dev.weakref.FinalizerRegistry;
import dev.weakref.RegistryStats;
import dev.weakref.WeakRef;
import java.lang.ref.Cleaner;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/**
 * Makes objects that die at once, each with something to do when it has died, as fast as it can. Arguments: what, how
 * many threads, and how many seconds. In the end all of it has been done.
 */
public final class ChurnProgram {

    /** What is to be done. */
    enum What {
        /** The finalizer of a registry. */
        FINALIZER,
        /** A reference with a callback; the newest of them are held until they are called back. */
        CALLBACK,
        /** A reference with a callback that nothing holds, so that none needs to come. */
        DROPPED_CALLBACK,
        /** The JDK's cleaner, for comparison. */
        CLEANER
    }

    private static final int HELD = 1 << 14;
    private static final int BETWEEN_LOOKS = 1 << 10;
    private static final long DRAIN_MILLIS = 60_000 + Verdict.DEADLINE_MILLIS;
    private static final Duration NEVER = Duration.ofMinutes(10);

    private final What what;
    private final long nanos;
    private final LongAdder made = new LongAdder();
    private final LongAdder done = new LongAdder();
    private final AtomicBoolean outOfMemory = new AtomicBoolean();
    private final Cleaner cleaner = Cleaner.create();
    private final FinalizerRegistry registry = FinalizerRegistry.builder()
            .name("churn")
            .actionLimit(NEVER)
            .exitLimit(NEVER)
            .build();

    private ChurnProgram(What what, long seconds) {
        this.what = what;
        nanos = seconds * 1_000_000_000;
    }

    /** Runs it. */
    public static void main(String[] args) throws InterruptedException {
        new ChurnProgram(What.valueOf(args[0]), Long.parseLong(args[2])).run(Integer.parseInt(args[1]));
        Verdict.exit();
    }

    private void run(int count) throws InterruptedException {
        long begin = System.nanoTime();
        Thread[] threads = new Thread[count];
        for (int i = 0; i < count; i++) {
            threads[i] = new Thread(this::churn, "faults-churn");
            threads[i].start();
        }
        for (Thread each : threads) {
            each.join();
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        System.out.println("CHURN rate=" + Math.round(made.sum() / seconds) + " made=" + made.sum() + " outOfMemory="
                + outOfMemory);
        Verdict.expect(!outOfMemory.get(), "out of memory");
        if (what == What.FINALIZER || what == What.CLEANER) {
            drain();
        }
    }

    private void drain() {
        Asked.becameSo("not all actions ran", DRAIN_MILLIS, () -> {
            System.gc();
            return done.sum() == made.sum();
        });
        if (what == What.FINALIZER) { // a run is counted after its action
            Asked.becameSo("the counters do not show that all ran", DRAIN_MILLIS, () -> {
                RegistryStats stats = registry.stats();
                return stats.live() == 0 && stats.ran(Trigger.UNREACHABLE, Outcome.SUCCESS) == made.sum();
            });
        }
    }

    private void churn() {
        try {
            long begin = System.nanoTime();
            Object[] held = new Object[HELD];
            for (int i = 0; i % BETWEEN_LOOKS != 0 || System.nanoTime() - begin < nanos; i++) {
                Object last = makeOne();
                if (what == What.CALLBACK) {
                    held[i & (HELD - 1)] = last;
                }
                made.increment();
            }
        } catch (OutOfMemoryError noMore) {
            outOfMemory.set(true);
        }
    }

    private Object makeOne() {
        return switch (what) {
            case FINALIZER -> registry.register(new Object(), done::increment);
            case CLEANER -> cleaner.register(new Object(), done::increment);
            case CALLBACK, DROPPED_CALLBACK -> WeakRef.of(new Object(), dead -> done.increment());
        };
    }
}

package dev.weakref.benchmarks.measurement;

import dev.weakref.CaptureCheck;
import dev.weakref.FinalizerRegistry;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A hundred actions of which the first hangs: what that costs the others, beside the take-over time. */
public record StuckAction() implements Measurement {

    public static final String ROW = "99 actions beside one that hangs, without the take-over time, beside 99 alone";

    private static final int OTHERS = 99;
    private static final int MILLIS_EACH = 5;
    private static final Duration TAKE_OVER = Duration.ofMillis(200);

    @Override
    public void measure(Peer peer, Scale scale, Recorder recorder) {
        double alone = millis(false);
        double beside = millis(true) - TAKE_OVER.toMillis();
        recorder.record(Operations.FINALIZERS, ROW, beside / alone, "times");
    }

    private static double millis(boolean oneHangs) {
        AtomicInteger ran = new AtomicInteger();
        CountDownLatch go = new CountDownLatch(1);
        try (FinalizerRegistry registry = FinalizerRegistry.builder()
                .captureCheck(CaptureCheck.OFF)
                .takeOver(TAKE_OVER)
                .build()) {
            register(registry, ran, oneHangs ? go : null);
            Heap.collect();
            double millis = Heap.await(() -> ran.get() == OTHERS, "some actions have not run") / 1e6;
            go.countDown();
            return millis;
        }
    }

    /** For objects that nobody holds when this has returned. */
    private static void register(FinalizerRegistry registry, AtomicInteger ran, @Nullable CountDownLatch hang) {
        Object[] referents = Entries.array(OTHERS + 1, i -> new Object());
        for (int i = 0; i < OTHERS; i++) {
            registry.register(referents[i], () -> {
                Heap.sleep(MILLIS_EACH);
                ran.incrementAndGet();
            });
        }
        if (hang != null) {
            registry.register(referents[OTHERS], hang::await); // the newest, which starts first
        }
        Heap.keep(referents);
    }
}

package dev.weakref.spring.metrics;

import dev.weakref.WeakMethod;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import java.lang.ref.Reference;
import java.util.HashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Gauges that leave the meter registry when the object that they measure is collected. Micrometer's own hold their
 * object weakly as well, but stay for ever and measure nothing.
 *
 * <pre>{@code
 * meters.gauge("feed.subscribers", Tags.of("feed", feed.name()), feed, Feed::subscribers);
 * }</pre>
 *
 * <p>One name with the same tags is one gauge: a newer object takes the place of the one before, whose end then removes
 * nothing. Such a gauge is not to be registered elsewhere as well. For use by any thread. The tags must be few: a gauge
 * for each object is for some hundred objects, not for millions.
 *
 * @since 0.1
 */
public final class WeakGauges {

    private final MeterRegistry meters;

    /** What is shown now; guarded by itself. */
    private final Map<Key, Shown> shown = new HashMap<>();

    /** For gauges in this registry. */
    public WeakGauges(MeterRegistry meters) {
        this.meters = meters;
    }

    /**
     * Shows a value of an object for as long as the object lives.
     *
     * @param value computes it from the object that it is given, and holds neither that nor what leads to it
     * @throws IllegalArgumentException if the function holds the object, where that can be seen
     */
    public <T> Gauge gauge(String name, Iterable<? extends Tag> tags, T measured, ToDoubleFunction<? super T> value) {
        Key key = new Key(name, Tags.of(tags));
        WeakMethod<T, DoubleSupplier> method = WeakMethod.of(measured, bind(value), gone -> remove(key, gone));
        try {
            return show(key, method);
        } finally {
            Reference.reachabilityFence(measured); // it must not be gone before it is shown
        }
    }

    private static <T> Function<T, DoubleSupplier> bind(ToDoubleFunction<? super T> value) {
        return measured -> () -> value.applyAsDouble(measured);
    }

    private Gauge show(Key key, WeakMethod<?, DoubleSupplier> method) {
        synchronized (shown) {
            Shown before = shown.remove(key);
            if (before != null) {
                meters.remove(before.gauge);
            }
            Gauge gauge = Gauge.builder(key.name, method, WeakGauges::measure)
                    .tags(key.tags)
                    .strongReference(true) // nobody else holds the method, and it holds its object weakly
                    .register(meters);
            shown.put(key, new Shown(method, gauge));
            return gauge;
        }
    }

    private static double measure(WeakMethod<?, DoubleSupplier> method) {
        DoubleSupplier alive = method.get();
        return alive == null ? Double.NaN : alive.getAsDouble();
    }

    private void remove(Key key, WeakMethod<?, ?> gone) {
        synchronized (shown) {
            Shown current = shown.get(key);
            if (current != null && current.method.equals(gone)) {
                shown.remove(key);
                meters.remove(current.gauge);
            }
        }
    }

    private record Key(String name, Tags tags) {}

    private record Shown(WeakMethod<?, DoubleSupplier> method, Gauge gauge) {}
}

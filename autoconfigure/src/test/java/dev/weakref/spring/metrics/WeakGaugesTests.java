package dev.weakref.spring.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weakref.WeakRef;
import dev.weakref.test.Gc;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class WeakGaugesTests {

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final WeakGauges meters = new WeakGauges(registry);
    private final List<WeakRef<?>> kept = new ArrayList<>();

    @Test
    void aGaugeShowsTheValueOfItsObject() {
        List<String> measured = new ArrayList<>(List.of("one"));

        Gauge gauge = meters.gauge("size", Tags.of("of", "list"), measured, List::size);
        measured.add("two");

        assertThat(gauge.value()).isEqualTo(2);
        assertThat(registry.get("size").tag("of", "list").gauge()).isSameAs(gauge);
        Reference.reachabilityFence(measured);
    }

    @Test
    @Tag("collects")
    void aGaugeGoesWithItsObjectAndThatOfALivingOneStays() {
        Object living = new Object();
        meters.gauge("living", Tags.empty(), living, Object::hashCode);
        showOneThatDies();

        Gc.awaitTrue(() -> registry.find("dying").meter() == null, "the gauge of a dead object is still there");

        assertThat(registry.get("living").gauge().value()).isEqualTo(living.hashCode());
        Reference.reachabilityFence(living);
    }

    private void showOneThatDies() {
        meters.gauge("dying", Tags.empty(), new Object(), Object::hashCode);
    }

    @Test
    void aNewerObjectTakesThePlaceOfTheOneBefore() {
        Object older = new Object();
        Object newer = new Object();
        meters.gauge("value", Tags.of("a", "b"), older, object -> 1);
        meters.gauge("value", Tags.of("a", "c"), older, object -> 1);
        meters.gauge("value", Tags.of("a", "b"), newer, object -> 2);

        assertThat(registry.get("value").tags("a", "b").gauge().value()).isEqualTo(2);
        assertThat(registry.get("value").gauges()).hasSize(2);
        Reference.reachabilityFence(older);
        Reference.reachabilityFence(newer);
    }

    @Test
    @Tag("collects")
    void theEndOfTheOneBeforeRemovesNothing() {
        Object newer = new Object();
        List<String> ended = new CopyOnWriteArrayList<>();
        Gauge replaced = showOneThatIsReplaced(newer, ended);

        // the callback of its gauge is newer, so it has been called before
        Gc.awaitTrue(() -> !ended.isEmpty(), "the one before is not collected");

        assertThat(registry.get("replaced").gauge().value()).isEqualTo(newer.hashCode());
        assertThat(replaced.value()).isNaN(); // and was held until here, else nobody would be told of its end
        Reference.reachabilityFence(newer);
    }

    private Gauge showOneThatIsReplaced(Object newer, List<String> ended) {
        Object older = new Object();
        kept.add(WeakRef.of(older, gone -> ended.add("ended")));
        Gauge replaced = meters.gauge("replaced", Tags.empty(), older, Object::hashCode);
        meters.gauge("replaced", Tags.empty(), newer, Object::hashCode);
        return replaced;
    }

    @Test
    void aFunctionThatHoldsItsObjectIsRefusedAndShowsNothing() {
        List<String> measured = new ArrayList<>();
        ToDoubleFunction<Object> holding = ignored -> measured.size();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> meters.gauge("size", Tags.empty(), measured, holding))
                .withMessageContaining("in place of capturing it");

        assertThat(registry.getMeters()).isEmpty();
    }
}

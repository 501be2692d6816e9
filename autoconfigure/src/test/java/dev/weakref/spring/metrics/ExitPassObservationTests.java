package dev.weakref.spring.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.FinalizerRegistry;
import dev.weakref.spring.autoconfigure.ExitPassAutoConfiguration;
import dev.weakref.spring.autoconfigure.FinalizerRegistryAutoConfiguration;
import dev.weakref.spring.autoconfigure.WeakRefObservationAutoConfiguration;
import dev.weakref.spring.lifecycle.ExitPassObserver;
import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

@ExtendWith(OutputCaptureExtension.class)
class ExitPassObservationTests {

    private static final Object REFERENT = new Object();

    private final Recording recording = new Recording();
    private final ObservationRegistry observations = ObservationRegistry.create();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ExitPassAutoConfiguration.class,
                    FinalizerRegistryAutoConfiguration.class,
                    WeakRefObservationAutoConfiguration.class));

    private final ApplicationContextRunner observed = runner.withBean(ObservationRegistry.class, () -> observations);

    ExitPassObservationTests() {
        observations.observationConfig().observationHandler(recording);
    }

    @Test
    void eachPassIsObservedByTheNameOfItsRegistry() {
        observed.withBean("own", FinalizerRegistry.class, () -> FinalizerRegistry.create("own"))
                .run(context -> context.getBean("own", FinalizerRegistry.class).register(REFERENT, () -> {
                    throw new IllegalStateException("wanted by the test");
                }));

        assertThat(recording.events)
                .containsExactly(
                        "start weakref.exit.pass {registry=own}",
                        "stop weakref.exit.pass {outcome=COMPLETE, registry=own}"
                                + " {failed=1, run=1, skipped=0, timedOut=0}");
    }

    @Test
    void whatThePassLeavesBehindMakesItIncomplete() {
        CountDownLatch never = new CountDownLatch(1);
        FinalizerRegistry registry = FinalizerRegistry.builder()
                .name("hanging")
                .actionLimit(Duration.ofMillis(10))
                .build();

        observed.withBean(FinalizerRegistry.class, () -> registry)
                .run(context -> registry.register(REFERENT, never::await));

        assertThat(recording.events).last().asString().contains("{outcome=INCOMPLETE, registry=hanging}", "timedOut=1");
    }

    @Test
    void whatTheClosingThreadObservesIsTheParent() {
        Observation closing = Observation.start("closing", observations);
        observed.withBean(FinalizerRegistry.class, FinalizerRegistry::create)
                .run(context ->
                        closing.scoped(() -> context.getSourceApplicationContext(ConfigurableApplicationContext.class)
                                .close()));

        assertThat(recording.parents).containsExactly("none", "closing");
    }

    @Test
    void itEndsBeforeTheFirstBeanIsDestroyed() {
        observed.withBean(DisposableBean.class, () -> () -> recording.events.add("destroyed"))
                .run(context -> context.getBean(FinalizerRegistry.class));

        assertThat(recording.events).hasSize(3).last().isEqualTo("destroyed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"start", "stop"})
    void aHandlerThatFailsDisturbsNothing(String failing, CapturedOutput output) {
        List<String> ran = new ArrayList<>();
        recording.failing = failing;

        observed.run(context -> context.getBean(FinalizerRegistry.class).register(REFERENT, () -> ran.add("action")));

        assertThat(ran).containsExactly("action");
        assertThat(output)
                .contains("An observer of the exit pass failed", "wanted by the test")
                .contains("Exit pass of registry 'application': 1 run (0 failed)");
    }

    @Test
    void observersOfTheApplicationAreToldAsWell() {
        List<String> told = new CopyOnWriteArrayList<>();

        runner.withBean("failing", ExitPassObserver.class, () -> registry -> {
                    throw new IllegalStateException("wanted by the test");
                })
                .withBean("own", ExitPassObserver.class, () -> registry -> {
                    told.add("begin " + registry);
                    return (report, failure) -> told.add("end " + report.run() + " " + failure);
                })
                .run(context -> context.getBean(FinalizerRegistry.class).register(REFERENT, () -> told.add("action")));

        assertThat(told).containsExactly("begin application", "action", "end 1 null");
    }

    @Test
    void itIsThereInALazyContext() {
        observed.withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .run(context -> context.getBean(FinalizerRegistry.class));

        assertThat(recording.events).hasSize(2);
    }

    @Test
    void thereIsNoneWithoutARegistryForObservations() {
        runner.run(context -> assertThat(context).doesNotHaveBean(ExitPassObservation.class));
    }

    @Test
    void thereIsNoneWithoutMicrometer() {
        runner.withClassLoader(new FilteredClassLoader("io.micrometer"))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("weakRefExitPassObservation"));
    }

    @Test
    void theUsersOwnWins() {
        observed.withBean("own", ExitPassObservation.class)
                .run(context -> assertThat(context)
                        .hasSingleBean(ExitPassObservation.class)
                        .hasBean("own"));
    }

    @Test
    void thePropertySwitchesItOff() {
        observed.withPropertyValues("weakref.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(ExitPassObservation.class));
    }

    /** What a handler is told, in words. */
    private static final class Recording implements ObservationHandler<Observation.Context> {

        private final List<String> events = new CopyOnWriteArrayList<>();
        private final List<String> parents = new CopyOnWriteArrayList<>();
        private volatile String failing = "";

        @Override
        public void onStart(Observation.Context context) {
            events.add("start " + context.getName() + " " + text(context.getLowCardinalityKeyValues()));
            parents.add(
                    context.getParentObservation() == null
                            ? "none"
                            : context.getParentObservation().getContextView().getName());
            failIf("start");
        }

        @Override
        public void onStop(Observation.Context context) {
            events.add("stop " + context.getName() + " " + text(context.getLowCardinalityKeyValues()) + " "
                    + text(context.getHighCardinalityKeyValues()));
            failIf("stop");
        }

        private void failIf(String event) {
            if (failing.equals(event)) {
                throw new IllegalStateException("wanted by the test");
            }
        }

        private static Map<String, String> text(Iterable<KeyValue> values) {
            Map<String, String> text = new TreeMap<>();
            values.forEach(value -> text.put(value.getKey(), value.getValue()));
            return text;
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return true;
        }
    }
}

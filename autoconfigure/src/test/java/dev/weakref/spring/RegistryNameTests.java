package dev.weakref.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.Finalizer;
import dev.weakref.FinalizerRegistry;
import dev.weakref.spring.autoconfigure.ExitPassAutoConfiguration;
import dev.weakref.spring.autoconfigure.FinalizerRegistryAutoConfiguration;
import dev.weakref.spring.autoconfigure.PrototypeDestructionAutoConfiguration;
import dev.weakref.spring.autoconfigure.WeakRefMetricsAutoConfiguration;
import dev.weakref.spring.autoconfigure.WeakRefsEndpointAutoConfiguration;
import dev.weakref.spring.endpoint.WeakRefsDescriptor;
import dev.weakref.spring.endpoint.WeakRefsEndpoint;
import dev.weakref.spring.lifecycle.ExitPassEndedEvent;
import dev.weakref.spring.lifecycle.FinalizerRegistryCustomizer;
import dev.weakref.spring.metrics.FinalizerActionMetrics;
import dev.weakref.spring.metrics.WeakRefMetrics;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationListener;

/** A registry has one name, whatever an operator looks at. */
@ExtendWith(OutputCaptureExtension.class)
class RegistryNameTests {

    private static final Object REFERENT = new Object();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ExitPassAutoConfiguration.class,
                    FinalizerRegistryAutoConfiguration.class,
                    PrototypeDestructionAutoConfiguration.class,
                    WeakRefsEndpointAutoConfiguration.class,
                    WeakRefMetricsAutoConfiguration.class))
            .withPropertyValues("management.endpoints.web.exposure.include=weakrefs");

    @Test
    void whatACustomizerChoosesIsEverywhere(CapturedOutput output) {
        List<String> ended = new CopyOnWriteArrayList<>();
        runner.withBean(FinalizerRegistryCustomizer.class, () -> builder -> builder.name("orders"))
                .withInitializer(context -> context.addApplicationListener(
                        ApplicationListener.<ExitPassEndedEvent>forPayload(event -> ended.add(event.registry()))))
                .run(context -> {
                    FinalizerRegistry registry = context.getBean(FinalizerRegistry.class);

                    assertThat(registry.name()).isEqualTo("orders");
                    assertThat(inEndpoint(context)).containsExactly("orders");
                    assertThat(inMeters(context)).containsExactly("orders");
                    assertThat(ofThread(registry)).startsWith("weakref-orders");
                });

        assertThat(ended).containsExactly("orders");
        assertThat(output).contains("Exit pass of registry 'orders'");
    }

    @Test
    void theRegistriesOfTheStarterHaveTheirNamesOfTheLog() {
        runner.withPropertyValues("weakref.prototypes.destroy=true").run(context -> {
            assertThat(inEndpoint(context)).containsExactly("application", "prototypes");
            assertThat(inMeters(context)).containsExactlyInAnyOrder("application", "prototypes");
        });
    }

    @Test
    void ofTwoWithOneNameEachHasThatOfItsBeanBesides() {
        runner.withBean("archive", FinalizerRegistry.class, () -> FinalizerRegistry.create("orders"))
                .withBean("shop", FinalizerRegistry.class, () -> FinalizerRegistry.create("orders"))
                .run(context -> {
                    assertThat(inEndpoint(context)).containsExactly("orders (archive)", "orders (shop)");
                    assertThat(inMeters(context)).containsExactlyInAnyOrder("orders (archive)", "orders (shop)");
                });
    }

    @Test
    void anIdMayHaveTheNameOrThatOfTheBean() {
        runner.withBean("archive", FinalizerRegistry.class, () -> FinalizerRegistry.create("old orders"))
                .withBean("shop", FinalizerRegistry.class, () -> FinalizerRegistry.create("orders"))
                .run(context -> {
                    Finalizer<Void> finalizer =
                            context.getBean("archive", FinalizerRegistry.class).register(REFERENT, () -> {});
                    WeakRefsEndpoint endpoint = context.getBean(WeakRefsEndpoint.class);

                    WeakRefsDescriptor.FinalizerDescriptor found = endpoint.finalizer("archive:" + finalizer.id());

                    assertThat(found).isNotNull();
                    assertThat(found.id()).isEqualTo("old orders:" + finalizer.id());
                    assertThat(found.registry()).isEqualTo("old orders");
                    assertThat(endpoint.finalizer(found.id())).isEqualTo(found);
                });
    }

    private static List<String> inEndpoint(ListableBeanFactory context) {
        return context
                .getBean(WeakRefsEndpoint.class)
                .weakRefs(null, null, null, null, null, null, null, null, null)
                .registries()
                .stream()
                .map(WeakRefsDescriptor.RegistryDescriptor::name)
                .toList();
    }

    private static Set<String> inMeters(ListableBeanFactory context) {
        MeterRegistry meters = new SimpleMeterRegistry();
        context.getBean(WeakRefMetrics.class).bindTo(meters);
        context.getBeansOfType(FinalizerActionMetrics.class).values().forEach(actions -> actions.bindTo(meters));
        return meters.getMeters().stream()
                .map(Meter::getId)
                .map(id -> id.getTag("registry"))
                .collect(Collectors.toSet());
    }

    private static String ofThread(FinalizerRegistry registry) throws Exception {
        CompletableFuture<String> thread = new CompletableFuture<>();
        Finalizer<Void> finalizer = registry.register(
                REFERENT, () -> thread.complete(Thread.currentThread().getName()));
        registry.callLater(finalizer.id());
        return thread.get(60, TimeUnit.SECONDS);
    }
}

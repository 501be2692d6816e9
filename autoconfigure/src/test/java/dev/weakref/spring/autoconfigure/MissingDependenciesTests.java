package dev.weakref.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.FinalizerRegistry;
import dev.weakref.WeakValueMap;
import dev.weakref.spring.endpoint.WeakRefsEndpoint;
import dev.weakref.spring.lifecycle.ExitPassLifecycle;
import dev.weakref.spring.lifecycle.PrototypeDestruction;
import dev.weakref.spring.listeners.WeakListeners;
import dev.weakref.spring.metrics.WeakRefMetrics;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/**
 * Everything at once, if one optional dependency is missing. The module {@code compatibility/starter-only} lacks all
 * for real.
 */
class MissingDependenciesTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ExitPassAutoConfiguration.class,
                    FinalizerRegistryAutoConfiguration.class,
                    PrototypeDestructionAutoConfiguration.class,
                    WeakCollectionsAutoConfiguration.class,
                    WeakListenersAutoConfiguration.class,
                    WeakRefsEndpointAutoConfiguration.class,
                    WeakRefsHealthAutoConfiguration.class,
                    WeakRefMetricsAutoConfiguration.class,
                    WeakRefObservationAutoConfiguration.class))
            .withBean(Injected.class)
            .withPropertyValues(
                    "weakref.prototypes.destroy=true",
                    "management.endpoints.web.exposure.include=*",
                    "management.endpoints.jmx.exposure.include=*");

    @ParameterizedTest
    @CsvSource({
        "org.springframework.boot.actuate, false, true",
        "org.springframework.boot.health, true, true",
        "io.micrometer, true, false",
        "org.springframework.web, true, true",
        "jakarta.servlet, true, true",
        "org.springframework.http, true, true",
        "reactor, true, true",
        "org.springframework.jmx, true, true",
        "javax.management, true, true",
        "org.springframework.security, true, true",
        "com.fasterxml.jackson, true, true"
    })
    void theRestIsThereWithout(String missing, boolean endpoint, boolean meters) {
        runner.withClassLoader(new FilteredClassLoader(missing)).run(context -> {
            assertThat(context)
                    .hasNotFailed()
                    .hasBean("weakRefFinalizerRegistry")
                    .hasSingleBean(ExitPassLifecycle.class)
                    .hasSingleBean(PrototypeDestruction.class)
                    .hasSingleBean(WeakListeners.class);
            assertThat(context.getBeansOfType(WeakRefsEndpoint.class)).hasSize(endpoint ? 1 : 0);
            assertThat(context.getBeansOfType(WeakRefMetrics.class)).hasSize(meters ? 1 : 0);
            Injected injected = context.getBean(Injected.class);
            injected.map().put("key", injected);
            assertThat(injected.map()).hasSize(1);
            assertThat(injected.registry().isClosed()).isFalse();
        });
    }

    record Injected(FinalizerRegistry registry, WeakValueMap<String, Injected> map) {}
}

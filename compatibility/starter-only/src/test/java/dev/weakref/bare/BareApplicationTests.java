package dev.weakref.bare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.FinalizerRegistry;
import dev.weakref.WeakValueMap;
import dev.weakref.spring.listeners.WeakListeners;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.util.ClassUtils;

/** An application with the starter and nothing that is optional to it. */
class BareApplicationTests {

    private static final List<String> EVENTS = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org.springframework.boot.actuate.endpoint.annotation.Endpoint",
                "org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint",
                "org.springframework.boot.health.contributor.HealthIndicator",
                "io.micrometer.core.instrument.MeterRegistry",
                "org.springframework.web.context.WebApplicationContext",
                "jakarta.servlet.Servlet",
                "reactor.core.publisher.Flux",
                "org.springframework.security.core.Authentication",
                "com.fasterxml.jackson.databind.ObjectMapper"
            })
    void itIsReallyMissing(String type) {
        assertThat(ClassUtils.isPresent(type, null)).isFalse();
    }

    @Test
    void everythingElseWorks() {
        EVENTS.clear();
        ConfigurableApplicationContext application = SpringApplication.run(
                Application.class, "--weakref.prototypes.destroy=true", "--spring.jmx.enabled=true");
        Bare bare = application.getBean(Bare.class);
        AutoCloseable prototype = application.getBean("closing", AutoCloseable.class);
        bare.map.put("key", prototype);
        bare.listeners.add(bare, String.class, (owner, event) -> EVENTS.add("told " + event));
        bare.registry.register(bare, () -> EVENTS.add("finalized"));

        application.publishEvent("text");
        application.close();

        assertThat(bare.map).containsEntry("key", prototype);
        assertThat(EVENTS).containsExactly("told text", "finalized", "closed");
    }

    @Test
    void whatNeedsTheMissingIsNotThere() {
        try (ConfigurableApplicationContext application = SpringApplication.run(Application.class)) {
            assertThat(application.getBeanDefinitionNames())
                    .contains("weakRefFinalizerRegistry", "weakRefExitPass", "weakRefListeners")
                    .doesNotContain(
                            "weakRefsEndpoint",
                            "weakrefHealthIndicator",
                            "weakRefExitPassObservation",
                            "weakRefMetrics",
                            "weakRefFinalizerActionMetrics",
                            "weakRefGauges");
        }
    }

    record Bare(FinalizerRegistry registry, WeakValueMap<String, AutoCloseable> map, WeakListeners listeners) {}

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Bare bare(FinalizerRegistry registry, WeakValueMap<String, AutoCloseable> map, WeakListeners listeners) {
            return new Bare(registry, map, listeners);
        }

        @Bean
        @Scope("prototype")
        AutoCloseable closing() {
            return new AutoCloseable() {
                @Override
                public void close() {
                    EVENTS.add("closed");
                }
            };
        }
    }
}

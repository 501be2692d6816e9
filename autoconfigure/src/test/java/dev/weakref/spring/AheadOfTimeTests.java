package dev.weakref.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.FinalizerRegistry;
import dev.weakref.WeakSet;
import dev.weakref.WeakValueMap;
import dev.weakref.spring.autoconfigure.ExitPassAutoConfiguration;
import dev.weakref.spring.autoconfigure.FinalizerRegistryAutoConfiguration;
import dev.weakref.spring.autoconfigure.PrototypeDestructionAutoConfiguration;
import dev.weakref.spring.autoconfigure.WeakCollectionsAutoConfiguration;
import dev.weakref.spring.autoconfigure.WeakListenersAutoConfiguration;
import dev.weakref.spring.autoconfigure.WeakRefMetricsAutoConfiguration;
import dev.weakref.spring.autoconfigure.WeakRefObservationAutoConfiguration;
import dev.weakref.spring.autoconfigure.WeakRefsEndpointAutoConfiguration;
import dev.weakref.spring.autoconfigure.WeakRefsHealthAutoConfiguration;
import dev.weakref.spring.collections.CollectionInjection;
import dev.weakref.spring.collections.WeakCollections;
import dev.weakref.spring.endpoint.WeakRefsEndpoint;
import dev.weakref.spring.listeners.WeakListeners;
import dev.weakref.spring.metrics.WeakGauges;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.TypeReference;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.test.tools.CompileWithForkedClassLoader;
import org.springframework.core.test.tools.TestCompiler;

/** What the processing ahead of time generates, compiled and run as with {@code spring.aot.enabled=true}. */
class AheadOfTimeTests {

    @Test
    @CompileWithForkedClassLoader
    void theGeneratedContextWorksAsTheOther() {
        TestGenerationContext generated = generate();

        TestCompiler.forSystem().with(generated).compile(compiled -> {
            GenericApplicationContext context = new GenericApplicationContext();
            setProperties(context);
            initialize(context, compiled.getInstance(ApplicationContextInitializer.class));
            context.refresh();
            Injected injected = context.getBean(Injected.class);
            List<String> events = context.getBean(Events.class).events;
            Closing prototype = context.getBean(Closing.class);
            injected.registry.register(prototype, () -> events.add("finalized"));
            injected.listeners.add(injected, String.class, (owner, event) -> events.add("told " + event));

            context.publishEvent("text");

            assertThat(injected.map)
                    .isSameAs(context.getBean(WeakCollections.class).valueMap(String.class, Integer.class));
            assertThat((Object) injected.archive)
                    .isSameAs(context.getBean(WeakCollections.class).set(String.class, "archive"));
            assertThat(injected.registry.name()).isEqualTo("application");
            assertThat(context.getBean(WeakRefsEndpoint.class)
                            .weakRefs(null, null, null, null, null, null, null, null, null)
                            .registries())
                    .hasSize(2);
            assertThat(context).satisfies(it -> it.getBean(WeakGauges.class));
            assertThat(context.containsBean("weakrefHealthIndicator")).isTrue();
            context.close();
            assertThat(events).containsExactly("told text", "finalized", "closed");
            Reference.reachabilityFence(prototype);
        });
    }

    @Test
    void theHintsNameWhatIsReflectedUpon() {
        RuntimeHints hints = generate().getRuntimeHints();

        assertThat(RuntimeHintsPredicates.reflection()
                        .onType(CollectionInjection.class)
                        .withMemberCategory(MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS))
                .accepts(hints);
        for (String bound : List.of(
                "dev.weakref.spring.autoconfigure.FinalizerProperties",
                "dev.weakref.spring.endpoint.WeakRefsDescriptor",
                "dev.weakref.spring.endpoint.WeakRefsDescriptor$RegistryDescriptor",
                "dev.weakref.spring.endpoint.WeakRefsDescriptor$FinalizerDescriptor",
                "dev.weakref.spring.endpoint.WeakRefsDescriptor$CollectionDescriptor")) {
            assertThat(RuntimeHintsPredicates.reflection().onType(TypeReference.of(bound)))
                    .as(bound)
                    .accepts(hints);
        }
    }

    private static TestGenerationContext generate() {
        TestGenerationContext generated = new TestGenerationContext();
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            setProperties(context);
            context.register(Application.class);
            new ApplicationContextAotGenerator().processAheadOfTime(context, generated);
        }
        generated.writeGeneratedContent();
        return generated;
    }

    private static void setProperties(GenericApplicationContext context) {
        context.getEnvironment()
                .getPropertySources()
                .addFirst(new MapPropertySource(
                        "test",
                        Map.of(
                                "spring.aot.enabled", "true",
                                "weakref.prototypes.destroy", "true",
                                "management.endpoints.web.exposure.include", "weakrefs")));
    }

    @SuppressWarnings("unchecked")
    private static void initialize(GenericApplicationContext context, ApplicationContextInitializer<?> initializer) {
        ((ApplicationContextInitializer<GenericApplicationContext>) initializer).initialize(context);
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        ExitPassAutoConfiguration.class,
        FinalizerRegistryAutoConfiguration.class,
        PrototypeDestructionAutoConfiguration.class,
        WeakCollectionsAutoConfiguration.class,
        WeakListenersAutoConfiguration.class,
        WeakRefMetricsAutoConfiguration.class,
        WeakRefObservationAutoConfiguration.class,
        WeakRefsEndpointAutoConfiguration.class,
        WeakRefsHealthAutoConfiguration.class
    })
    static class Application {

        @Bean
        MeterRegistry meterRegistry() {
            return new SimpleMeterRegistry();
        }

        @Bean
        Events events() {
            return new Events(new ArrayList<>());
        }

        @Bean
        Injected injected(
                FinalizerRegistry registry,
                WeakValueMap<String, Integer> map,
                @Qualifier("archive") WeakSet<String> archive,
                WeakListeners listeners) {
            return new Injected(registry, map, archive, listeners);
        }

        @Bean
        @Scope("prototype")
        Closing closing(Events events) {
            return new Closing(events);
        }
    }

    record Events(List<String> events) {}

    record Injected(
            FinalizerRegistry registry,
            WeakValueMap<String, Integer> map,
            WeakSet<String> archive,
            WeakListeners listeners) {}

    record Closing(Events events) implements AutoCloseable {
        @Override
        public void close() {
            events.events.add("closed");
        }
    }
}

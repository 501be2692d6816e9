package dev.weakref.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.FinalizerRegistry;
import dev.weakref.spring.endpoint.WeakRefsDescriptor;
import dev.weakref.spring.endpoint.WeakRefsEndpoint;
import dev.weakref.spring.endpoint.WeakRefsEndpointWebExtension;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class WeakRefsEndpointAutoConfigurationTests {

    private static final String EXPOSED = "management.endpoints.web.exposure.include=weakrefs";

    private static final WeakRefsEndpoint OWN =
            new WeakRefsEndpoint(new DefaultListableBeanFactory(), List.of(), Show.NEVER);

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ExitPassAutoConfiguration.class,
                    FinalizerRegistryAutoConfiguration.class,
                    WeakCollectionsAutoConfiguration.class,
                    WeakRefsEndpointAutoConfiguration.class));

    @Test
    void thereIsAnEndpointWhereItIsExposed() {
        runner.withPropertyValues(EXPOSED)
                .run(context -> assertThat(context)
                        .hasSingleBean(WeakRefsEndpoint.class)
                        .hasSingleBean(WeakRefsEndpointWebExtension.class));
    }

    @Test
    void theFirstAnswerShowsTheRegistryThoughNothingHasUsedIt() {
        runner.withPropertyValues(EXPOSED).run(context -> {
            WeakRefsDescriptor answer = context.getBean(WeakRefsEndpoint.class)
                    .weakRefs(null, null, null, null, null, null, null, null, null);

            assertThat(answer.registries())
                    .extracting(WeakRefsDescriptor.RegistryDescriptor::name)
                    .containsExactly("application");
        });
    }

    @Test
    void thereIsNoneByDefault() {
        runner.run(context -> assertThat(context).doesNotHaveBean(WeakRefsEndpoint.class));
    }

    @Test
    void thereIsNoneWithoutAccess() {
        runner.withPropertyValues(EXPOSED, "management.endpoint.weakrefs.access=NONE")
                .run(context -> assertThat(context).doesNotHaveBean(WeakRefsEndpoint.class));
    }

    @Test
    void thereIsNoneWithoutActuator() {
        runner.withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
                .withPropertyValues(EXPOSED)
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("weakRefsEndpoint"));
    }

    @Test
    void itNeedsNeitherWebNorJmxNorMicrometer() {
        runner.withClassLoader(new FilteredClassLoader(
                        "org.springframework.web", "jakarta.servlet", "org.springframework.jmx", "io.micrometer"))
                .withPropertyValues(EXPOSED)
                .run(context -> assertThat(context).hasSingleBean(WeakRefsEndpoint.class));
    }

    @Test
    void thePropertySwitchesItOff() {
        runner.withPropertyValues(EXPOSED, "weakref.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(WeakRefsEndpoint.class));
    }

    @Test
    void theUsersOwnWins() {
        runner.withPropertyValues(EXPOSED)
                .withBean("own", WeakRefsEndpoint.class, () -> OWN)
                .run(context -> assertThat(context)
                        .hasSingleBean(WeakRefsEndpoint.class)
                        .hasBean("own"));
    }

    @Test
    void aChildHasItsOwnWhichShowsWhatIsTheChildsAlone() {
        ConfigurableApplicationContext child = new SpringApplicationBuilder(Parent.class)
                .web(WebApplicationType.NONE)
                .properties(EXPOSED, "spring.main.banner-mode=off")
                .child(Child.class)
                .web(WebApplicationType.NONE)
                .run();
        try (child;
                ConfigurableApplicationContext parent = (ConfigurableApplicationContext) child.getParent()) {
            assertThat(registries(child)).containsExactly("ofTheChild");
            assertThat(registries(parent)).containsExactly("ofTheParent");
            assertThat(child.getBeanFactory().containsLocalBean("weakRefsEndpointWebExtension"))
                    .isTrue();
        }
    }

    private static List<String> registries(ApplicationContext context) {
        return context
                .getBean(WeakRefsEndpoint.class)
                .weakRefs(null, null, null, null, null, null, null, null, null)
                .registries()
                .stream()
                .map(WeakRefsDescriptor.RegistryDescriptor::name)
                .toList();
    }

    @Test
    void overJmxAloneThereIsNothingForTheWeb() {
        runner.withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=weakrefs")
                .run(context -> assertThat(context)
                        .hasSingleBean(WeakRefsEndpoint.class)
                        .doesNotHaveBean(WeakRefsEndpointWebExtension.class));
    }

    @Test
    void anImageKnowsThePageAndTheAnswers() {
        RuntimeHints hints = new RuntimeHints();

        new WeakRefsEndpointRuntimeHints().registerHints(hints, null);

        for (String resource : List.of("weakrefs.html", "weakrefs.css", "weakrefs.js")) {
            assertThat(RuntimeHintsPredicates.resource().forResource("dev/weakref/spring/endpoint/" + resource))
                    .accepts(hints);
        }
        assertThat(RuntimeHintsPredicates.reflection().onType(WeakRefsDescriptor.LeakDescriptor.class))
                .accepts(hints);
        assertThat(RuntimeHintsPredicates.reflection().onType(WeakRefsEndpointWebExtension.Problem.class))
                .accepts(hints);
    }

    @Test
    void itNeedsNothingElseOfWeakref() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(WeakRefsEndpointAutoConfiguration.class))
                .withPropertyValues(EXPOSED)
                .run(context -> assertThat(context.getBean(WeakRefsEndpoint.class)
                                .weakRefs(null, null, null, null, null, null, null, null, null)
                                .registries())
                        .isEmpty());
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({ExitPassAutoConfiguration.class, WeakRefsEndpointAutoConfiguration.class})
    static class Parent {
        @Bean
        FinalizerRegistry ofTheParent() {
            return FinalizerRegistry.create("ofTheParent");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({ExitPassAutoConfiguration.class, WeakRefsEndpointAutoConfiguration.class})
    static class Child {
        @Bean
        FinalizerRegistry ofTheChild() {
            return FinalizerRegistry.create("ofTheChild");
        }
    }
}

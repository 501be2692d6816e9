package dev.weakref.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.spring.WeakRefsEndpoint;
import dev.weakref.spring.WeakRefsEndpointWebExtension;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class WeakRefsEndpointAutoConfigurationTests {

    private static final String EXPOSED = "management.endpoints.web.exposure.include=weakrefs";

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
                .withBean("own", WeakRefsEndpoint.class)
                .run(context -> assertThat(context)
                        .hasSingleBean(WeakRefsEndpoint.class)
                        .hasBean("own"));
    }

    @Test
    void itNeedsNothingElseOfWeakref() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(WeakRefsEndpointAutoConfiguration.class))
                .withPropertyValues(EXPOSED)
                .run(context -> assertThat(context.getBean(WeakRefsEndpoint.class)
                                .weakRefs(null, null, null, null, null)
                                .registries())
                        .isEmpty());
    }
}

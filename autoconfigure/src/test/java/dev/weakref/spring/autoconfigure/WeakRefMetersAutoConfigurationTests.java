package dev.weakref.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.FinalizerRegistry;
import dev.weakref.spring.WeakRefMeters;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

class WeakRefMetersAutoConfigurationTests {

    private static final Object REFERENT = new Object();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ExitPassAutoConfiguration.class,
                    FinalizerRegistryAutoConfiguration.class,
                    WeakRefMetersAutoConfiguration.class));

    @Test
    void metersFollowTheRegistry() {
        runner.run(context -> {
            FinalizerRegistry registry = context.getBean(FinalizerRegistry.class);
            MeterRegistry meters = new SimpleMeterRegistry();
            context.getBean(WeakRefMeters.class).bindTo(meters);

            registry.register(REFERENT, () -> {});
            registry.register(REFERENT, () -> {}).detach();
            registry.register(REFERENT, () -> {}).close();

            String[] tag = {"registry", "weakRefFinalizerRegistry"};
            assertThat(meters.get("weakref.finalizers.live").tags(tag).gauge().value())
                    .isEqualTo(1);
            assertThat(meters.get("weakref.finalizers.registered")
                            .tags(tag)
                            .functionCounter()
                            .count())
                    .isEqualTo(3);
            assertThat(meters.get("weakref.finalizers.detached")
                            .tags(tag)
                            .functionCounter()
                            .count())
                    .isEqualTo(1);
            assertThat(meters.get("weakref.finalizers.ran")
                            .tags(tag)
                            .tags("trigger", "EXPLICIT", "outcome", "SUCCESS")
                            .functionCounter()
                            .count())
                    .isEqualTo(1);
            assertThat(meters.get("weakref.finalizers.ran").functionCounters()).hasSize(9);
        });
    }

    @Test
    void eachRegistryHasItsOwn() {
        runner.withBean("one", FinalizerRegistry.class, FinalizerRegistry::create)
                .withBean("two", FinalizerRegistry.class, FinalizerRegistry::create)
                .run(context -> {
                    MeterRegistry meters = new SimpleMeterRegistry();
                    context.getBean(WeakRefMeters.class).bindTo(meters);

                    assertThat(meters.get("weakref.finalizers.live").gauges())
                            .extracting(gauge -> gauge.getId().getTag("registry"))
                            .containsExactlyInAnyOrder("one", "two");
                });
    }

    @Test
    void anApplicationWithAMeterRegistryBindsThem() {
        ConfigurableApplicationContext application = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .properties("spring.main.banner-mode=off", "spring.datasource.generate-unique-name=true")
                .run();

        assertThat(application
                        .getBean(MeterRegistry.class)
                        .get("weakref.finalizers.live")
                        .gauge()
                        .value())
                .isZero();
        application.close();
    }

    @Test
    void thereAreNoneWithoutMicrometer() {
        runner.withClassLoader(new FilteredClassLoader("io.micrometer"))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("weakRefMeters"));
    }

    @Test
    void withoutAMeterRegistryNothingHappens() {
        runner.run(context ->
                assertThat(context).hasSingleBean(WeakRefMeters.class).doesNotHaveBean(MeterRegistry.class));
    }

    @Test
    void thePropertySwitchesThemOff() {
        runner.withPropertyValues("weakref.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(WeakRefMeters.class));
    }

    @Test
    void theUsersOwnWin() {
        runner.withBean("own", WeakRefMeters.class)
                .run(context ->
                        assertThat(context).hasSingleBean(WeakRefMeters.class).hasBean("own"));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}

package dev.weakref.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.weakref.Finalizer;
import dev.weakref.FinalizerRegistry;
import dev.weakref.Leak;
import dev.weakref.spring.endpoint.WeakRefsInfoContributor;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class WeakRefsInfoTests {

    private static final Object REFERENT = new Object();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    FinalizerRegistryAutoConfiguration.class, WeakRefsEndpointAutoConfiguration.class));

    private final ApplicationContextRunner enabled = runner.withPropertyValues("management.info.weakref.enabled=true");

    @Test
    void theNumbersOfEachRegistryAreShownByItsName() {
        enabled.run(context -> {
            FinalizerRegistry registry = context.getBean(FinalizerRegistry.class);
            registry.register(REFERENT, () -> {});
            Finalizer<Void> overdue = registry.finalizer(REFERENT)
                    .overdueAfter(Duration.ofMillis(1))
                    .run(() -> {});
            while (registry.leaks().isEmpty()) {
                Thread.onSpinWait();
            }
            overdue.close();
            while (registry.stats().leaks(Leak.Kind.RESOLVED) == 0) {
                Thread.onSpinWait(); // the thread that found it may report the end
            }
            Info.Builder builder = new Info.Builder();

            context.getBean(WeakRefsInfoContributor.class).contribute(builder);

            assertThat(builder.build().getDetails())
                    .containsExactly(entry(
                            "weakref",
                            Map.of(
                                    "application",
                                    Map.of(
                                            "live",
                                            1L,
                                            "waiting",
                                            0L,
                                            "notClosed",
                                            0L,
                                            "overdue",
                                            1L,
                                            "resolved",
                                            1L,
                                            "stuck",
                                            0L))));
        });
    }

    @Test
    void aRegistryThatIsNotMadeYetIsNotMadeForThem() {
        enabled.run(context -> {
            Info.Builder builder = new Info.Builder();

            context.getBean(WeakRefsInfoContributor.class).contribute(builder);

            assertThat(builder.build().getDetails()).containsExactly(entry("weakref", Map.of()));
        });
    }

    @Test
    void thereIsNoneUnlessAskedFor() {
        runner.run(context -> assertThat(context).doesNotHaveBean(InfoContributor.class));
    }

    @Test
    void thereIsNoneWithoutActuator() {
        enabled.withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("weakRefsInfoContributor"));
    }

    @Test
    void theUsersOwnWins() {
        enabled.withBean("own", WeakRefsInfoContributor.class)
                .run(context -> assertThat(context)
                        .hasSingleBean(WeakRefsInfoContributor.class)
                        .hasBean("own"));
    }

    @Test
    void thePropertySwitchesItOff() {
        enabled.withPropertyValues("weakref.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(WeakRefsInfoContributor.class));
    }
}

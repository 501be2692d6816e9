package dev.weakref.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.FinalizerDelay;
import dev.weakref.FinalizerRegistry;
import dev.weakref.spring.lifecycle.FinalizerRegistryCustomizer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.util.ReflectionUtils;

/** Names no class of Boot's health, whose package differs from line to line. */
class WeakRefsHealthTests {

    private static final String INDICATOR = "weakrefHealthIndicator";
    private static final Object REFERENT = new Object();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    FinalizerRegistryAutoConfiguration.class, WeakRefsHealthAutoConfiguration.class));

    @Test
    void leaksLeaveItUp() {
        runner.withPropertyValues("weakref.finalizers.report-open-at-exit=true").run(context -> {
            FinalizerRegistry registry = context.getBean(FinalizerRegistry.class);
            registry.finalizer(REFERENT).mustBeClosed().run(() -> {});
            registry.close();

            assertThat(health(context))
                    .isEqualTo("UP {application={live=0, waiting=0, notClosed=1, overdue=0, resolved=0, stuck=0,"
                            + " allWorkersStuck=false}}");
        });
    }

    @Test
    void aRegistryThatIsNotMadeYetIsNotMadeForIt() {
        runner.run(context -> {
            assertThat(health(context)).isEqualTo("UP {}");
            assertThat(context.getBeanFactory().containsSingleton("weakRefFinalizerRegistry"))
                    .isFalse();
        });
    }

    @Test
    void itIsStuckWhileAllWorkersOfARegistryAre() {
        CountDownLatch go = new CountDownLatch(1);

        runner.withBean(
                        FinalizerRegistryCustomizer.class,
                        () -> builder -> builder.maxWorkers(1).takeOver(Duration.ofMillis(2)))
                .run(context -> {
                    FinalizerRegistry registry = context.getBean(FinalizerRegistry.class);
                    registry.callLater(registry.register(REFERENT, go::await).id());
                    awaitStuck(true, registry);
                    while (registry.stats().delays(FinalizerDelay.Kind.ALL_WORKERS_STUCK) == 0) {
                        Thread.onSpinWait(); // it is counted a little later
                    }

                    assertThat(health(context))
                            .isEqualTo("STUCK {application={live=1, waiting=0, notClosed=0, overdue=0, resolved=0,"
                                    + " stuck=1, allWorkersStuck=true}}");

                    go.countDown();
                    awaitStuck(false, registry);
                    assertThat(health(context)).startsWith("UP ");
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "management.health.weakref.enabled=false",
                "management.health.defaults.enabled=false",
                "weakref.enabled=false"
            })
    void aPropertySwitchesItOff(String property) {
        runner.withPropertyValues(property)
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(INDICATOR));
    }

    @Test
    void itsOwnPropertyIsStrongerThanTheDefault() {
        runner.withPropertyValues("management.health.defaults.enabled=false", "management.health.weakref.enabled=true")
                .run(context -> assertThat(context).hasBean(INDICATOR));
    }

    @ParameterizedTest
    @ValueSource(strings = {INDICATOR, "weakrefHealthContributor"})
    void theUsersOwnWins(String name) {
        runner.withBean(name, String.class, () -> "own")
                .run(context -> assertThat(context.getBean(name)).isEqualTo("own"));
        runner.withBean(name, String.class, () -> "own")
                .run(context -> assertThat(context.containsBean(INDICATOR)).isEqualTo(name.equals(INDICATOR)));
    }

    @Test
    void thereIsNoneWithoutTheClassesOfBoot() {
        runner.withClassLoader(
                        new FilteredClassLoader("org.springframework.boot.actuate", "org.springframework.boot.health"))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(INDICATOR));
    }

    @Test
    void aChildHasOneOfItsOwn() {
        runner.run(parent -> runner.withParent(parent)
                .run(child -> assertThat(child.getBean(INDICATOR)).isNotSameAs(parent.getBean(INDICATOR))));
    }

    private static void awaitStuck(boolean wanted, FinalizerRegistry registry) {
        while (registry.isStuck() != wanted) {
            Thread.onSpinWait();
        }
    }

    private static String health(ApplicationContext context) {
        Object indicator = context.getBean(INDICATOR);
        return String.valueOf(ReflectionUtils.invokeMethod(
                Objects.requireNonNull(ReflectionUtils.findMethod(indicator.getClass(), "health")), indicator));
    }
}

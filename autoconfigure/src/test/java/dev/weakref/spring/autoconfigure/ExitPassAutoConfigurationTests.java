package dev.weakref.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weakref.FinalizerRegistry;
import dev.weakref.spring.lifecycle.ExitPassLifecycle;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

class ExitPassAutoConfigurationTests {

    private static final Object REFERENT = new Object();

    private final List<String> events = new CopyOnWriteArrayList<>();
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(ExitPassAutoConfiguration.class, FinalizerRegistryAutoConfiguration.class));

    @Test
    void theRegistryIsClosedWithTheContext() {
        runner.run(context -> context.getBean(FinalizerRegistry.class).register(REFERENT, () -> events.add("ran")));

        assertThat(events).containsExactly("ran");
    }

    @Test
    void allRegistriesOfTheUserAreClosedWithTheContext() {
        FinalizerRegistry one = FinalizerRegistry.create();
        FinalizerRegistry two = FinalizerRegistry.create();

        runner.withBean("one", FinalizerRegistry.class, () -> one, bean -> bean.setDestroyMethodName(""))
                .withBean("two", FinalizerRegistry.class, () -> two, bean -> bean.setDestroyMethodName(""))
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(one.isClosed()).isTrue();
        assertThat(two.isClosed()).isTrue();
    }

    @Test
    void thePropertySwitchesItOff() {
        runner.withPropertyValues("weakref.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(ExitPassLifecycle.class));
    }

    @Test
    void theUsersOwnWins() {
        runner.withInitializer(context -> context.getBeanFactory()
                        .registerSingleton("own", new ExitPassLifecycle(context, Duration.ofSeconds(1))))
                .run(context -> assertThat(context)
                        .hasSingleBean(ExitPassLifecycle.class)
                        .hasBean("own"));
    }

    @Test
    void aChildHasItsOwnWhichLeavesAnInheritedRegistryOpen() {
        runner.run(parent -> {
            runner.withParent(parent).withPropertyValues("weakref.inherit=true").run(child -> {
                assertThat(child.getBean(ExitPassLifecycle.class)).isNotSameAs(parent.getBean(ExitPassLifecycle.class));
                assertThat(child.getBean(FinalizerRegistry.class)).isSameAs(parent.getBean(FinalizerRegistry.class));
            });

            assertThat(parent.getBean(FinalizerRegistry.class).isClosed()).isFalse();
        });
    }

    @Test
    void noThreadOutlivesTheContextForLong() {
        runner.withPropertyValues("weakref.enabled=true")
                .run(context -> context.getBean(FinalizerRegistry.class).register(REFERENT, () -> events.add("ran")));

        await("threads of the registry 'application' and of the exit pass")
                .atMost(Duration.ofSeconds(30))
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .noneMatch(name -> name.equals("weakref-exit-pass")
                                || name.startsWith("weakref-") && name.contains("application")));
    }

    @ParameterizedTest
    @CsvSource({"30s, 28s", "5s, 3s", "4s, 2s", "2s, 1s", "100ms, 0.05s"})
    void unlessSetItEndsTwoSecondsBeforeThePhaseOrAtHalfOfIt(String phase, String limit) {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .addFirst(new MapPropertySource("test", Map.of("spring.lifecycle.timeout-per-shutdown-phase", phase)));

        assertThat(ExitLimit.in(environment)).isEqualTo(Duration.parse("PT" + limit));
    }

    @Test
    void withoutAnyPropertyItIs28Seconds() {
        assertThat(ExitLimit.in(new StandardEnvironment())).isEqualTo(Duration.ofSeconds(28));
    }

    @Test
    void aLimitLongerThanThePhaseFailsTheStart() {
        runner.withPropertyValues("weakref.finalizers.exit-limit=31s")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidConfigurationPropertyValueException.class)
                        .hasMessageContaining("weakref.finalizers.exit-limit"));
        runner.withPropertyValues(
                        "weakref.finalizers.exit-limit=31s", "spring.lifecycle.timeout-per-shutdown-phase=31s")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void aPhaseWithoutTimeFailsTheStart() {
        runner.withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=0s")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidConfigurationPropertyValueException.class)
                        .hasMessageContaining("spring.lifecycle.timeout-per-shutdown-phase"));
    }
}

package dev.weakref.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.weakref.FinalizerRegistry;
import dev.weakref.spring.endpoint.WeakRefsDescriptor.RegistryDescriptor;
import dev.weakref.spring.endpoint.WeakRefsEndpoint;
import dev.weakref.spring.lifecycle.PrototypeDestruction;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;

@ExtendWith(OutputCaptureExtension.class)
class PrototypeDestructionAutoConfigurationTests {

    private static final List<String> EVENTS = new CopyOnWriteArrayList<>();
    private static final Object REFERENT = new Object();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ExitPassAutoConfiguration.class,
                    FinalizerRegistryAutoConfiguration.class,
                    PrototypeDestructionAutoConfiguration.class))
            .withUserConfiguration(Prototypes.class)
            .withPropertyValues("weakref.prototypes.destroy=true");

    @Test
    void theLivingAreDestroyedAfterTheFinalizersOfTheApplication() {
        EVENTS.clear();

        runner.run(context -> {
            Object living = context.getBean("closing");
            context.getBean(FinalizerRegistry.class).register(REFERENT, () -> EVENTS.add("finalizer of " + living));
        });

        assertThat(EVENTS).containsExactly("finalizer of it", "it closed");
    }

    @Test
    void unlessAskedForNothingIsDestroyed() {
        EVENTS.clear();

        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        ExitPassAutoConfiguration.class, PrototypeDestructionAutoConfiguration.class))
                .withUserConfiguration(Prototypes.class)
                .run(context -> {
                    assertThat(context)
                            .doesNotHaveBean(PrototypeDestruction.class)
                            .doesNotHaveBean("weakRefPrototypes");
                    EVENTS.add(context.getBean("closing").toString());
                });

        assertThat(EVENTS).containsExactly("it");
    }

    @Test
    void thePropertySwitchesItOff() {
        runner.withPropertyValues("weakref.enabled=false")
                .run(context -> assertThat(context)
                        .doesNotHaveBean(PrototypeDestruction.class)
                        .doesNotHaveBean("weakRefPrototypes"));
    }

    @Test
    void theUsersOwnWins() {
        runner.withInitializer(context -> {
                    DefaultListableBeanFactory factory = (DefaultListableBeanFactory) context.getBeanFactory();
                    factory.registerSingleton(
                            "own", new PrototypeDestruction(factory, FinalizerRegistry.create("own")));
                })
                .run(context -> assertThat(context)
                        .hasSingleBean(PrototypeDestruction.class)
                        .hasBean("own"));
    }

    @Test
    void itsRegistryIsNeitherInjectedNorThePrimaryOne() {
        runner.withBean(Injected.class).run(context -> {
            assertThat(context.getBean(FinalizerRegistry.class).name()).isEqualTo("application");
            assertThat(context.getBean(Injected.class).registries()).hasSize(1);

            assertThat(new WeakRefsEndpoint(
                                    context.getSourceApplicationContext().getBeanFactory(), List.of(), Show.NEVER)
                            .weakRefs(null, null, null, null, null, null, null, null, null)
                            .registries())
                    .extracting(RegistryDescriptor::name, RegistryDescriptor::primary)
                    .containsExactly(tuple("application", true), tuple("prototypes", false));
        });
    }

    @Test
    void aChildDestroysItsOwn() {
        runner.run(parent -> runner.withParent(parent).run(child -> {
            assertThat(child.getBean(PrototypeDestruction.class))
                    .isNotSameAs(parent.getBean(PrototypeDestruction.class));
            assertThat(child.getBean("weakRefPrototypes")).isNotSameAs(parent.getBean("weakRefPrototypes"));
        }));
    }

    @Test
    void springDoesNotWarnOfTheEarlyRegistry(CapturedOutput output) {
        runner.run(context -> assertThat(context).hasNotFailed());

        assertThat(output).doesNotContain("not eligible for getting processed");
    }

    record Injected(List<FinalizerRegistry> registries) {}

    @Configuration(proxyBeanMethods = false)
    static class Prototypes {
        @Bean
        @Scope("prototype")
        AutoCloseable closing() {
            return new AutoCloseable() {
                @Override
                public void close() {
                    EVENTS.add("it closed");
                }

                @Override
                public String toString() {
                    return "it";
                }
            };
        }
    }
}

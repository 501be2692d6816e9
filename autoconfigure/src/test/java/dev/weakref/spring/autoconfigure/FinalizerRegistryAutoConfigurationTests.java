package dev.weakref.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.weakref.Finalizer;
import dev.weakref.FinalizerInfo;
import dev.weakref.FinalizerListener;
import dev.weakref.FinalizerRegistry;
import dev.weakref.FinalizerRun;
import dev.weakref.Leak;
import dev.weakref.LeakLevel;
import dev.weakref.LeakListener;
import dev.weakref.spring.lifecycle.FinalizerFailureHandler;
import dev.weakref.spring.lifecycle.FinalizerRegistryCustomizer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.system.JavaVersion;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.annotation.Order;

@ExtendWith(OutputCaptureExtension.class)
class FinalizerRegistryAutoConfigurationTests {

    private static final Object REFERENT = new Object();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(FinalizerRegistryAutoConfiguration.class));

    @Test
    void thereIsARegistry() {
        runner.run(context -> {
            assertThat(context).hasSingleBean(FinalizerRegistry.class).hasBean("weakRefFinalizerRegistry");
            assertThat(context.getBean(FinalizerRegistry.class).name()).isEqualTo("application");
        });
    }

    @Test
    void thePropertySwitchesItOff() {
        runner.withPropertyValues("weakref.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(FinalizerRegistry.class));
    }

    @Test
    void theUsersOwnRegistryWins() {
        runner.withBean("own", FinalizerRegistry.class, () -> FinalizerRegistry.create("own"))
                .run(context -> assertThat(
                                context.getBean(FinalizerRegistry.class).name())
                        .isEqualTo("own"));
    }

    @Test
    void aChildHasOneOfItsOwnUnlessItInheritsThatOfItsParent() {
        runner.run(parent -> {
            FinalizerRegistry ofTheParent = parent.getBean(FinalizerRegistry.class);
            runner.withParent(parent)
                    .run(child ->
                            assertThat(child.getBean(FinalizerRegistry.class)).isNotSameAs(ofTheParent));
            runner.withParent(parent)
                    .withPropertyValues("weakref.inherit=true")
                    .run(child ->
                            assertThat(child.getBean(FinalizerRegistry.class)).isSameAs(ofTheParent));
        });
    }

    @Test
    void whereThereIsNothingToInheritThereIsAnOwnOne() {
        runner.withPropertyValues("weakref.inherit=true")
                .run(context -> assertThat(
                                context.getBean(FinalizerRegistry.class).name())
                        .isEqualTo("application"));
        new ApplicationContextRunner()
                .run(empty -> runner.withParent(empty)
                        .withPropertyValues("weakref.inherit=true")
                        .run(context -> assertThat(
                                        context.getBean(FinalizerRegistry.class).name())
                                .isEqualTo("application")));
    }

    @Test
    void aRegistryThatIsNotInjectedIsNotInherited() {
        new ApplicationContextRunner()
                .withBean(
                        "kept",
                        FinalizerRegistry.class,
                        FinalizerRegistry::create,
                        definition -> definition.setAutowireCandidate(false))
                .run(parent -> runner.withParent(parent)
                        .withPropertyValues("weakref.inherit=true")
                        .run(child -> assertThat(child.getBean("weakRefFinalizerRegistry", FinalizerRegistry.class)
                                        .name())
                                .isEqualTo("application")));
    }

    @Test
    void destructionLeavesItToTheExitPass() {
        List<FinalizerRegistry> kept = new CopyOnWriteArrayList<>();

        runner.run(context -> kept.add(context.getBean(FinalizerRegistry.class)));

        assertThat(kept.get(0).isClosed()).isFalse();
        kept.get(0).close();
    }

    @Test
    void theCaptureCheckFailsByDefaultAndFollowsItsProperty() {
        runner.run(context -> assertThatIllegalArgumentException()
                .isThrownBy(() -> registerCapturing(context.getBean(FinalizerRegistry.class))));
        runner.withPropertyValues("weakref.finalizers.capture-check=off")
                .run(context -> assertThat(registerCapturing(context.getBean(FinalizerRegistry.class))
                                .isAlive())
                        .isTrue());
    }

    @Test
    void listenersAreToldInTheirOrder() {
        List<String> told = new CopyOnWriteArrayList<>();

        runner.withBean("late", FinalizerListener.class, () -> new Late(told))
                .withBean("early", FinalizerListener.class, () -> new Early(told))
                .run(context -> context.getBean(FinalizerRegistry.class)
                        .register(told, () -> {})
                        .close());

        assertThat(told).containsExactly("early", "late");
    }

    @Test
    void leaksAreToldToListenersAtTheLevelOfTheProperty() {
        List<Leak> told = new CopyOnWriteArrayList<>();

        runner.withBean(LeakListener.class, () -> told::add)
                .withBean(FinalizerRegistryCustomizer.class, () -> builder -> builder.reportOpenAtExit(true))
                .withPropertyValues("weakref.finalizers.leak-level=paranoid")
                .run(context -> {
                    FinalizerRegistry registry = context.getBean(FinalizerRegistry.class);
                    assertThat(registry.leakLevel()).isEqualTo(LeakLevel.PARANOID);
                    registry.finalizer(told).mustBeClosed().run(() -> {});
                    registry.close();
                });

        assertThat(told)
                .singleElement()
                .satisfies(leak -> assertThat(leak.finalizer().createdBy())
                        .contains(FinalizerRegistryAutoConfigurationTests.class.getSimpleName()));
    }

    @Test
    void whatIsOpenAtExitIsALeakIfThePropertySaysSo() {
        assertThat(leaksAtExit()).isEmpty();
        assertThat(leaksAtExit("weakref.finalizers.report-open-at-exit=false")).isEmpty();
        assertThat(leaksAtExit("weakref.finalizers.report-open-at-exit=on"))
                .containsExactly("open to the end NOT_CLOSED");
    }

    private List<String> leaksAtExit(String... properties) {
        List<String> told = new CopyOnWriteArrayList<>();
        LeakListener listener = leak -> told.add(leak.finalizer().name() + " " + leak.kind());
        runner.withBean(LeakListener.class, () -> listener)
                .withPropertyValues(properties)
                .run(context -> {
                    FinalizerRegistry registry = context.getBean(FinalizerRegistry.class);
                    registry.finalizer(REFERENT)
                            .name("open to the end")
                            .mustBeClosed()
                            .run(() -> {});
                    registry.close();
                });
        return told;
    }

    @Test
    void finalizersAreOverdueAfterTheTimeOfTheProperty() {
        BlockingQueue<Leak> told = new LinkedBlockingQueue<>();

        runner.withBean(LeakListener.class, () -> told::add)
                .withPropertyValues("weakref.finalizers.overdue-after=10ms")
                .run(context -> {
                    context.getBean(FinalizerRegistry.class).register(told, () -> {});
                    assertThat(told.poll(30, TimeUnit.SECONDS))
                            .isNotNull()
                            .extracting(Leak::kind)
                            .isEqualTo(Leak.Kind.OVERDUE);
                });
    }

    @Test
    void failuresAreToldToAllHandlersInTheirOrder(CapturedOutput output) {
        List<String> told = new CopyOnWriteArrayList<>();

        runner.withBean("second", FinalizerFailureHandler.class, () -> new Second(told))
                .withBean("first", FinalizerFailureHandler.class, () -> new First(told))
                .run(context -> {
                    FinalizerRegistry registry = context.getBean(FinalizerRegistry.class);
                    registry.finalizer(told).name("failing").run(() -> {
                        throw new IOException("wanted by the test");
                    });
                    registry.close();
                });

        assertThat(told).containsExactly("first failing", "second wanted by the test");
        assertThat(output)
                .contains("A handler of failures failed for finalizer 'failing'")
                .doesNotContain("of registry 'application' failed");
    }

    @Test
    void virtualThreadsRunTheActionsIfTheApplicationWantsThem() {
        BlockingQueue<String> threads = new LinkedBlockingQueue<>();
        boolean known = JavaVersion.getJavaVersion().isEqualOrNewerThan(JavaVersion.TWENTY_ONE);

        runner.withPropertyValues("spring.threads.virtual.enabled=true")
                .run(context -> takeThreadOfAction(context.getBean(FinalizerRegistry.class), threads));
        runner.run(context -> takeThreadOfAction(context.getBean(FinalizerRegistry.class), threads));

        assertThat(threads.poll().startsWith("VirtualThread[")).isEqualTo(known);
        assertThat(threads.poll()).startsWith("Thread[");
    }

    /** The exit pass takes its threads where the others are taken. */
    private static void takeThreadOfAction(FinalizerRegistry registry, BlockingQueue<String> threads) {
        registry.register(REFERENT, () -> threads.add(Thread.currentThread().toString()));
        registry.close();
    }

    @Test
    void oneLineAtDebugLevelShowsTheEffectiveSettings(CapturedOutput output) {
        Logger logger = (Logger) LoggerFactory.getLogger(FinalizerRegistryAutoConfiguration.class);
        logger.setLevel(Level.DEBUG);
        try {
            runner.withPropertyValues("weakref.finalizers.max-workers=3")
                    .withBean(FinalizerRegistryCustomizer.class, () -> builder -> builder.name("customized"))
                    .run(context -> context.getBean(FinalizerRegistry.class));
        } finally {
            logger.setLevel(null);
        }

        assertThat(output.toString().lines().filter(line -> line.contains("FinalizerRegistry.Builder[")))
                .singleElement()
                .asString()
                .contains("weakRefFinalizerRegistry", "'customized'", "workers 3", "exit limit PT28S");
    }

    @Test
    void theRegistryIsMadeWhenItIsFirstNeeded() {
        runner.run(context -> {
            assertThat(context.getBeanFactory().containsSingleton("weakRefFinalizerRegistry"))
                    .isFalse();
            assertThat(context.getBean(FinalizerRegistry.class)).isSameAs(context.getBean(FinalizerRegistry.class));
        });
    }

    @Test
    void customizersHaveTheLastWord() {
        runner.withBean(FinalizerRegistryCustomizer.class, () -> builder -> builder.name("customized"))
                .run(context -> assertThat(
                                context.getBean(FinalizerRegistry.class).name())
                        .isEqualTo("customized"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "action-limit=0s",
                "take-over=-1s",
                "max-workers=0",
                "exit-limit=0s",
                "leak-sampling=2",
                "overdue-after=0s"
            })
    void aValueOutOfRangeIsReportedWithItsProperty(String setting) {
        String property = "weakref.finalizers." + setting.substring(0, setting.indexOf('='));

        runner.withPropertyValues("weakref.finalizers." + setting)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOfSatisfying(
                                InvalidConfigurationPropertyValueException.class,
                                failure -> assertThat(failure.getName()).isEqualTo(property)));
    }

    @Test
    void aValueOfAnotherTypeIsReportedByBoot() {
        runner.withPropertyValues("weakref.finalizers.capture-check=maybe")
                .run(context ->
                        assertThat(context).getFailure().hasStackTraceContaining(BindException.class.getName()));
    }

    private static Finalizer<Void> registerCapturing(FinalizerRegistry registry) {
        Object referent = new Object();
        return registry.register(referent, referent::hashCode);
    }

    @Order(1)
    private record First(List<String> told) implements FinalizerFailureHandler {
        @Override
        public void onFailure(FinalizerInfo finalizer, Throwable failure) {
            told.add("first " + finalizer.name());
            throw new IllegalStateException("wanted by the test as well");
        }
    }

    @Order(2)
    private record Second(List<String> told) implements FinalizerFailureHandler {
        @Override
        public void onFailure(FinalizerInfo finalizer, Throwable failure) {
            told.add("second " + failure.getMessage());
        }
    }

    @Order(1)
    private record Early(List<String> told) implements FinalizerListener {
        @Override
        public void onRun(FinalizerRun run) {
            told.add("early");
        }
    }

    @Order(2)
    private record Late(List<String> told) implements FinalizerListener {
        @Override
        public void onRun(FinalizerRun run) {
            told.add("late");
        }
    }
}

package dev.weakref.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.Finalizer;
import dev.weakref.Finalizer.Outcome;
import dev.weakref.Finalizer.Trigger;
import dev.weakref.FinalizerInfo;
import dev.weakref.FinalizerRegistry;
import dev.weakref.FinalizerRun;
import dev.weakref.WeakSet;
import dev.weakref.spring.collections.WeakCollections;
import dev.weakref.spring.lifecycle.FinalizerRegistryCustomizer;
import dev.weakref.spring.metrics.FinalizerActionMetrics;
import dev.weakref.spring.metrics.WeakGauges;
import dev.weakref.spring.metrics.WeakRefMetrics;
import dev.weakref.test.Gc;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

class WeakRefMetricsAutoConfigurationTests {

    private static final Object REFERENT = new Object();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ExitPassAutoConfiguration.class,
                    FinalizerRegistryAutoConfiguration.class,
                    WeakCollectionsAutoConfiguration.class,
                    WeakRefMetricsAutoConfiguration.class));

    @Test
    void metersFollowTheRegistry() {
        runner.run(context -> {
            FinalizerRegistry registry = context.getBean(FinalizerRegistry.class);
            MeterRegistry meters = new SimpleMeterRegistry();
            context.getBean(WeakRefMetrics.class).bindTo(meters);

            registry.register(REFERENT, () -> {});
            registry.register(REFERENT, () -> {}).detach();
            registry.register(REFERENT, () -> {}).close();

            String[] tag = {"registry", "application"};
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
    void metersAreThereBeforeTheRegistryIsMade() {
        runner.run(context -> {
            MeterRegistry meters = new SimpleMeterRegistry();
            context.getBean(WeakRefMetrics.class).bindTo(meters);
            context.getBean(FinalizerActionMetrics.class).bindTo(meters);
            Gauge live = meters.get("weakref.finalizers.live")
                    .tag("registry", "application")
                    .gauge();

            assertThat(live.value()).isZero();
            assertThat(meters.get("weakref.finalizers.actions")
                            .tag("registry", "application")
                            .timers())
                    .hasSize(9);
            assertThat(context.getBeanFactory().containsSingleton("weakRefFinalizerRegistry"))
                    .isFalse();

            context.getBean(FinalizerRegistry.class).register(REFERENT, () -> {});
            assertThat(live.value()).isEqualTo(1);
        });
    }

    @Test
    void metersHaveTheNameThatACustomizerChose() {
        runner.withBean(FinalizerRegistryCustomizer.class, () -> builder -> builder.name("customized"))
                .run(context -> {
                    MeterRegistry meters = new SimpleMeterRegistry();
                    context.getBean(WeakRefMetrics.class).bindTo(meters);
                    context.getBean(FinalizerActionMetrics.class).bindTo(meters);

                    assertThat(meters.getMeters())
                            .extracting(meter -> meter.getId().getTag("registry"))
                            .containsOnly("customized");
                });
    }

    /** The registry is not made yet, so they read it from the context. */
    @Test
    @Tag("collects")
    void metersDoNotHoldTheContext() {
        MeterRegistry meters = new SimpleMeterRegistry();
        List<WeakReference<Object>> factories = new ArrayList<>();
        runner.run(context -> {
            context.getBean(WeakRefMetrics.class).bindTo(meters);
            factories.add(new WeakReference<>(context.getBeanFactory()));
        });

        Gc.awaitTrue(() -> factories.get(0).get() == null, "the meters hold the bean factory");

        assertThat(meters.get("weakref.finalizers.live").gauge().value()).isNaN();
    }

    @Test
    void leaksAreCountedByKind() {
        runner.withBean(FinalizerRegistryCustomizer.class, () -> builder -> builder.reportOpenAtExit(true))
                .run(context -> {
                    MeterRegistry meters = new SimpleMeterRegistry();
                    context.getBean(WeakRefMetrics.class).bindTo(meters);

                    FinalizerRegistry registry = context.getBean(FinalizerRegistry.class);
                    registry.finalizer(REFERENT).mustBeClosed().run(() -> {});
                    registry.close();

                    assertThat(meters.get("weakref.finalizers.leaks")
                                    .tag("kind", "NOT_CLOSED")
                                    .functionCounter()
                                    .count())
                            .isEqualTo(1);
                    assertThat(meters.get("weakref.finalizers.leaks").functionCounters())
                            .extracting(counter -> counter.getId().getTag("kind"))
                            .containsExactlyInAnyOrder("NOT_CLOSED", "OVERDUE", "RESOLVED");
                });
    }

    @Test
    @Tag("collects")
    void delaysAreCountedByKind() {
        runner.withPropertyValues("weakref.finalizers.take-over=2ms").run(context -> {
            MeterRegistry meters = new SimpleMeterRegistry();
            context.getBean(WeakRefMetrics.class).bindTo(meters);
            CountDownLatch go = new CountDownLatch(1);

            context.getBean(FinalizerRegistry.class).register(new Object(), go::await);

            Gc.awaitTrue(
                    () -> meters.get("weakref.finalizers.delays")
                                    .tag("kind", "STILL_RUNNING")
                                    .functionCounter()
                                    .count()
                            == 1,
                    "nothing was counted");
            go.countDown();
            assertThat(meters.get("weakref.finalizers.delays").functionCounters())
                    .extracting(counter -> counter.getId().getTag("kind"))
                    .containsExactlyInAnyOrder("STILL_RUNNING", "FINISHED_AFTER_ALL", "ALL_WORKERS_STUCK");
        });
    }

    @Test
    @Tag("collects")
    void whatWaitsForItsTurnIsShown() {
        // until then it does not run beside the one that it waits for
        runner.withPropertyValues("weakref.finalizers.take-over=1m").run(context -> {
            MeterRegistry meters = new SimpleMeterRegistry();
            context.getBean(WeakRefMetrics.class).bindTo(meters);
            Gauge waiting = meters.get("weakref.finalizers.waiting").gauge();
            CountDownLatch go = new CountDownLatch(1);
            CountDownLatch begun = new CountDownLatch(1);
            registerTwoThatDie(context.getBean(FinalizerRegistry.class), begun, go);

            Gc.awaitTrue(() -> begun.getCount() == 0, "no action has begun");
            Gc.awaitTrue(() -> waiting.value() == 1, "nothing waits");
            go.countDown();
            Gc.awaitTrue(() -> waiting.value() == 0, "it still waits");
        });
    }

    private static void registerTwoThatDie(FinalizerRegistry registry, CountDownLatch begun, CountDownLatch go) {
        Object dying = new Object();
        registry.register(dying, () -> {});
        registry.register(dying, () -> {
            begun.countDown();
            go.await();
        });
    }

    @Test
    @Tag("collects")
    void sharedCollectionsHaveTheirsFromTheMomentThatTheyAreMade() {
        runner.run(context -> {
            WeakCollections collections = context.getBean(WeakCollections.class);
            collections.set(String.class).add("before");
            MeterRegistry meters = new SimpleMeterRegistry();
            context.getBean(WeakRefMetrics.class).bindTo(meters);
            WeakSet<Object> named = collections.set(Object.class, "named");
            named.add(REFERENT);

            assertThat(meters.get("weakref.collections.size")
                            .tags("type", "dev.weakref.WeakSet<java.lang.String>", "name", "none")
                            .gauge()
                            .value())
                    .isEqualTo(1);
            assertThat(meters.get("weakref.collections.size")
                            .tags("type", "dev.weakref.WeakSet<java.lang.Object>", "name", "named")
                            .gauge()
                            .value())
                    .isEqualTo(1);
            named.add(new Object());
            FunctionCounter collected = meters.get("weakref.collections.collected")
                    .tags("name", "named")
                    .functionCounter();
            Gc.awaitTrue(() -> collected.count() == 1, "the collected entry is not counted");
        });
    }

    @Test
    void notMoreThanAHundredSharedCollectionsHaveMeters() {
        runner.run(context -> {
            MeterRegistry meters = new SimpleMeterRegistry();
            context.getBean(WeakRefMetrics.class).bindTo(meters);

            for (int i = 0; i < 200; i++) {
                context.getBean(WeakCollections.class).set(String.class, "name " + i);
            }

            assertThat(meters.get("weakref.collections.size").gauges()).hasSize(100);
        });
    }

    @Test
    void norHaveMoreWhenSeveralAreMadeAtOnce() {
        for (int round = 0; round < 100; round++) {
            WeakCollections collections = new WeakCollections();
            StaticListableBeanFactory beans = new StaticListableBeanFactory(Map.of("collections", collections));
            MeterRegistry meters = new SimpleMeterRegistry();
            new WeakRefMetrics(beans).bindTo(meters);
            IntStream.range(0, 99).forEach(i -> collections.set(String.class, "name " + i));

            CyclicBarrier all = new CyclicBarrier(4);
            CompletableFuture.allOf(IntStream.range(100, 104)
                            .mapToObj(i -> CompletableFuture.runAsync(
                                    () -> {
                                        await(all);
                                        collections.set(String.class, "name " + i);
                                    },
                                    task -> new Thread(task).start()))
                            .toArray(CompletableFuture[]::new))
                    .join();

            assertThat(meters.get("weakref.collections.size").gauges()).hasSize(100);
        }
    }

    private static void await(CyclicBarrier all) {
        try {
            all.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void actionsAreTimedByTriggerAndOutcome() {
        runner.run(context -> {
            MeterRegistry meters = new SimpleMeterRegistry();
            FinalizerRegistry registry = context.getBean(FinalizerRegistry.class);
            registry.register(REFERENT, () -> {}).close();
            FinalizerActionMetrics actions = context.getBean(FinalizerActionMetrics.class);
            actions.bindTo(meters);

            Finalizer<Void> finalizer = registry.register(REFERENT, () -> {});
            FinalizerInfo info = registry.find(finalizer.id()).orElseThrow();
            finalizer.close();
            actions.onRun(new FinalizerRun(info, Trigger.EXPLICIT, Outcome.SUCCESS, Duration.ofHours(2), null));

            Timer timer = meters.get("weakref.finalizers.actions")
                    .tags("registry", "application", "trigger", "EXPLICIT", "outcome", "SUCCESS")
                    .timer();
            assertThat(timer.count()).isEqualTo(2);
            assertThat(timer.totalTime(TimeUnit.HOURS)).isGreaterThan(2); // the first has taken its time, too
            assertThat(timer.max(TimeUnit.HOURS)).isEqualTo(2);
            assertThat(meters.get("weakref.finalizers.actions").timers()).hasSize(9);
        });
    }

    @Test
    void eachMeterRegistryHasTheTimes() {
        runner.run(context -> {
            FinalizerActionMetrics timer = context.getBean(FinalizerActionMetrics.class);
            List<MeterRegistry> all = List.of(new SimpleMeterRegistry(), new SimpleMeterRegistry());
            all.forEach(timer::bindTo);

            context.getBean(FinalizerRegistry.class)
                    .register(REFERENT, () -> {})
                    .close();

            assertThat(all)
                    .extracting(meters -> meters.get("weakref.finalizers.actions")
                            .tags("trigger", "EXPLICIT", "outcome", "SUCCESS")
                            .timer()
                            .count())
                    .containsExactly(1L, 1L);
        });
    }

    @Test
    void aRegistryOfTheUsersHasNoTimerUnlessHeGivesItOne() {
        runner.withBean("one", FinalizerRegistry.class, FinalizerRegistry::create)
                .run(context -> assertThat(context).doesNotHaveBean(FinalizerActionMetrics.class));
        runner.withBean("own", FinalizerActionMetrics.class, () -> new FinalizerActionMetrics("own"))
                .run(context -> assertThat(context)
                        .hasSingleBean(FinalizerActionMetrics.class)
                        .hasBean("own"));
    }

    @Test
    void weakGaugesNeedAMeterRegistry() {
        runner.run(context -> assertThat(context).doesNotHaveBean(WeakGauges.class));
        runner.withBean(SimpleMeterRegistry.class).run(context -> {
            assertThat(context).hasBean("weakRefGauges");
            context.getBean(WeakGauges.class).gauge("own", Tags.empty(), REFERENT, Object::hashCode);
            assertThat(context.getBean(MeterRegistry.class).find("own").gauge()).isNotNull();
        });
        runner.withBean(SimpleMeterRegistry.class)
                .withBean("own", WeakGauges.class)
                .run(context ->
                        assertThat(context).hasSingleBean(WeakGauges.class).hasBean("own"));
    }

    @Test
    void eachRegistryHasItsOwn() {
        runner.withBean("one", FinalizerRegistry.class, () -> FinalizerRegistry.create("first"))
                .withBean("two", FinalizerRegistry.class, () -> FinalizerRegistry.create("second"))
                .run(context -> {
                    MeterRegistry meters = new SimpleMeterRegistry();
                    context.getBean(WeakRefMetrics.class).bindTo(meters);

                    assertThat(meters.get("weakref.finalizers.live").gauges())
                            .extracting(gauge -> gauge.getId().getTag("registry"))
                            .containsExactlyInAnyOrder("first", "second");
                });
    }

    @Test
    void thoseOfAChildAreBoundByHand() {
        runner.withBean(SimpleMeterRegistry.class)
                .run(parent -> new ApplicationContextRunner()
                        .withParent(parent)
                        .withBean(FinalizerRegistry.class, () -> FinalizerRegistry.create("ofTheChild"))
                        .run(child -> {
                            MeterRegistry meters = child.getBean(MeterRegistry.class);
                            assertThat(meters.find("weakref.finalizers.live")
                                            .tag("registry", "ofTheChild")
                                            .gauge())
                                    .isNull();

                            new WeakRefMetrics(child.getBeanFactory()).bindTo(meters);

                            assertThat(meters.find("weakref.finalizers.live")
                                            .tag("registry", "ofTheChild")
                                            .gauge())
                                    .isNotNull();
                        }));
    }

    @Test
    void actionMetricsOfTheUserListenToTheAutoConfiguredRegistry() {
        runner.withBean(
                        "own",
                        FinalizerRegistry.class,
                        FinalizerRegistry::create,
                        definition -> definition.setAutowireCandidate(false))
                .withBean("timer", FinalizerActionMetrics.class, () -> new FinalizerActionMetrics("own"))
                .run(context -> {
                    MeterRegistry meters = new SimpleMeterRegistry();
                    context.getBean(FinalizerActionMetrics.class).bindTo(meters);

                    context.getBean(FinalizerRegistry.class)
                            .register(REFERENT, () -> {})
                            .close();

                    assertThat(meters.get("weakref.finalizers.actions")
                                    .tags("registry", "own", "trigger", "EXPLICIT", "outcome", "SUCCESS")
                                    .timer()
                                    .count())
                            .isEqualTo(1);
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
        assertThat(application
                        .getBean(MeterRegistry.class)
                        .get("weakref.finalizers.actions")
                        .timers())
                .hasSize(9);
        assertThat(application.getBean(WeakGauges.class)).isNotNull();
        application.close();
    }

    @Test
    void thereAreNoneWithoutMicrometer() {
        List.of(new FilteredClassLoader("io.micrometer"), new FilteredClassLoader(MeterRegistry.class))
                .forEach(without -> runner.withClassLoader(without)
                        .run(context -> assertThat(context)
                                .hasNotFailed()
                                .doesNotHaveBean("weakRefMetrics")
                                .doesNotHaveBean("weakRefFinalizerActionMetrics")
                                .doesNotHaveBean("weakRefGauges")));
    }

    @Test
    void withoutAMeterRegistryNothingHappens() {
        runner.run(context ->
                assertThat(context).hasSingleBean(WeakRefMetrics.class).doesNotHaveBean(MeterRegistry.class));
    }

    @Test
    void thePropertySwitchesThemOff() {
        runner.withPropertyValues("weakref.enabled=false")
                .run(context -> assertThat(context)
                        .doesNotHaveBean(WeakRefMetrics.class)
                        .doesNotHaveBean(FinalizerActionMetrics.class)
                        .doesNotHaveBean(WeakGauges.class));
    }

    @Test
    void theUsersOwnWin() {
        runner.withBean("own", WeakRefMetrics.class)
                .run(context ->
                        assertThat(context).hasSingleBean(WeakRefMetrics.class).hasBean("own"));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}

package dev.weakref.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.FinalizerListener;
import dev.weakref.FinalizerRegistry;
import dev.weakref.FinalizerRun;
import dev.weakref.WeakValueMap;
import dev.weakref.spring.collections.WeakCollections;
import dev.weakref.spring.endpoint.WeakRefsDescriptor;
import dev.weakref.spring.endpoint.WeakRefsEndpoint;
import dev.weakref.spring.metrics.WeakRefMetrics;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.ContextRefreshedEvent;

/** Whole applications with a parent and a child context, each with the starter. */
@Timeout(240)
class ChildContextTests {

    private static final Object REFERENT = new Object();

    private final List<String> events = new CopyOnWriteArrayList<>();
    private final List<ConfigurableApplicationContext> contexts = new ArrayList<>();

    @AfterEach
    void close() {
        contexts.forEach(ConfigurableApplicationContext::close);
    }

    @Test
    void itsFinalizersAloneRunBeforeItsBeansAreDestroyed() {
        ConfigurableApplicationContext child = child(Plain.class, Plain.class);
        ConfigurableApplicationContext parent = parent(child);
        registry(parent).register(REFERENT, () -> events.add("finalizer of the parent"));
        registry(child).register(REFERENT, () -> events.add("finalizer of the child"));
        child.getBean(Resource.class).events = events;

        child.close();

        assertThat(events).containsExactly("finalizer of the child", "resource destroyed");
        assertThat(registry(parent).isClosed()).isFalse();
        parent.close();
        assertThat(events).endsWith("finalizer of the parent");
    }

    @Test
    void eachContextHasARegistryAndCollectionsOfItsOwn() {
        ConfigurableApplicationContext child = child(Plain.class, Plain.class);

        Injected ofTheChild = child.getBean(Injected.class);
        Injected ofTheParent = parent(child).getBean(Injected.class);

        assertThat(ofTheChild.registry).isNotSameAs(ofTheParent.registry).isSameAs(registry(child));
        assertThat(ofTheParent.registry).isSameAs(registry(parent(child)));
        assertThat(ofTheChild.map).isNotSameAs(ofTheParent.map);
        assertThat(ofTheParent.registry.name()).isEqualTo("application");
        assertThat(ofTheChild.registry.name()).isEqualTo("child " + child.getId());
    }

    @Test
    void aChildThatAsksForThoseOfItsParentHasThem() {
        ConfigurableApplicationContext child = child(Plain.class, Plain.class, "--weakref.inherit=true");
        Injected ofTheChild = child.getBean(Injected.class);
        Injected ofTheParent = parent(child).getBean(Injected.class);
        ofTheChild.registry.register(REFERENT, () -> events.add("finalizer"));

        assertThat(ofTheChild.registry).isSameAs(ofTheParent.registry);
        assertThat(ofTheChild.map).isSameAs(ofTheParent.map);
        child.close();
        assertThat(events).isEmpty();
        parent(child).close();
        assertThat(events).containsExactly("finalizer");
    }

    @Test
    void theRegistryOfAChildWinsOverOneOfItsParentByAnotherName() {
        ConfigurableApplicationContext child = child(OwnRegistry.class, WithNames.class);

        assertThat(child.getBean(Injected.class).registry.name()).isEqualTo("child " + child.getId());
        assertThat(child.getBean(ByName.class).own.name()).isEqualTo("child " + child.getId());
        assertThat(child.getBean(ByName.class).qualified.name()).isEqualTo("own");
        assertThat(parent(child).getBean(Injected.class).registry.name()).isEqualTo("own");
    }

    @Test
    void theUsersRegistryOfAChildWinsOverTheOneOfItsParent() {
        ConfigurableApplicationContext child = child(Plain.class, OwnRegistry.class);

        assertThat(child.getBean(Injected.class).registry.name()).isEqualTo("own");
        assertThat(child.getBeanFactory().containsLocalBean("weakRefFinalizerRegistry"))
                .isFalse();
        assertThat(parent(child).getBean(Injected.class).registry.name()).isEqualTo("application");
    }

    @Test
    void theUsersOwnCollectionsOfAParentAreNotThoseOfItsChild() {
        ConfigurableApplicationContext child = child(OwnCollections.class, Plain.class);

        WeakCollections own = parent(child).getBean("own", WeakCollections.class);
        assertThat(parent(child).getBean(Injected.class).map).isSameAs(own.valueMap(String.class, Object.class));
        assertThat(child.getBean(Injected.class).map)
                .isNotSameAs(own.valueMap(String.class, Object.class))
                .isSameAs(child.getBean(WeakCollections.class).valueMap(String.class, Object.class));
    }

    @Test
    void theEndpointOfEachShowsItsOwnRegistryAlone() {
        ConfigurableApplicationContext child =
                child(Plain.class, Plain.class, "--management.endpoints.web.exposure.include=weakrefs");
        registry(child).register(REFERENT, () -> {});

        assertThat(live(child)).containsExactly(1L);
        assertThat(live(parent(child))).containsExactly(0L);
    }

    private static List<Long> live(ApplicationContext context) {
        return context
                .getBean(WeakRefsEndpoint.class)
                .weakRefs(null, null, null, null, null, null, null, null, null)
                .registries()
                .stream()
                .map(WeakRefsDescriptor.RegistryDescriptor::live)
                .toList();
    }

    @Test
    void metersOfAChildAreBoundByHandUnderANameOfItsOwn() {
        ConfigurableApplicationContext child = child(WithMeters.class, Plain.class);
        MeterRegistry meters = child.getBean(MeterRegistry.class);
        registry(child).register(REFERENT, () -> {});
        assertThat(gauges(meters, "weakref.finalizers.live")).containsExactly("application 0.0");

        child.getBean(WeakRefMetrics.class).bindTo(meters, "child");

        assertThat(gauges(meters, "weakref.finalizers.live"))
                .containsExactlyInAnyOrder(
                        "application 0.0", "child/" + registry(child).name() + " 1.0");
        assertThat(meters.get("weakref.collections.size").meters())
                .map(Meter::getId)
                .map(id -> id.getTag("name"))
                .containsExactlyInAnyOrder("none", "child/none");
    }

    @Test
    void theActionsOfAChildDoNotCountAsThoseOfItsParent() {
        ConfigurableApplicationContext child = child(WithMeters.class, Plain.class);
        registry(child).register(REFERENT, () -> {}).close();
        registry(parent(child)).register(REFERENT, () -> {}).close();

        assertThat(child.getBean(MeterRegistry.class)
                        .get("weakref.finalizers.actions")
                        .timers())
                .filteredOn(timer -> timer.count() > 0)
                .singleElement()
                .satisfies(timer -> assertThat(timer.count()).isEqualTo(1));
    }

    @Test
    void listenersOfAParentAreToldOfWhatRunsInItsChild() {
        ConfigurableApplicationContext child = child(WithListener.class, Plain.class);

        registry(child).register(REFERENT, () -> {}).close();

        assertThat(child.getBean(RunCounter.class).runs).hasValue(1);
    }

    private static List<String> gauges(MeterRegistry meters, String name) {
        return meters.get(name).gauges().stream().map(ChildContextTests::show).toList();
    }

    private static String show(Gauge gauge) {
        return gauge.getId().getTag("registry") + " " + gauge.value();
    }

    @Test
    void theContextOfTheManagementPortHasNothingOfItsOwn() {
        List<ApplicationContext> refreshed = new CopyOnWriteArrayList<>();
        ConfigurableApplicationContext application = new SpringApplicationBuilder(Plain.class)
                .web(WebApplicationType.SERVLET)
                .listeners((ApplicationListener<ContextRefreshedEvent>)
                        event -> refreshed.add(event.getApplicationContext()))
                .properties(
                        "server.port=0",
                        "management.server.port=0",
                        // Boot 4 defines the factory once for each server that is present
                        "spring.main.allow-bean-definition-overriding=true",
                        "spring.main.banner-mode=off",
                        "spring.datasource.generate-unique-name=true")
                .run();
        contexts.add(application);

        assertThat(refreshed)
                .hasSize(2)
                .filteredOn(context -> context != application)
                .allSatisfy(management -> {
                    assertThat(management.getParent()).isSameAs(application);
                    assertThat(management.containsLocalBean("weakRefFinalizerRegistry"))
                            .isFalse();
                    assertThat(management.containsLocalBean("weakRefExitPass")).isFalse();
                    assertThat(management.containsLocalBean("weakRefCollections"))
                            .isFalse();
                });
    }

    private ConfigurableApplicationContext child(Class<?> parent, Class<?> child, String... arguments) {
        ConfigurableApplicationContext context = new SpringApplicationBuilder(parent)
                .web(WebApplicationType.NONE)
                .properties("spring.main.banner-mode=off", "spring.datasource.generate-unique-name=true")
                .child(child)
                .web(WebApplicationType.NONE)
                .run(arguments);
        contexts.add(context);
        contexts.add(parent(context));
        return context;
    }

    private static ConfigurableApplicationContext parent(ConfigurableApplicationContext child) {
        return (ConfigurableApplicationContext) child.getParent();
    }

    private static FinalizerRegistry registry(ApplicationContext context) {
        return context.getBean(FinalizerRegistry.class);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Plain {

        @Bean
        Injected injected(FinalizerRegistry registry, WeakValueMap<String, Object> map) {
            return new Injected(registry, map);
        }

        @Bean
        Resource resource() {
            return new Resource();
        }
    }

    record Injected(FinalizerRegistry registry, WeakValueMap<String, Object> map) {}

    record ByName(FinalizerRegistry own, FinalizerRegistry qualified) {}

    @Configuration(proxyBeanMethods = false)
    @Import(Plain.class)
    static class WithNames {

        @Bean
        ByName byName(FinalizerRegistry own, @Qualifier("own") FinalizerRegistry qualified) {
            return new ByName(own, qualified);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(Plain.class)
    static class OwnRegistry {

        @Bean
        FinalizerRegistry own() {
            return FinalizerRegistry.create("own");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(Plain.class)
    static class OwnCollections {

        @Bean
        WeakCollections own() {
            return new WeakCollections();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(Plain.class)
    static class WithMeters {

        @Bean
        SimpleMeterRegistry meters() {
            return new SimpleMeterRegistry();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(Plain.class)
    static class WithListener {

        @Bean
        RunCounter listener() {
            return new RunCounter(new AtomicInteger());
        }
    }

    record RunCounter(AtomicInteger runs) implements FinalizerListener {

        @Override
        public void onRun(FinalizerRun run) {
            runs.incrementAndGet();
        }
    }

    static final class Resource implements DisposableBean {

        private List<String> events = new ArrayList<>();

        @Override
        public void destroy() {
            events.add("resource destroyed");
        }
    }
}

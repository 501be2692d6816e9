package dev.weakref.spring.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import dev.weakref.FinalizerRegistry;
import dev.weakref.WeakValueMap;
import dev.weakref.spring.autoconfigure.ExitPassAutoConfiguration;
import dev.weakref.spring.autoconfigure.FinalizerRegistryAutoConfiguration;
import dev.weakref.spring.autoconfigure.WeakCollectionsAutoConfiguration;
import dev.weakref.spring.autoconfigure.WeakListenersAutoConfiguration;
import dev.weakref.spring.collections.WeakCollections;
import dev.weakref.spring.lifecycle.FinalizerFailureHandler;
import dev.weakref.spring.lifecycle.FinalizerRegistryCustomizer;
import dev.weakref.spring.listeners.WeakListeners;
import dev.weakref.test.Gc;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.stereotype.Service;
import org.springframework.util.ClassUtils;

@ExtendWith(OutputCaptureExtension.class)
class SpringBootPageTests {

    private static final Log log = LogFactory.getLog(SpringBootPageTests.class);

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ExitPassAutoConfiguration.class,
                    FinalizerRegistryAutoConfiguration.class,
                    WeakCollectionsAutoConfiguration.class,
                    WeakListenersAutoConfiguration.class));

    @Test
    void everyPropertyHasADescriptionInBootsGrammar() throws Exception {
        for (Map<String, Object> property : properties()) {
            assertThat((String) property.get("description"))
                    .as("description of " + property.get("name"))
                    .isNotBlank()
                    .endsWith(".")
                    .matches("[A-Z].*")
                    .doesNotStartWith("The ")
                    .doesNotStartWith("A ");
            if ("java.lang.Boolean".equals(property.get("type"))) {
                assertThat((String) property.get("description")).startsWith("Whether to ");
            }
        }
    }

    @Test
    void theTableOfPropertiesIsThatOfTheMetadata() throws Exception {
        List<List<String>> table =
                Page.of("spring-boot.md").section("Properties").table("property");

        assertThat(table)
                .containsExactlyInAnyOrderElementsOf(properties().stream()
                        .map(property -> List.of(
                                property.get("name").toString(),
                                property.getOrDefault("defaultValue", "").toString(),
                                property.get("description").toString()))
                        .toList());
    }

    @Test
    void everyEnumHasAHintForEachOfItsValues() throws Exception {
        for (Map<String, Object> property : properties()) {
            Class<?> type = ClassUtils.forName(((String) property.get("type")).replaceFirst("<.*", ""), null);
            if (type.isEnum() && type.getName().startsWith("dev.weakref.")) {
                assertThat(hints((String) property.get("name"), "value"))
                        .as("values of " + property.get("name"))
                        .containsExactlyInAnyOrderElementsOf(Arrays.stream(type.getEnumConstants())
                                .map(value -> value.toString().toLowerCase(Locale.ROOT))
                                .toList());
                assertThat(hints((String) property.get("name"), "description"))
                        .hasSize(type.getEnumConstants().length)
                        .allSatisfy(
                                description -> assertThat((String) description).matches("[A-Z].*\\."));
            }
        }
    }

    @Test
    void everyHintIsForAPropertyAndFitsItsType() throws Exception {
        List<Object> named = JsonPath.read(metadata(), "$.hints[*].name");

        assertThat(named).isNotEmpty();
        for (Object name : named) {
            assertThat(properties())
                    .filteredOn(property -> property.get("name").equals(name))
                    .singleElement()
                    .satisfies(property -> {
                        Class<?> type = ClassUtils.forName((String) property.get("type"), null);
                        assertThat(hints((String) name, "value"))
                                .allSatisfy(value -> assertThat(ApplicationConversionService.getSharedInstance()
                                                .convert(value, type))
                                        .isNotNull());
                    });
        }
    }

    @Test
    void everyExampleStandsInThisTest() throws Exception {
        String source = withoutSpace(Files.readString(
                Path.of("../autoconfigure/src/test/java/dev/weakref/spring/docs/SpringBootPageTests.java")));

        assertThat(Page.of("spring-boot.md").examples())
                .hasSize(4)
                .allSatisfy(example -> assertThat(source).contains(withoutSpace(example)));
    }

    @Test
    void theServiceSharesItsWorkspacesAndDeletesThemAtExit() {
        List<Path> directories = new ArrayList<>();

        runner.withUserConfiguration(Workspaces.class).run(context -> {
            Workspace workspace = context.getBean(Workspaces.class).open("one");
            directories.add(workspace.directory());
            assertThat(context.getBean(Workspaces.class).open("one")).isSameAs(workspace);
            assertThat(workspace.directory()).exists();
        });

        assertThat(directories.get(0)).doesNotExist();
    }

    @Test
    @Tag("collects")
    void theExecutorRunsActionsAndTheHandlerHasTheirFailures(CapturedOutput output) {
        List<String> threads = new CopyOnWriteArrayList<>();

        runner.withUserConfiguration(Customizers.class)
                .withBean(
                        "applicationTaskExecutor",
                        Executor.class,
                        () -> action -> new Thread(action, "of the executor").start())
                .run(context -> {
                    registerThrowing(context.getBean(FinalizerRegistry.class), threads);
                    Gc.awaitTrue(() -> output.toString().contains("throwing failed"), "nobody told of the failure");
                });

        assertThat(threads).containsExactly("of the executor");
    }

    private static void registerThrowing(FinalizerRegistry registry, List<String> threads) {
        registry.finalizer(new Object()).name("throwing").run(() -> {
            threads.add(Thread.currentThread().getName());
            throw new IllegalStateException("wanted by the test");
        });
    }

    @Test
    void theBasketIsToldOfPrices() {
        runner.withBean(Baskets.class).run(context -> {
            Basket basket = context.getBean(Baskets.class).basket();
            basket.prices.put("apple", new Price(1));

            context.publishEvent(new PriceChanged("apple", new Price(2)));

            assertThat(basket.prices).containsEntry("apple", new Price(2));
        });
    }

    @Test
    void collectionsAreFoundByTypeAndName() {
        WeakCollections collections = new WeakCollections();

        WeakValueMap<String, Session> sessions = collections.valueMap(String.class, Session.class);
        WeakValueMap<String, List<Session>> archive =
                collections.get(new ParameterizedTypeReference<WeakValueMap<String, List<Session>>>() {}, "archive");

        assertThat((Object) sessions).isNotSameAs(archive);
    }

    private static List<Object> hints(String property, String part) throws IOException {
        return JsonPath.read(metadata(), "$.hints[?(@.name=='" + property + "')].values[*]." + part);
    }

    private static List<Map<String, Object>> properties() throws IOException {
        return JsonPath.read(metadata(), "$.properties[?(!@.deprecated)]");
    }

    private static String metadata() throws IOException {
        for (URL file : Collections.list(SpringBootPageTests.class
                .getClassLoader()
                .getResources("META-INF/spring-configuration-metadata.json"))) {
            try (InputStream in = file.openStream()) {
                String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                if (json.contains("\"weakref.enabled\"")) {
                    return json;
                }
            }
        }
        throw new AssertionError("There is no configuration metadata of weakref on the class path");
    }

    private static String withoutSpace(String text) {
        return text.replaceAll("\\s+|\\bstatic (?=(final )?class)", "");
    }

    record Session() {}

    record Price(int cents) {}

    record PriceChanged(String article, Price price) {}

    record Baskets(Basket basket) {
        @Autowired
        Baskets(WeakListeners listeners) {
            this(new Basket(listeners));
        }
    }

    static final class Basket {

        private final Map<String, Price> prices = new ConcurrentHashMap<>();

        Basket(WeakListeners listeners) {
            listeners.add(this, PriceChanged.class, Basket::onPriceChanged);
        }

        private void onPriceChanged(PriceChanged event) {
            prices.replace(event.article(), event.price());
        }
    }

    record Workspace(String name, Path directory) {

        Workspace(String name) {
            this(name, create(name));
        }

        private static Path create(String name) {
            try {
                return Files.createTempDirectory(name);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Service
    static class Workspaces {

        private final FinalizerRegistry registry;
        private final WeakValueMap<String, Workspace> open;

        Workspaces(FinalizerRegistry registry, WeakValueMap<String, Workspace> open) {
            this.registry = registry;
            this.open = open;
        }

        Workspace open(String name) {
            return open.computeIfAbsent(name, this::create);
        }

        private Workspace create(String name) {
            Workspace workspace = new Workspace(name);
            registry.register(workspace, workspace.directory(), Files::delete);
            return workspace;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Customizers {
        @Bean
        FinalizerFailureHandler failuresAreErrors() {
            return (finalizer, failure) -> log.error(finalizer.name() + " failed", failure);
        }

        @Bean
        FinalizerRegistryCustomizer actionsRunInAnExecutor(@Qualifier("applicationTaskExecutor") Executor executor) {
            return builder -> builder.executor(executor);
        }
    }
}

package dev.weakref.spring.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import dev.weakref.FinalizerRegistry;
import dev.weakref.WeakValueMap;
import dev.weakref.spring.FinalizerRegistryCustomizer;
import dev.weakref.spring.WeakCollections;
import dev.weakref.spring.WeakRefMeters;
import dev.weakref.spring.autoconfigure.ExitPassAutoConfiguration;
import dev.weakref.spring.autoconfigure.FinalizerRegistryAutoConfiguration;
import dev.weakref.spring.autoconfigure.WeakCollectionsAutoConfiguration;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.stereotype.Service;

@ExtendWith(OutputCaptureExtension.class)
class SpringBootPageTests {

    private static final Log log = LogFactory.getLog(SpringBootPageTests.class);

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ExitPassAutoConfiguration.class,
                    FinalizerRegistryAutoConfiguration.class,
                    WeakCollectionsAutoConfiguration.class));

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
    void theTableOfMetersIsThatOfTheBinder() throws Exception {
        MeterRegistry meters = new SimpleMeterRegistry();
        runner.run(context -> new WeakRefMeters(context).bindTo(meters));

        assertThat(Page.of("spring-boot.md").section("Meters").table("meter"))
                .containsExactlyInAnyOrderElementsOf(meters.getMeters().stream()
                        .map(Meter::getId)
                        .map(id -> List.of(
                                id.getName(),
                                id.getTags().stream().map(Tag::getKey).collect(Collectors.joining("`, `")),
                                String.valueOf(id.getDescription())))
                        .distinct()
                        .toList());
    }

    @Test
    void everyExampleStandsInThisTest() throws Exception {
        String source = withoutSpace(Files.readString(
                Path.of("../autoconfigure/src/test/java/dev/weakref/spring/docs/SpringBootPageTests.java")));

        assertThat(Page.of("spring-boot.md").examples())
                .hasSize(3)
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
    void theCustomizerHandlesFailures(CapturedOutput output) {
        runner.withUserConfiguration(Customizers.class)
                .run(context -> context.getBean(FinalizerRegistry.class)
                        .finalizer(log)
                        .name("throwing")
                        .run(() -> {
                            throw new IllegalStateException("wanted by the test");
                        }));

        assertThat(output).contains("throwing failed");
    }

    @Test
    void collectionsAreFoundByTypeAndName() {
        WeakCollections collections = new WeakCollections();

        WeakValueMap<String, Session> sessions = collections.valueMap(String.class, Session.class);
        WeakValueMap<String, List<Session>> archive =
                collections.get(new ParameterizedTypeReference<WeakValueMap<String, List<Session>>>() {}, "archive");

        assertThat((Object) sessions).isNotSameAs(archive);
    }

    private static List<Map<String, Object>> properties() throws IOException {
        for (URL file : Collections.list(SpringBootPageTests.class
                .getClassLoader()
                .getResources("META-INF/spring-configuration-metadata.json"))) {
            try (InputStream in = file.openStream()) {
                String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                if (json.contains("\"weakref.enabled\"")) {
                    return JsonPath.read(json, "$.properties[?(!@.deprecated)]");
                }
            }
        }
        throw new AssertionError("There is no configuration metadata of weakref on the class path");
    }

    private static String withoutSpace(String text) {
        return text.replaceAll("\\s+|\\bstatic (?=class)", "");
    }

    record Session() {}

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
        FinalizerRegistryCustomizer failuresAreErrors() {
            return builder ->
                    builder.onFailure((finalizer, failure) -> log.error(finalizer.name() + " failed", failure));
        }
    }
}

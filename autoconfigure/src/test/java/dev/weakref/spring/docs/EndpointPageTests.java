package dev.weakref.spring.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import dev.weakref.Finalizer;
import dev.weakref.FinalizerRegistry;
import dev.weakref.spring.collections.WeakCollections;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** Holds the page against answers in which every field has a value. */
class EndpointPageTests {

    private static final Object REFERENT = new Object();

    private static ConfigurableApplicationContext application;

    @BeforeAll
    static void start() {
        application = new SpringApplicationBuilder(Application.class)
                .properties(
                        "server.port=0",
                        "spring.main.banner-mode=off",
                        "spring.datasource.url=jdbc:h2:mem:page",
                        "management.endpoints.web.exposure.include=weakrefs",
                        "management.endpoint.weakrefs.show-values=always",
                        "weakref.finalizers.leak-level=paranoid")
                .run();
        FinalizerRegistry registry = application.getBean(FinalizerRegistry.class);
        registry.register(REFERENT, "a state", state -> {});
        registry.finalizer(REFERENT).name("another").state("a state").run(state -> {});
        registry.register(REFERENT, () -> {}).close();
        leak(registry);
        application.getBean(WeakCollections.class).valueMap(String.class, Thread.class, "named");
    }

    private static void leak(FinalizerRegistry registry) {
        Finalizer<Void> leaking =
                registry.finalizer(REFERENT).overdueAfter(Duration.ofMillis(1)).run(() -> {});
        while (registry.leaks().isEmpty()) {
            Thread.onSpinWait();
        }
        leaking.detach();
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @Test
    void everyFieldOfTheWholeIsDocumentedAndNoOther() throws Exception {
        assertThat(documented("`GET /actuator/weakrefs`"))
                .isEqualTo(both(answer("?limit=1"), answer("?groupBy=name&limit=1")));
    }

    @Test
    void everyFieldOfOneFinalizerIsDocumentedAndNoOther() throws Exception {
        assertThat(documented("`GET /actuator/weakrefs/{id}`")).isEqualTo(fields(answer("/1")));
    }

    @Test
    void everyFieldOfAnErrorIsDocumentedAndNoOther() throws Exception {
        assertThat(documented("Status 400")).isEqualTo(fields(answer("?limit=0")));
    }

    @Test
    void everyDocumentedParameterMeansSomething() throws Exception {
        List<List<String>> parameters =
                Page.of("endpoint.md").section("`GET /actuator/weakrefs`").table("parameter");

        assertThat(parameters.stream().map(row -> row.get(0)))
                .containsExactlyInAnyOrder(
                        "name", "referentType", "atExit", "state", "age", "order", "groupBy", "limit", "cursor");
        for (String filter : List.of(
                "name=nothing",
                "referentType=nothing",
                "atExit=false",
                "state=overdue",
                "age=1h",
                "cursor=1",
                "groupBy=name",
                "order=oldest&cursor=9")) {
            assertThat(JsonPath.<List<?>>read(answer("?" + filter), "$.finalizers"))
                    .isEmpty();
        }
    }

    private static Set<String> both(String list, String groups) {
        Set<String> fields = fields(list);
        fields.addAll(fields(groups));
        return fields;
    }

    private static Set<String> documented(String section) throws IOException {
        Set<String> fields = new TreeSet<>();
        Page.of("endpoint.md").section(section).table("field").forEach(row -> fields.add(row.get(0)));
        return fields;
    }

    private static Set<String> fields(String json) {
        Set<String> fields = new TreeSet<>();
        collect("", JsonPath.read(json, "$"), fields);
        return fields;
    }

    private static void collect(String prefix, Object value, Set<String> fields) {
        if (value instanceof Map<?, ?> object) {
            object.forEach((name, field) -> {
                String path = prefix.isEmpty() ? name.toString() : prefix + "." + name;
                fields.add(path);
                collect(path, field, fields);
            });
        } else if (value instanceof List<?> list) {
            list.forEach(element -> collect(prefix + "[]", element, fields));
        }
    }

    private static String answer(String query) throws Exception {
        String port = application.getEnvironment().getRequiredProperty("local.server.port");
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + port + "/actuator/weakrefs" + query))
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}

package dev.weakref.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import dev.weakref.Finalizer;
import dev.weakref.FinalizerRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** The endpoint over HTTP, in an application as a user would start it. */
class WeakRefsEndpointWebTests {

    private static final Object REFERENT = new Object();

    private static ConfigurableApplicationContext application;
    private static String live;
    private static String dead;

    @BeforeAll
    static void start() {
        application = new SpringApplicationBuilder(Application.class)
                .properties(
                        "server.port=0",
                        "spring.main.banner-mode=off",
                        "spring.datasource.url=jdbc:h2:mem:web",
                        "management.endpoints.web.exposure.include=weakrefs")
                .run();
        FinalizerRegistry registry = application.getBean(FinalizerRegistry.class);
        live = Long.toString(
                registry.finalizer(REFERENT).name("lives").run(() -> {}).id());
        Finalizer<Void> run = registry.finalizer(REFERENT).name("ran").run(() -> {});
        run.close();
        dead = Long.toString(run.id());
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @Test
    void theWholeIsShown() throws Exception {
        HttpResponse<String> answer = get("");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(JsonPath.<String>read(answer.body(), "$.registries[0].name")).isEqualTo("weakRefFinalizerRegistry");
        assertThat(JsonPath.<Boolean>read(answer.body(), "$.registries[0].primary"))
                .isTrue();
        assertThat(JsonPath.<String>read(answer.body(), "$.finalizers[0].name")).isEqualTo("lives");
    }

    @Test
    void oneFinalizerIsShown() throws Exception {
        HttpResponse<String> answer = get("/" + live);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(JsonPath.<String>read(answer.body(), "$.id")).isEqualTo(live);
        assertThat(JsonPath.<String>read(answer.body(), "$.referentType")).isEqualTo("java.lang.Object");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/1000", "/abc", "/weakRefFinalizerRegistry:1000", "/unknown:1"})
    void anUnknownFinalizerIsNotFound(String path) throws Exception {
        assertThat(get(path).statusCode()).isEqualTo(404);
    }

    @Test
    void aDeadFinalizerIsNotFound() throws Exception {
        assertThat(get("/" + dead).statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({
        "limit=0, limit is '0': give a number from 1 to 1000",
        "limit=abc, limit is 'abc': give a number from 1 to 1000",
        "limit=1&limit=2, limit is '1&2'",
        "cursor=xyz, cursor is 'xyz': give the cursor of the answer before",
        "atExit=maybe, atExit is 'maybe': give true or false"
    })
    void aBadParameterIsAnsweredWithWhatToDo(String query, String message) throws Exception {
        HttpResponse<String> answer = get("?" + query);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(JsonPath.<String>read(answer.body(), "$.message")).contains(message.replace('&', ','));
    }

    @ParameterizedTest
    @CsvSource({"POST, ''", "DELETE, /1", "POST, /1", "PUT, ''"})
    void itIsReadOnly(String method, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri(path))
                .method(method, BodyPublishers.noBody())
                .build();

        assertThat(send(request).statusCode()).isEqualTo(405);
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return send(HttpRequest.newBuilder(uri(path)).build());
    }

    private static HttpResponse<String> send(HttpRequest request) throws Exception {
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    }

    private static URI uri(String path) {
        String port = application.getEnvironment().getRequiredProperty("local.server.port");
        return URI.create("http://localhost:" + port + "/actuator/weakrefs" + path);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}

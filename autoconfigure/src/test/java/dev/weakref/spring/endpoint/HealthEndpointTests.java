package dev.weakref.spring.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import dev.weakref.FinalizerRegistry;
import dev.weakref.spring.endpoint.EndpointApplication.Stack;
import dev.weakref.spring.lifecycle.FinalizerRegistryCustomizer;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.StringUtils;

/** What Actuator's {@code health} says, over HTTP: the classes of Boot's health differ from line to line. */
class HealthEndpointTests {

    private static final Object REFERENT = new Object();
    private static final CountDownLatch GO = new CountDownLatch(1);

    @Test
    void thePageShowsWhatTheEndpointAnswers() throws Exception {
        Matcher example = Pattern.compile("`GET /actuator/health/weakref`.*?```json\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("..", "docs", "monitoring.md")));
        assertThat(example.find()).isTrue();
        Map<String, Object> shown = JsonPath.read(example.group(1), "$.details.application");

        try (EndpointApplication application = start()) {
            String answer = get(application, "/weakref").body();

            assertThat(JsonPath.<String>read(answer, "$.status")).isEqualTo("UP");
            Map<String, Object> answered = JsonPath.read(answer, "$.details.application");
            assertThat(answered.keySet()).containsExactlyElementsOf(shown.keySet());
        }
    }

    @Test
    void aStuckRegistryTakesTheWholeAlongOnlyIfThatIsAskedFor() {
        try (EndpointApplication application = start();
                EndpointApplication strict = start(
                        "management.endpoint.health.status.order=down,out-of-service,stuck,up,unknown",
                        "management.endpoint.health.status.http-mapping.stuck=503")) {
            stick(application.bean(FinalizerRegistry.class));
            stick(strict.bean(FinalizerRegistry.class));

            assertThat(JsonPath.<String>read(get(application, "/weakref").body(), "$.status"))
                    .isEqualTo("STUCK");
            HttpResponse<String> whole = get(application, "");
            assertThat(whole.statusCode()).isEqualTo(200);
            assertThat(JsonPath.<String>read(whole.body(), "$.status")).isEqualTo("UP");
            assertThat(JsonPath.<String>read(whole.body(), "$.components.weakref.status"))
                    .isEqualTo("STUCK");
            HttpResponse<String> strictly = get(strict, "");
            assertThat(strictly.statusCode()).isEqualTo(503);
            assertThat(JsonPath.<String>read(strictly.body(), "$.status")).isEqualTo("STUCK");
        } finally {
            GO.countDown();
        }
    }

    private static void stick(FinalizerRegistry registry) {
        registry.callLater(registry.register(REFERENT, GO::await).id());
        while (!registry.isStuck()) {
            Thread.onSpinWait();
        }
    }

    private static EndpointApplication start(String... properties) {
        String[] all = {
            "management.endpoints.web.exposure.include=health",
            "management.endpoint.health.show-details=always",
            "management.health.defaults.enabled=false",
            "management.health.ping.enabled=true",
            "management.health.weakref.enabled=true"
        };
        return EndpointApplication.start(
                Stack.TOMCAT, List.of(Stuck.class), StringUtils.concatenateStringArrays(all, properties));
    }

    private static HttpResponse<String> get(EndpointApplication application, String path) {
        return application.send(HttpRequest.newBuilder(
                URI.create("http://localhost:" + application.port() + "/actuator/health" + path)));
    }

    @Configuration(proxyBeanMethods = false)
    static class Stuck {
        @Bean
        FinalizerRegistryCustomizer oneWorkerThatIsSoonStuck() {
            return builder -> builder.maxWorkers(1).takeOver(Duration.ofMillis(2));
        }
    }
}

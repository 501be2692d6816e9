package dev.weakref.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.FinalizerRegistry;
import dev.weakref.spring.endpoint.EndpointApplication.Stack;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The exit pass in whole applications. */
@Timeout(120)
class ApplicationShutdownTests {

    private static final Object REFERENT = new Object();

    private final List<String> events = new CopyOnWriteArrayList<>();

    @Test
    void anActionAtExitUsesTheDataSource() {
        ConfigurableApplicationContext application = application(Application.class, WebApplicationType.NONE);
        JdbcTemplate jdbc = new JdbcTemplate(application.getBean(DataSource.class));
        application
                .getBean(FinalizerRegistry.class)
                .register(REFERENT, () -> events.add("answer " + jdbc.queryForObject("select 42", Integer.class)));

        application.close();

        assertThat(events).containsExactly("answer 42");
    }

    @Test
    void aLazyApplicationHasItsExitPassAsWell() {
        ConfigurableApplicationContext application =
                application(Application.class, WebApplicationType.NONE, "--spring.main.lazy-initialization=true");
        application.getBean(FinalizerRegistry.class).register(REFERENT, () -> events.add("ran"));

        application.close();

        assertThat(events).containsExactly("ran");
    }

    @ParameterizedTest
    @EnumSource(names = {"TOMCAT", "JETTY"})
    void aRequestInFlightStillRegisters(Stack server) {
        ConfigurableApplicationContext application = run(server.builder(WebApplication.class));
        WebApplication web = application.getBean(WebApplication.class);
        web.events = events;
        String port = application.getEnvironment().getRequiredProperty("local.server.port");
        // The answer is not waited for: the server may cut it off at its very end.
        CompletableFuture<HttpResponse<String>> unused = HttpClient.newHttpClient()
                .sendAsync(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/slow"))
                                .build(),
                        BodyHandlers.ofString());

        await(web.entered);
        application.close();

        assertThat(events).containsExactly("registered", "ran");
    }

    private static ConfigurableApplicationContext application(
            Class<?> application, WebApplicationType type, String... arguments) {
        return run(new SpringApplicationBuilder(application).web(type), arguments);
    }

    private static ConfigurableApplicationContext run(SpringApplicationBuilder builder, String... arguments) {
        return builder.properties(
                        "server.port=0",
                        "server.shutdown=graceful",
                        "spring.lifecycle.timeout-per-shutdown-phase=2m",
                        "weakref.finalizers.action-limit=1m", // its classes are loaded in it
                        "spring.main.banner-mode=off",
                        "spring.datasource.generate-unique-name=true")
                .run(arguments);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    @RestController
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class WebApplication {

        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch closing = new CountDownLatch(1);
        volatile List<String> events = List.of();
        private final FinalizerRegistry registry;

        WebApplication(FinalizerRegistry registry) {
            this.registry = registry;
        }

        @GetMapping("/slow")
        String slow() {
            entered.countDown();
            await(closing);
            registry.register(REFERENT, () -> events.add("ran"));
            events.add("registered");
            return "done";
        }

        @EventListener
        void on(ContextClosedEvent event) {
            closing.countDown();
        }
    }
}

package dev.weakref.spring.endpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.util.ClassUtils;

/** An application with the endpoint, as a user would start it, and what it answers. */
public final class EndpointApplication implements AutoCloseable {

    private final ConfigurableApplicationContext context;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private EndpointApplication(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** A server and the programming model that it stands for. */
    public enum Stack {
        TOMCAT(WebApplicationType.SERVLET, "tomcat.servlet", "tomcat", "TomcatServletWebServerFactory"),
        JETTY(WebApplicationType.SERVLET, "jetty.servlet", "jetty", "JettyServletWebServerFactory"),
        NETTY(WebApplicationType.REACTIVE, "reactor.netty", "netty", "NettyReactiveWebServerFactory");

        private final WebApplicationType type;
        private final String factory;
        private final String factoryOf3;

        Stack(WebApplicationType type, String location, String locationOf3, String factory) {
            this.type = type;
            this.factory = "org.springframework.boot." + location + "." + factory;
            this.factoryOf3 = "org.springframework.boot.web.embedded." + locationOf3 + "." + factory;
        }

        /** Chooses the server, of which all are present: Boot would take Tomcat for each of the programming models. */
        public SpringApplicationBuilder builder(Class<?>... sources) {
            ClassLoader loader = EndpointApplication.class.getClassLoader();
            Class<?> server =
                    ClassUtils.resolveClassName(ClassUtils.isPresent(factory, loader) ? factory : factoryOf3, loader);
            ApplicationContextInitializer<GenericApplicationContext> registers =
                    context -> context.registerBean("serverFactory", server);
            return new SpringApplicationBuilder(sources).web(type).initializers(registers);
        }
    }

    static EndpointApplication start(Stack stack, String... properties) {
        return start(stack, List.of(), properties);
    }

    static EndpointApplication start(Stack stack, List<Class<?>> sources, String... properties) {
        List<Class<?>> all = new ArrayList<>(sources);
        all.add(Application.class);
        List<String> arguments = new ArrayList<>(List.of(
                "--server.port=0",
                "--spring.main.banner-mode=off",
                "--spring.datasource.generate-unique-name=true",
                "--management.endpoints.web.exposure.include=weakrefs"));
        Arrays.stream(properties).map(property -> "--" + property).forEach(arguments::add);
        return new EndpointApplication(
                stack.builder(all.toArray(Class<?>[]::new)).run(arguments.toArray(String[]::new)));
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    /** The port of the endpoint. */
    int port() {
        return Integer.parseInt(context.getEnvironment()
                .getProperty(
                        "local.management.port", context.getEnvironment().getRequiredProperty("local.server.port")));
    }

    int applicationPort() {
        return Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port() + "/actuator/weakrefs" + path));
    }

    HttpResponse<String> get(String path, String... headers) {
        HttpRequest.Builder request = request(path);
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    HttpResponse<String> delete(String path) {
        return send(request(path).DELETE());
    }

    HttpResponse<String> post(String path, String contentType, String body) {
        return send(request(path).header("Content-Type", contentType).POST(BodyPublishers.ofString(body)));
    }

    HttpResponse<String> post(String path, String json) {
        return post(path, "application/json", json);
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        context.close();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}

package dev.weakref.spring.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.DocumentContext;
import com.jayway.jsonpath.JsonPath;
import dev.weakref.FinalizerRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What Boot's structured logging shows of the library's lines, in a JVM of its own. */
@Timeout(240)
class StructuredLoggingTests {

    @Test
    void theFieldsOfALineAreThoseOfItsJson() throws Exception {
        List<String> lines = linesWith("--logging.structured.format.console=ecs");

        DocumentContext leak = JsonPath.parse(only(lines, "LEAK: "));
        assertThat(leak.<String>read("$.weakref.registry")).isEqualTo("application");
        assertThat(leak.<Integer>read("$.weakref.finalizer.id")).isEqualTo(1);
        assertThat(leak.<String>read("$.weakref.finalizer.name")).isEqualTo("lease");
        assertThat(leak.<String>read("$.weakref.finalizer.action"))
                .isEqualTo(StructuredLoggingTests.class.getName() + "$Application (lambda)");
        assertThat(leak.<String>read("$.weakref.leak")).isEqualTo("NOT_CLOSED");
        assertThat(leak.<String>read("$.message")).startsWith("LEAK: NOT_CLOSED finalizer 1 'lease' of registry");

        DocumentContext failure = JsonPath.parse(only(lines, "failed ("));
        assertThat(failure.<String>read("$.weakref.finalizer.name")).isEqualTo("failing");
        assertThat(failure.<String>read("$.weakref.trigger")).isEqualTo("EXIT");
        assertThat(failure.<String>read("$.weakref.outcome")).isEqualTo("FAILURE");
        assertThat(failure.<String>read("$.error.message")).isEqualTo("for the test");

        DocumentContext pass = JsonPath.parse(only(lines, "Exit pass of registry"));
        assertThat(pass.<Integer>read("$.weakref.exit.run")).isEqualTo(2);
        assertThat(pass.<Integer>read("$.weakref.exit.failed")).isEqualTo(1);
    }

    @Test
    void aPlainLineIsTheSameAsWithoutFields() throws Exception {
        List<String> lines = linesWith("--logging.pattern.console=%p %m%n%ex");

        assertThat(lines)
                .anyMatch(
                        line -> line.matches(
                                "WARN LEAK: NOT_CLOSED finalizer 1 'lease' of registry"
                                        + " 'application', created at \\S+, was never closed explicitly.*PARANOID to see where it was created"));
        assertThat(lines)
                .anyMatch(line -> line.matches("INFO Exit pass of registry 'application': 2 run"
                        + " \\(1 failed\\), 0 timed out, 0 skipped, in \\d+ ms"));
        assertThat(lines).contains("java.io.IOException: for the test");
    }

    private static String only(List<String> lines, String part) {
        List<String> found = lines.stream().filter(line -> line.contains(part)).toList();
        assertThat(found).as("lines with " + part + " among " + lines).hasSize(1);
        return found.get(0);
    }

    private static List<String> linesWith(String argument) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Application.class.getName(),
                        argument)
                .redirectErrorStream(true)
                .start();
        List<String> lines = process.inputReader(StandardCharsets.UTF_8).lines().toList();
        assertThat(process.waitFor()).isZero();
        return lines;
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        private static final Object REFERENT = new Object();

        public static void main(String[] arguments) {
            ConfigurableApplicationContext application = new SpringApplicationBuilder(Application.class)
                    .web(WebApplicationType.NONE)
                    .properties("spring.main.banner-mode=off")
                    .run(arguments);
            FinalizerRegistry registry = application.getBean(FinalizerRegistry.class);
            registry.finalizer(REFERENT).name("lease").mustBeClosed().run(() -> {});
            registry.finalizer(REFERENT).name("failing").run(() -> {
                throw new IOException("for the test");
            });
            application.close();
        }

        @Bean
        FinalizerRegistryCustomizer openIsALeak() {
            return builder -> builder.reportOpenAtExit(true);
        }
    }
}

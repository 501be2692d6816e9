package dev.weakref.spring.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.FinalizerRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

/** The exit pass when the JVM exits, in a JVM of its own. */
@Timeout(120)
class JvmExitTests {

    @Test
    void actionsRunOnSystemExit() throws Exception {
        Process process = start("exit");

        assertThat(lines(process)).contains("action: 42");
        assertThat(process.waitFor()).isEqualTo(3);
    }

    @Test
    void actionsRunOnTermination() throws Exception {
        Process process = start("wait");
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        String line;
        do {
            line = output.readLine();
        } while (line != null && !line.equals("ready"));

        process.toHandle().destroy();

        assertThat(output.lines()).contains("action: 42");
        assertThat(process.waitFor()).isNotZero();
    }

    private static Process start(String how) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), Application.class.getName(), how)
                .redirectErrorStream(true)
                .start();
    }

    private static List<String> lines(Process process) {
        return process.inputReader(StandardCharsets.UTF_8).lines().toList();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        private static final Object REFERENT = new Object();

        public static void main(String[] arguments) throws InterruptedException {
            ConfigurableApplicationContext application = new SpringApplicationBuilder(Application.class)
                    .web(WebApplicationType.NONE)
                    .properties(
                            "spring.main.banner-mode=off",
                            "spring.lifecycle.timeout-per-shutdown-phase=2m",
                            "weakref.finalizers.action-limit=1m", // its classes are loaded in it
                            "spring.datasource.url=jdbc:h2:mem:exit;DB_CLOSE_ON_EXIT=FALSE")
                    .run();
            JdbcTemplate jdbc = new JdbcTemplate(application.getBean(DataSource.class));
            application
                    .getBean(FinalizerRegistry.class)
                    .register(
                            REFERENT,
                            () -> System.out.println("action: " + jdbc.queryForObject("select 42", Integer.class)));
            if (arguments[0].equals("exit")) {
                System.exit(3);
            }
            System.out.println("ready");
            Thread.currentThread().join();
        }
    }
}

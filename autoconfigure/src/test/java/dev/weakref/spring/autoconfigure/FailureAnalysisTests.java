package dev.weakref.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weakref.WeakValueMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@ExtendWith(OutputCaptureExtension.class)
class FailureAnalysisTests {

    @Test
    void anUnclearTypeIsExplained(CapturedOutput output) {
        start(Unclear.class);

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("Parameter 0 of method text in " + Unclear.class.getName()
                        + " required a WeakValueMap by a type that does not say what is in it: "
                        + "dev.weakref.WeakValueMap<java.lang.String, ?>.")
                .contains("Write out the type arguments, for example WeakValueMap<String, Session>");
    }

    @Test
    void anExitLimitBeyondThePhaseIsExplained(CapturedOutput output) {
        start(Empty.class, "--weakref.finalizers.exit-limit=40s");

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("Invalid value '40s' for configuration property 'weakref.finalizers.exit-limit'")
                .contains("longer than Spring waits for it, which is 30s by default")
                .contains("or lengthen spring.lifecycle.timeout-per-shutdown-phase");
    }

    @Test
    void aValueOutOfRangeIsExplained(CapturedOutput output) {
        start(Empty.class, "--weakref.finalizers.max-workers=0");

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("Invalid value '0' for configuration property 'weakref.finalizers.max-workers'")
                .contains("The number of workers is 0; give at least 1");
    }

    private static void start(Class<?> application, String... arguments) {
        Throwable failure = catchThrowable(() -> new SpringApplicationBuilder(application)
                .web(WebApplicationType.NONE)
                .properties("spring.main.banner-mode=off", "spring.datasource.url=jdbc:h2:mem:analysis")
                .run(arguments)
                .close());

        assertThat(failure).isNotNull();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Empty {}

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Unclear {
        @Bean
        String text(WeakValueMap<String, ?> map) {
            return map.toString();
        }
    }
}

package dev.weakref.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weakref.FinalizerRegistry;
import dev.weakref.WeakValueMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
    void anActionThatHoldsItsReferentIsExplained(CapturedOutput output) {
        start(Capturing.class);

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("The referent, a " + Capturing.Lease.class.getName()
                        + ", is held by its own finalizer: action ")
                .contains("Give the action a state that does not lead back to the referent, in place of capturing it.");
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "action-limit    | -1s  | The action limit is PT-1S; give a positive duration",
                "take-over       | 0s   | The take-over time is PT0S; give a positive duration",
                "max-workers     | 0    | The number of workers is 0; give at least 1",
                "exit-limit      | -5s  | Give a positive duration",
                "leak-sampling   | 1.5  | The leak sampling is 1.5; give a number from 0 to 1",
                "leak-sampling   | NaN  | The leak sampling is NaN; give a number from 0 to 1",
                "overdue-after   | -1h  | The overdue limit is PT-1H; give a positive duration",
                "action-limit    | soon | Failed to convert",
                "max-workers     | many | Failed to convert",
                "capture-check   | hard | FAIL OFF WARN",
                "leak-level      | high | ADVANCED DISABLED PARANOID SIMPLE",
            })
    void aBadValueIsExplained(String name, String value, String advice, CapturedOutput output) {
        start(Empty.class, "--weakref.finalizers." + name + "=" + value);

        assertThat(output.toString().replaceAll("\\s+", " "))
                .contains("APPLICATION FAILED TO START")
                .contains("weakref.finalizers." + name)
                .contains(value)
                .containsIgnoringCase(advice);
    }

    @ParameterizedTest
    @CsvSource({"weakref.enabled, true", "weakref.inherit, false", "weakref.prototypes.destroy, false"})
    void aSwitchThatIsNoBooleanIsExplained(String property, String byDefault, CapturedOutput output) {
        start(Empty.class, "--" + property + "=ture");

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("Invalid value 'ture' for configuration property '" + property + "'")
                .contains("It is no boolean. Write true or false, or remove the property for the default, which is "
                        + byDefault + ".");
    }

    @Test
    void aRegistryThatIsSwitchedOffIsExplained(CapturedOutput output) {
        start(Capturing.class, "--weakref.enabled=off");

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("Parameter 0 of method lease in " + Capturing.class.getName()
                        + " required a bean of type 'dev.weakref.FinalizerRegistry', but the auto-configuration that"
                        + " makes it is switched off by 'weakref.enabled=off'.")
                .contains("Set 'weakref.enabled' to true or remove it, define a bean of type 'FinalizerRegistry'"
                        + " yourself, or make the dependency optional, for example with"
                        + " ObjectProvider<FinalizerRegistry>.");
    }

    @Test
    void aCollectionThatIsSwitchedOffIsExplained(CapturedOutput output) {
        start(Sharing.class, "--weakref.enabled=false");

        assertThat(output)
                .contains("required a bean of type 'dev.weakref.WeakValueMap<java.lang.String, java.lang.Object>', but"
                        + " the auto-configuration that makes it is switched off by 'weakref.enabled=false'.");
    }

    @Test
    void aMissingBeanOfTheUsersIsExplainedByBoot(CapturedOutput output) {
        start(Missing.class, "--weakref.enabled=false");

        assertThat(output).contains("APPLICATION FAILED TO START").doesNotContain("switched off");
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
    static class Capturing {
        @Bean
        Lease lease(FinalizerRegistry registry) {
            Lease lease = new Lease();
            registry.register(lease, lease::giveBack);
            return lease;
        }

        static final class Lease {
            void giveBack() {}
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Unclear {
        @Bean
        String text(WeakValueMap<String, ?> map) {
            return map.toString();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Sharing {
        @Bean
        String text(WeakValueMap<String, Object> map) {
            return map.toString();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Missing {
        @Bean
        String text(StringBuilder builder) {
            return builder.toString();
        }
    }
}

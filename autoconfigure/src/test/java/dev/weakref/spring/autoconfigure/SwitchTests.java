package dev.weakref.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.FinalizerRegistry;
import dev.weakref.spring.lifecycle.PrototypeDestruction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class SwitchTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    FinalizerRegistryAutoConfiguration.class, PrototypeDestructionAutoConfiguration.class));

    @ParameterizedTest
    @ValueSource(strings = {"true", "TRUE", "yes", "On", "1", " true ", ""})
    void eachSpellingOfTrueAndAnEmptyValueLeaveItOn(String value) {
        runner.withPropertyValues("weakref.enabled=" + value)
                .run(context -> assertThat(context).hasSingleBean(FinalizerRegistry.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "FALSE", "no", "Off", "0"})
    void eachSpellingOfFalseSwitchesItOff(String value) {
        runner.withPropertyValues("weakref.enabled=" + value)
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(FinalizerRegistry.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "yes", "On", "1"})
    void eachSpellingOfTrueHasPrototypesDestroyed(String value) {
        runner.withPropertyValues("weakref.prototypes.destroy=" + value)
                .run(context -> assertThat(context).hasSingleBean(PrototypeDestruction.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "yes", "On", "1"})
    void eachSpellingOfTrueInheritsFromTheParent(String value) {
        runner.run(parent -> runner.withParent(parent)
                .withPropertyValues("weakref.inherit=" + value)
                .run(child -> assertThat(child.getBean(FinalizerRegistry.class))
                        .isSameAs(parent.getBean(FinalizerRegistry.class))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"weakref.enabled", "weakref.prototypes.destroy", "weakref.inherit"})
    void whatIsNoBooleanFailsTheStart(String property) {
        runner.withPropertyValues(property + "=ture")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasRootCauseInstanceOf(InvalidConfigurationPropertyValueException.class)
                        .rootCause()
                        .hasMessageContaining(property)
                        .hasMessageContaining("ture"));
    }

    @Test
    void aDefinitionInCapitalsCountsAsInAllOfBoot() {
        runner.withPropertyValues("weakref.prototypes.DESTROY=yes")
                .run(context -> assertThat(context).hasSingleBean(PrototypeDestruction.class));
    }
}

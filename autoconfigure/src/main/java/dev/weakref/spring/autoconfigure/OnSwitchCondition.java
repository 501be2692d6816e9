package dev.weakref.spring.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Evaluates all switches that a class has, one by one: its own, and those of its meta-annotations. */
final class OnSwitchCondition extends SpringBootCondition {

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        ConditionMessage message = ConditionMessage.empty();
        for (MergedAnnotation<ConditionalOnSwitch> annotation :
                metadata.getAnnotations().stream(ConditionalOnSwitch.class).toList()) {
            String property = annotation.getString("value");
            boolean isOn = Switches.isOn(property, annotation.getBoolean("byDefault"), context.getEnvironment());
            message = ConditionMessage.forCondition(ConditionalOnSwitch.class)
                    .because(property + " is " + (isOn ? "on" : "off"));
            if (!isOn) {
                return ConditionOutcome.noMatch(message);
            }
        }
        return ConditionOutcome.match(message);
    }
}

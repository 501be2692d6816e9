package dev.weakref.spring.autoconfigure;

import java.util.Objects;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Boot's own condition for the beans of parents fails where there is no parent. */
final class OnNoParentBeanCondition extends SpringBootCondition implements ConfigurationCondition {

    @Override
    public ConfigurationPhase getConfigurationPhase() {
        return ConfigurationPhase.REGISTER_BEAN;
    }

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        ConditionMessage.Builder message = ConditionMessage.forCondition(ConditionalOnNoParentBean.class);
        if (!Switches.isOn(Switches.INHERIT, false, context.getEnvironment())) {
            return ConditionOutcome.match(message.because(Switches.INHERIT + " is off"));
        }
        Class<?> type =
                metadata.getAnnotations().get(ConditionalOnNoParentBean.class).getClass("value");
        ConfigurableListableBeanFactory beanFactory = Objects.requireNonNull(context.getBeanFactory());
        return ParentContexts.have(type, beanFactory)
                ? ConditionOutcome.noMatch(message.found("bean of a parent").items(type.getName()))
                : ConditionOutcome.match(message.didNotFind("bean of a parent").items(type.getName()));
    }
}

package dev.weakref.spring.autoconfigure;

import dev.weakref.FinalizerRegistry;
import dev.weakref.WeakKeyMap;
import dev.weakref.WeakSet;
import dev.weakref.WeakValueMap;
import dev.weakref.spring.collections.WeakCollections;
import dev.weakref.spring.listeners.WeakListeners;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.analyzer.AbstractInjectionFailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.Environment;

/**
 * Names the property that switches the auto-configuration off, if a bean is missing for that reason. It comes before
 * the analyzer of Boot, which knows no more than that there is no such bean.
 */
final class SwitchedOffFailureAnalyzer extends AbstractInjectionFailureAnalyzer<NoSuchBeanDefinitionException>
        implements Ordered {

    private static final Set<Class<?>> SWITCHED_OFF = Set.of(
            FinalizerRegistry.class,
            WeakValueMap.class,
            WeakKeyMap.class,
            WeakSet.class,
            WeakCollections.class,
            WeakListeners.class);

    private final Environment environment;

    SwitchedOffFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    public int getOrder() {
        return 0;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(
            Throwable rootFailure, NoSuchBeanDefinitionException cause, @Nullable String description) {
        ResolvableType type = cause.getResolvableType();
        Class<?> missing = type == null ? null : type.resolve();
        if (missing == null
                || cause.getNumberOfBeansFound() > 0
                || !SWITCHED_OFF.contains(missing)
                || Switches.isOn(Switches.ENABLED, true, environment)) {
            return null;
        }
        return new FailureAnalysis(
                (description == null ? "A bean" : description) + " required a bean of type '" + type
                        + "', but the auto-configuration that makes it is switched off by '" + Switches.ENABLED + "="
                        + environment.getProperty(Switches.ENABLED) + "'.",
                "Set '" + Switches.ENABLED + "' to true or remove it, define a bean of type '" + missing.getSimpleName()
                        + "' yourself, or make the dependency optional, for example with ObjectProvider<"
                        + missing.getSimpleName() + ">.",
                rootFailure);
    }
}

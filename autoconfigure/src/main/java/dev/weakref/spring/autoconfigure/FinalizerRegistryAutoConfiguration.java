package dev.weakref.spring.autoconfigure;

import dev.weakref.FinalizerListener;
import dev.weakref.FinalizerRegistry;
import dev.weakref.LeakListener;
import dev.weakref.spring.FinalizerRegistryCustomizer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * A {@link FinalizerRegistry}, unless there is one, set up by properties and by the application's listeners and
 * customizers.
 *
 * @since 0.1
 */
@AutoConfiguration
@ConditionalOnWeakRefEnabled
@EnableConfigurationProperties(FinalizerProperties.class)
public final class FinalizerRegistryAutoConfiguration {

    /** Not closed on destruction: the exit pass does that, when everything that an action may use still works. */
    @Bean(destroyMethod = "")
    @ConditionalOnMissingBean
    FinalizerRegistry weakRefFinalizerRegistry(
            FinalizerProperties properties,
            Environment environment,
            ObjectProvider<FinalizerListener> listeners,
            ObjectProvider<LeakListener> leakListeners,
            ObjectProvider<FinalizerRegistryCustomizer> customizers) {
        FinalizerRegistry.Builder builder =
                FinalizerRegistry.builder().name("application").exitLimit(ExitLimit.in(environment));
        set("action-limit", properties.actionLimit(), builder::actionLimit);
        set("take-over", properties.takeOver(), builder::takeOver);
        set("max-workers", properties.maxWorkers(), builder::maxWorkers);
        set("capture-check", properties.captureCheck(), builder::captureCheck);
        set("leak-level", properties.leakLevel(), builder::leakLevel);
        set("leak-sampling", properties.leakSampling(), builder::leakSampling);
        set("overdue-after", properties.overdueAfter(), builder::overdueAfter);
        listeners.orderedStream().forEach(builder::listener);
        leakListeners.orderedStream().forEach(builder::leakListener);
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        return builder.build();
    }

    private static <T> void set(String property, @Nullable T value, Consumer<T> setter) {
        if (value == null) {
            return;
        }
        try {
            setter.accept(value);
        } catch (IllegalArgumentException e) {
            throw new InvalidConfigurationPropertyValueException(
                    "weakref.finalizers." + property, value, e.getMessage() + ".");
        }
    }
}

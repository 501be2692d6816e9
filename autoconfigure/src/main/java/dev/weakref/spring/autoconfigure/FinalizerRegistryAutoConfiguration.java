package dev.weakref.spring.autoconfigure;

import dev.weakref.FinalizerInfo;
import dev.weakref.FinalizerListener;
import dev.weakref.FinalizerRegistry;
import dev.weakref.LeakListener;
import dev.weakref.spring.lifecycle.FinalizerFailureHandler;
import dev.weakref.spring.lifecycle.FinalizerRegistryCustomizer;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.system.JavaVersion;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.core.task.VirtualThreadTaskExecutor;

/**
 * A {@link FinalizerRegistry}, unless the context has one or is to inherit one, set up by properties and by the
 * application's listeners, failure handlers and customizers. It is made when it is first injected or asked for, so that
 * it costs nothing in an application that does not use it; the properties are checked at the start all the same.
 *
 * @since 0.1
 */
@AutoConfiguration
@ConditionalOnWeakRefEnabled
@EnableConfigurationProperties(FinalizerProperties.class)
public final class FinalizerRegistryAutoConfiguration {

    static final String REGISTRY = "weakRefFinalizerRegistry";

    private static final int LONGEST_NAME = 200;

    private static final Log log = LogFactory.getLog(FinalizerRegistryAutoConfiguration.class);

    private final FinalizerProperties properties;
    private final Duration exitLimit;

    FinalizerRegistryAutoConfiguration(FinalizerProperties properties, Environment environment) {
        this.properties = properties;
        this.exitLimit = ExitLimit.in(environment);
        if (properties.mayBeRefused()) { // or the builder's classes would be loaded for nothing
            apply(FinalizerRegistry.builder());
        }
    }

    @Bean
    static BeanFactoryPostProcessor weakRefOwnRegistryFirst() {
        return new LocalBeanFirst(FinalizerRegistry.class);
    }

    /** Not closed on destruction: the exit pass does that, when everything that an action may use still works. */
    @Bean(name = REGISTRY, destroyMethod = "")
    @Lazy
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    @ConditionalOnNoParentBean(FinalizerRegistry.class)
    FinalizerRegistry weakRefFinalizerRegistry(
            ApplicationContext context,
            Environment environment,
            ObjectProvider<FinalizerListener> listeners,
            ObjectProvider<LeakListener> leakListeners,
            ObjectProvider<FinalizerFailureHandler> failureHandlers,
            ObjectProvider<FinalizerRegistryCustomizer> customizers) {
        FinalizerRegistry.Builder builder =
                FinalizerRegistry.builder().name(name(context)).exitLimit(exitLimit);
        apply(builder);
        if (usesVirtualThreads(environment)) {
            builder.threadFactory(new VirtualThreadTaskExecutor("weakref-application-").getVirtualThreadFactory());
        }
        listeners.orderedStream().forEach(builder::listener);
        leakListeners.orderedStream().forEach(builder::leakListener);
        List<FinalizerFailureHandler> handlers = failureHandlers.orderedStream().toList();
        if (!handlers.isEmpty()) {
            builder.onFailure((finalizer, failure) -> tell(handlers, finalizer, failure));
        }
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        log.debug(REGISTRY + " is made by " + builder);
        return builder.build();
    }

    private void apply(FinalizerRegistry.Builder builder) {
        set("action-limit", properties.actionLimit(), builder::actionLimit);
        set("take-over", properties.takeOver(), builder::takeOver);
        set("max-workers", properties.maxWorkers(), builder::maxWorkers);
        set("capture-check", properties.captureCheck(), builder::captureCheck);
        set("leak-level", properties.leakLevel(), builder::leakLevel);
        set("leak-sampling", properties.leakSampling(), builder::leakSampling);
        set("overdue-after", properties.overdueAfter(), builder::overdueAfter);
        set("report-open-at-exit", properties.reportOpenAtExit(), builder::reportOpenAtExit);
    }

    /** The name that it has unless a customizer changes it; another one than those of its parents have. */
    static String name(ApplicationContext context) {
        if (!ParentContexts.have(FinalizerRegistry.class, context.getAutowireCapableBeanFactory())) {
            return "application";
        }
        String id = context.getId();
        boolean isAddress = id == null || id.contains("@"); // which nobody has chosen
        String name = isAddress ? "child" : "child " + id;
        return name.substring(0, Math.min(name.length(), LONGEST_NAME));
    }

    /** Boot has moved its own condition to another package, so that none can be named for all lines. */
    private static boolean usesVirtualThreads(Environment environment) {
        return environment.getProperty("spring.threads.virtual.enabled", Boolean.class, false)
                && JavaVersion.getJavaVersion().isEqualOrNewerThan(JavaVersion.TWENTY_ONE);
    }

    private static void tell(List<FinalizerFailureHandler> handlers, FinalizerInfo finalizer, Throwable failure) {
        for (FinalizerFailureHandler handler : handlers) {
            try {
                handler.onFailure(finalizer, failure);
            } catch (RuntimeException | Error handlersFault) {
                log.warn("A handler of failures failed for finalizer '" + finalizer.name() + "'", handlersFault);
            }
        }
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

package dev.weakref.spring.lifecycle;

import dev.weakref.FinalizerRegistry;

/**
 * Changes the auto-configured registry before it is built: an executor, virtual threads, a failure handler.
 *
 * <p>Beans of this type are called in their order, after the properties have been applied, so they have the last word.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface FinalizerRegistryCustomizer {

    /** Changes what it likes. */
    void customize(FinalizerRegistry.Builder builder);
}

package dev.weakref.spring.lifecycle;

import dev.weakref.FinalizerInfo;

/**
 * Handles what actions of the auto-configured registry throw where no caller waits for it, in place of the log line.
 *
 * <p>Beans of this type are called in their order, by the thread that ran the action. One that throws does not keep the
 * others from being called; what it threw is logged.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface FinalizerFailureHandler {

    /** Handles it. */
    void onFailure(FinalizerInfo finalizer, Throwable failure);
}

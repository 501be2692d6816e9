package dev.weakref.spring.autoconfigure;

import dev.weakref.CaptureCheck;
import dev.weakref.LeakLevel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Settings of the auto-configured finalizer registry. What is not set keeps the default of the library.
 *
 * @param actionLimit How long an action may run before it times out and is interrupted.
 * @param takeOver How long an action may run before the next one starts alongside it.
 * @param maxWorkers How many threads may run actions at the same time if some are stuck.
 * @param exitLimit How long the exit pass may take when the context closes. Unless set, two seconds less than
 *     'spring.lifecycle.timeout-per-shutdown-phase', or half of it if that is more; never longer than that.
 * @param captureCheck What to do with an action that keeps its own referent alive.
 * @param leakLevel How much detail to record for leak reports.
 * @param leakSampling Fraction of finalizers (0–1) whose creation stack is recorded at level 'advanced'.
 * @param overdueAfter How long a finalizer may be live before it is reported as an overdue leak. Never
 *     reported, unless set.
 * @param reportOpenAtExit Whether to report a finalizer that must be closed as a leak if it is still live when the
 *     context closes.
 */
@ConfigurationProperties("weakref.finalizers")
record FinalizerProperties(
        @Nullable Duration actionLimit,
        @Nullable Duration takeOver,
        @Nullable Integer maxWorkers,
        @Nullable Duration exitLimit,
        @Nullable CaptureCheck captureCheck,
        @Nullable LeakLevel leakLevel,
        @Nullable Double leakSampling,
        @Nullable Duration overdueAfter,
        @Nullable Boolean reportOpenAtExit) {

    /** Whether one is set whose value the builder of the registry may refuse. */
    boolean mayBeRefused() {
        return actionLimit != null
                || takeOver != null
                || maxWorkers != null
                || leakSampling != null
                || overdueAfter != null;
    }
}

package dev.weakref.spring.autoconfigure;

import dev.weakref.CaptureCheck;
import dev.weakref.LeakLevel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Settings of the auto-configured finalizer registry. What is not set keeps the default of the library.
 *
 * @param actionLimit How long an action may run before it is interrupted and left behind.
 * @param takeOver How long an action may run before the next one starts beside it.
 * @param maxWorkers How many threads may run actions at the same time when some are stuck.
 * @param exitLimit How long the exit pass may take when the context closes. Unless set, two seconds less than
 *     'spring.lifecycle.timeout-per-shutdown-phase', or half of it where that is more; never longer than that.
 * @param captureCheck What to do with an action that holds its own referent and so keeps it alive for ever.
 * @param leakLevel How much to do to tell where a leak comes from.
 * @param leakSampling For which part of the finalizers, from 0 to 1, the leak level 'advanced' records a stack.
 * @param overdueAfter After how long a finalizer that is still live is reported as an overdue leak. Never, unless set.
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
        @Nullable Duration overdueAfter) {}

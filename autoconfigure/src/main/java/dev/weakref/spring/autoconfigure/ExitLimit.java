package dev.weakref.spring.autoconfigure;

import java.time.Duration;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;

/**
 * How long the exit pass may take.
 *
 * <p>Read from the environment and not from {@link FinalizerProperties}: the exit pass is a bean post-processor, which
 * is made before beans can be bound to properties.
 */
final class ExitLimit {

    private static final String PROPERTY = "weakref.finalizers.exit-limit";
    private static final String PHASE_TIMEOUT = "spring.lifecycle.timeout-per-shutdown-phase";
    private static final Duration DEFAULT_PHASE_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration MARGIN = Duration.ofSeconds(2);

    private ExitLimit() {}

    /**
     * What the property says, else two seconds less than the phase may take, or half of it where that is more.
     *
     * @throws InvalidConfigurationPropertyValueException if the phase would end before the pass
     */
    static Duration in(Environment environment) {
        Binder binder = Binder.get(environment);
        Duration phase = positive(
                PHASE_TIMEOUT, binder.bind(PHASE_TIMEOUT, Duration.class).orElse(DEFAULT_PHASE_TIMEOUT));
        Duration half = phase.dividedBy(2);
        Duration rest = phase.minus(MARGIN);
        Duration limit = positive(
                PROPERTY, binder.bind(PROPERTY, Duration.class).orElse(rest.compareTo(half) > 0 ? rest : half));
        if (limit.compareTo(phase) > 0) {
            throw new InvalidConfigurationPropertyValueException(
                    PROPERTY,
                    limit,
                    "The exit pass would take longer than Spring waits for it, which is "
                            + environment.getProperty(PHASE_TIMEOUT, "30s by default") + ". Shorten " + PROPERTY
                            + ", or lengthen " + PHASE_TIMEOUT + ".");
        }
        return limit;
    }

    private static Duration positive(String property, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new InvalidConfigurationPropertyValueException(
                    property,
                    value,
                    "It leaves the exit pass of the finalizers no time. Give a positive duration,"
                            + " such as 20s, or switch the exit pass off with weakref.enabled=false.");
        }
        return value;
    }
}

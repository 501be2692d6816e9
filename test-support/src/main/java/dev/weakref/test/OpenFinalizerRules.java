package dev.weakref.test;

import dev.weakref.FinalizerInfo;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * What the nearest {@link FailOnOpenFinalizers} says: that of the method, else of its class, else of a class around it.
 *
 * @param whose what belongs to a test or class, in the words of a message
 */
record OpenFinalizerRules(String whose, Duration await, List<Pattern> allowed) {

    private static final Pattern WAIT = Pattern.compile("(\\d{1,9})(ms|s|m)");
    private static final Map<String, ChronoUnit> UNITS =
            Map.of("ms", ChronoUnit.MILLIS, "s", ChronoUnit.SECONDS, "m", ChronoUnit.MINUTES);

    static OpenFinalizerRules of(ExtensionContext context) {
        FailOnOpenFinalizers nearest = OpenFinalizersExtension.outwards(Optional.of(context))
                .flatMap(each -> each.getElement().stream())
                .flatMap(element -> AnnotationSupport.findAnnotation(element, FailOnOpenFinalizers.class).stream())
                .findFirst()
                .orElseThrow();
        return new OpenFinalizerRules(
                context.getTestMethod().isPresent() ? "" : ", registered by the class outside of its tests",
                parse(nearest.await()),
                Arrays.stream(nearest.allow()).map(OpenFinalizerRules::pattern).toList());
    }

    boolean allow(FinalizerInfo finalizer) {
        return allowed.stream()
                .anyMatch(pattern -> pattern.matcher(finalizer.name()).matches());
    }

    private static Duration parse(String wait) {
        Matcher parts = WAIT.matcher(wait);
        if (!parts.matches()) {
            throw new ExtensionConfigurationException(
                    "@FailOnOpenFinalizers(await = \"" + wait
                            + "\"): give a whole number of up to nine digits and one of the units ms, s and m, without a space, as in \"500ms\"");
        }
        return Duration.of(Long.parseLong(parts.group(1)), Objects.requireNonNull(UNITS.get(parts.group(2))));
    }

    private static Pattern pattern(String name) {
        return Pattern.compile(
                Stream.of(name.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
    }
}

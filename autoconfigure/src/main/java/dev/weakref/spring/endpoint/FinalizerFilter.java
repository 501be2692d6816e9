package dev.weakref.spring.endpoint;

import dev.weakref.FinalizerInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.convert.DurationStyle;

/** Which of the live finalizers a request wants to see; a wish that was left out lets all pass. */
record FinalizerFilter(
        @Nullable String name,
        @Nullable String referentType,
        @Nullable Boolean atExit,
        boolean overdueOnly,
        Duration age,
        Instant now)
        implements Predicate<FinalizerInfo> {

    /**
     * Reads the parameters of a request.
     *
     * @throws InvalidEndpointRequestException if one of them makes no sense
     */
    static FinalizerFilter parse(
            @Nullable String name,
            @Nullable String referentType,
            @Nullable String atExit,
            @Nullable String state,
            @Nullable String age,
            Instant now) {
        return new FinalizerFilter(
                name,
                referentType,
                atExit == null ? null : ParameterErrors.flag("atExit", atExit),
                state != null && isOverdue(state),
                age == null ? Duration.ZERO : duration(age),
                now);
    }

    private static boolean isOverdue(String state) {
        return switch (state.toLowerCase(Locale.ROOT)) {
            case "live" -> false;
            case "overdue" -> true;
            default -> throw ParameterErrors.of("state", state, "give live or overdue, or leave it out for all");
        };
    }

    private static Duration duration(String age) {
        try {
            Duration duration = DurationStyle.detectAndParse(age);
            if (!duration.isNegative()) {
                return duration;
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            // answered below
        }
        throw ParameterErrors.of(
                "age", age, "give a duration such as 90s, 10m, 2h or PT2H30M, or leave it out for all");
    }

    @Override
    public boolean test(FinalizerInfo info) {
        return (name == null || info.name().contains(name))
                && (referentType == null
                        || (info.referentType() != null && info.referentType().contains(referentType)))
                && (atExit == null || info.atExit() == atExit)
                && (!overdueOnly || info.overdue())
                && (age.isZero() // whatever the clock says of the newest
                        || Duration.between(info.createdAt(), now).compareTo(age) >= 0);
    }
}

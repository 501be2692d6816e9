package dev.weakref.internal.support;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.LogLines;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ValueBasedTests {

    /** As on a JDK without value classes. */
    private final ValueBased valueBased = new ValueBased("noSuchMethod");

    static List<Object> valueBased() {
        return List.of(
                1_000_000,
                1L,
                'c',
                true,
                1.5,
                LocalDate.now(),
                Duration.ZERO,
                ZoneId.of("Europe/Paris"), // of a subclass that is not annotated itself
                Optional.of("x"),
                OptionalInt.empty(),
                List.of("x"),
                List.of("x", "y", "z"),
                Set.of("x"),
                ProcessHandle.current());
    }

    static List<Object> others() {
        return List.of(
                new Object(),
                "text",
                new ArrayList<>(),
                new int[0],
                Thread.currentThread(),
                TimeUnit.SECONDS,
                Path.of("x"),
                URI.create("x"),
                Locale.ROOT,
                new Point(1, 2),
                String.class);
    }

    @ParameterizedTest
    @MethodSource("valueBased")
    void theJdkSaysWhichClassesAreValueBased(Object referent) {
        assertThat(valueBased.isOne(referent)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("others")
    void objectsWithIdentityAreNot(Object referent) {
        assertThat(valueBased.isOne(referent)).isFalse();
    }

    /** The JDKs of today have none, so another method of {@code Class} stands for {@code isValue}. */
    @Test
    void valueClassesOfALaterJdkAreRecognised() {
        ValueBased later = new ValueBased("isRecord");

        assertThat(later.isOne(new Point(1, 2))).isTrue();
        assertThat(later.isOne(1)).isTrue();
        assertThat(later.isOne(this)).isFalse();
    }

    @Test
    void eachClassIsWarnedOfOnce() {
        try (LogLines log = new LogLines()) {
            valueBased.warnOf(1);
            valueBased.warnOf(2);
            valueBased.warnOf(1L);
            valueBased.warnOf(2L);
            valueBased.warnOf("text");

            assertThat(log.with("The referent is a "))
                    .satisfiesExactly(
                            line -> assertThat(line)
                                    .isEqualTo(
                                            "WARNING The referent is a java.lang.Integer, whose class is value-based:"
                                                    + " such an object has no identity of its own, and may be collected while an"
                                                    + " equal one is in use, or never; use an object of another class as the"
                                                    + " referent. Reported once per class"),
                            line -> assertThat(line).contains("a java.lang.Long, whose class is value-based"));
        }
    }

    private record Point(int x, int y) {}
}

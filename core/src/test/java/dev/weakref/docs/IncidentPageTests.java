package dev.weakref.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds docs/incident.md against the rules for alerts and against the pages that say what can be seen where. */
class IncidentPageTests {

    private static final String PAGE = "incident.md";

    @Test
    void everyAlertHasARowAndNoOther() throws IOException {
        String rules = Files.readString(Path.of("..", "docs", "monitoring", "alerts.yaml"));

        assertThat(Page.of(PAGE).table("alert").stream().map(row -> row.get(0)))
                .containsExactlyElementsOf(groups(rules, "- alert: (\\w+)").toList());
    }

    @Test
    void everyFieldOfAnAnswerIsInTheTablesOfTheEndpoint() throws IOException {
        Set<String> fields = Page.of("endpoint.md").rows().stream()
                .flatMap(row -> Page.code(row.get(0)).stream())
                .map(field -> field.replaceFirst(".*\\.", ""))
                .collect(Collectors.toSet());

        assertThat(blocks("json").flatMap(answer -> groups(answer, "\"(\\w+)\": ")))
                .isNotEmpty()
                .allMatch(fields::contains);
    }

    @Test
    void everyFieldOfAnEventIsInTheTableOfTheFlightRecorder() throws IOException {
        List<String> fields = Page.of("finalizers.md").section("Flight recorder").table("field").stream()
                .map(row -> row.get(0))
                .toList();

        assertThat(blocks("text").flatMap(output -> groups(output, "(?m)^  (\\w+) = ")))
                .isNotEmpty()
                .filteredOn(field -> !Set.of("startTime", "eventThread").contains(field)) // every event has these
                .allMatch(fields::contains);
    }

    @Test
    void everyLineOfTheLogIsInTheTableOfTheLog() throws IOException {
        List<Pattern> lines = Page.of("finalizers.md").section("Log").table("level").stream()
                .map(row -> Pattern.compile(Stream.of(row.get(1).split("…", -1))
                        .map(Pattern::quote)
                        .collect(Collectors.joining(".*", "", ".*"))))
                .toList();

        assertThat(blocks("text").flatMap(output -> groups(output, "dev\\.weakref : (.*)")))
                .isNotEmpty()
                .allMatch(line ->
                        lines.stream().anyMatch(known -> known.matcher(line).matches()));
        assertThat(Page.of(PAGE).table("alert").stream()
                        .map(row -> row.get(1))
                        .filter(place -> place.startsWith("the log"))
                        .flatMap(place -> Page.code(place).stream()))
                .isNotEmpty()
                .allMatch(
                        part -> lines.stream().anyMatch(known -> known.pattern().contains(part)));
    }

    private static Stream<String> blocks(String language) throws IOException {
        return groups(Page.of(PAGE).text(), "(?ms)^```" + language + "\n(.*?)^```$");
    }

    private static Stream<String> groups(String text, String pattern) {
        return Pattern.compile(pattern).matcher(text).results().map(match -> match.group(1));
    }
}

package dev.weakref.benchmarks.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Why targets are missed, as {@code missed.md} has it: in each block the targets that it explains, a line each that
 * begins with {@code * }, and then the text.
 */
record Explanations(Map<String, String> byTarget) {

    private static final String TARGET = "* ";
    private static final Pattern BLANK_LINES = Pattern.compile("\n\n+");

    static Explanations read() throws IOException {
        try (InputStream text = Explanations.class.getResourceAsStream("missed.md")) {
            return parse(new String(Objects.requireNonNull(text).readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static Explanations parse(String text) {
        Map<String, String> byTarget = new LinkedHashMap<>();
        for (String block : BLANK_LINES.split(text.strip(), -1)) {
            List<String> lines = block.lines().toList();
            String why = String.join(
                    "\n  ",
                    lines.stream().filter(line -> !line.startsWith(TARGET)).toList());
            lines.stream()
                    .filter(line -> line.startsWith(TARGET))
                    .forEach(line -> byTarget.put(line.substring(TARGET.length()), why));
        }
        return new Explanations(byTarget);
    }

    /** Lines of a page that explain these; one explanation stands once for all that have it. */
    List<String> of(List<String> missed) {
        Map<String, List<String>> byReason = new LinkedHashMap<>();
        missed.forEach(target -> byReason.computeIfAbsent(
                        byTarget.getOrDefault(target, "Not explained yet."), why -> new ArrayList<>())
                .add(target));
        return byReason.entrySet().stream()
                .map(reason -> "- **" + String.join("; ", reason.getValue()) + ".** " + reason.getKey())
                .toList();
    }
}

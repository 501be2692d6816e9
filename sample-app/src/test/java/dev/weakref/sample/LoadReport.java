package dev.weakref.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Writes the figures of a run as a page, with a chart that can be read on a light page and on a dark one.
 */
final class LoadReport {

    private static final int WIDTH = 760;
    private static final int LEFT = 64;
    private static final int RIGHT = 16;
    private static final int PANEL = 96;
    private static final int GAP = 44;

    private static final String TRY_IT = """

            ## Try it

            With Docker, two minutes of it on your machine; page and chart go to `sample-app/target/load`:

            ```sh
            sample-app/load 2m
            ```
            """;

    private final Duration length;
    private final List<LoadSample> samples;
    private final List<Duration> restarts;
    private final LoadFigures figures;
    private final StringBuilder svg = new StringBuilder();

    LoadReport(Duration length, List<LoadSample> samples, List<Duration> restarts, LoadFigures figures) {
        this.length = length;
        this.samples = samples;
        this.restarts = restarts;
        this.figures = figures;
    }

    /** A line in a panel of the chart. */
    private record Line(String style, ToDoubleFunction<LoadSample> value) {}

    void write(Path directory) throws IOException {
        if (samples.isEmpty()) {
            return;
        }
        Files.createDirectories(directory.resolve("images"));
        Files.writeString(directory.resolve("load.md"), page());
        Files.writeString(directory.resolve("images/load.svg"), chart());
    }

    private String page() {
        StringBuilder page = new StringBuilder(String.format(
                Locale.ROOT,
                """
                # Load and faults

                What `sample-app/load %s` measured: the packaged sample with 64 MB of heap on PostgreSQL, and four users in another process who work without a pause.
                They open workspaces, look at them and close them, and each forgets one every half second: its session expires, and the collector has to find it.
                PostgreSQL was restarted %s times in between.
                After each round, with no request in flight, the leases, connections and locks in the database were those of the open workspaces, not one more and not one less; at the end, after a `SIGTERM` under load, there were none.

                ![Requests, workspaces, heap and file descriptors over time](images/load.svg)

                %,d requests were answered, %,d of them with 503 while the database was down, and %,d with another error.

                | minute | requests/s | 99 %% within | open | leases | connections | heap | resident | other file descriptors |
                |---:|---:|---:|---:|---:|---:|---:|---:|---:|
                """,
                length.toSeconds() % 60 == 0 ? length.toMinutes() + "m" : length.toSeconds() + "s",
                restarts.size(),
                figures.requests(),
                figures.refused(),
                figures.failures().size()));
        for (LoadSample sample : samples) {
            page.append(String.format(
                    Locale.ROOT,
                    "| %.1f | %.0f | %d ms | %d | %d | %d | %.1f MB | %.0f MB | %d |%n",
                    minutes(sample.at()),
                    sample.rate(),
                    sample.percentile99().toMillis(),
                    sample.open(),
                    sample.leases(),
                    sample.connections(),
                    megabytes(sample.heap()),
                    megabytes(sample.resident()),
                    sample.descriptors()));
        }
        return page.append(TRY_IT).toString();
    }

    private String chart() {
        panel(0, "requests a second", List.of(new Line("a", LoadSample::rate)));
        panel(
                1,
                "workspaces that are open, and leases in the database",
                List.of(new Line("wide", LoadSample::open), new Line("a", LoadSample::leases)));
        panel(2, "MB of heap after a collection", List.of(new Line("b", sample -> megabytes(sample.heap()))));
        panel(
                3,
                "file descriptors, but for the connections of workspaces",
                List.of(new Line("c", LoadSample::descriptors)));
        int height = 4 * (PANEL + GAP) + 24;
        text(LEFT, height - 10, "start", "0");
        text(WIDTH - RIGHT, height - 10, "end", String.format(Locale.ROOT, "%.0f minutes", last()));
        return """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img">
                <title>The sample under load: requests, workspaces and leases, heap and file descriptors over time</title>
                <style>
                text { font: 12px system-ui, sans-serif; fill: #57606a }
                .title { font-weight: 600; fill: #24292f }
                .axis { stroke: #8b949e; stroke-width: .5 }
                .restart { stroke: #cf222e; stroke-width: 1; stroke-dasharray: 3 3 }
                polyline { fill: none; stroke-width: 2; stroke-linejoin: round }
                .a { stroke: #2f81f7 } .b { stroke: #3fa35b } .c { stroke: #d29922 }
                .wide { stroke: #8b949e; stroke-width: 6; opacity: .5 }
                @media (prefers-color-scheme: dark) { text { fill: #9198a1 } .title { fill: #e6edf3 } .restart { stroke: #f85149 } }
                </style>
                """.formatted(WIDTH, height) + svg + "</svg>\n";
    }

    private void panel(int place, String title, List<Line> lines) {
        int top = place * (PANEL + GAP) + 28;
        int bottom = top + PANEL;
        double most = lines.stream()
                .flatMap(line -> samples.stream().map(sample -> line.value.applyAsDouble(sample)))
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(1);
        add("<text class=\"title\" x=\"%d\" y=\"%d\">%s</text>", LEFT, top - 10, title);
        for (int tick = 0; tick <= 2; tick++) {
            int y = bottom - PANEL * tick / 2;
            add("<line class=\"axis\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>", LEFT, y, WIDTH - RIGHT, y);
            text(LEFT - 8, y + 4, "end", String.format(Locale.ROOT, "%.0f", most * tick / 2));
        }
        for (Duration restart : restarts) {
            add(
                    "<line class=\"restart\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>",
                    x(restart), top, x(restart), bottom);
            if (place == 0) {
                text(x(restart) + 4, top + 12, "start", "PostgreSQL restarts");
            }
        }
        for (Line line : lines) {
            StringBuilder points = new StringBuilder();
            for (LoadSample sample : samples) {
                points.append(String.format(
                        Locale.ROOT,
                        "%.1f,%.1f ",
                        x(sample.at()),
                        bottom - PANEL * line.value.applyAsDouble(sample) / most));
            }
            add(
                    "<polyline class=\"%s\" points=\"%s\"/>",
                    line.style, points.toString().trim());
        }
    }

    private double x(Duration at) {
        return LEFT + (WIDTH - LEFT - RIGHT) * minutes(at) / last();
    }

    private double last() {
        return minutes(samples.get(samples.size() - 1).at());
    }

    private static double minutes(Duration at) {
        return at.toMillis() / 60_000.0;
    }

    private static double megabytes(long bytes) {
        return bytes / 1e6;
    }

    private void text(double x, double y, String anchor, String text) {
        add("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>", x, y, anchor, text);
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}

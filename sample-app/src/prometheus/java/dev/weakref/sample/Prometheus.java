package dev.weakref.sample;

import com.jayway.jsonpath.JsonPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.assertj.core.api.Assertions;

/** A Prometheus of its own, with the configuration of the docs, that looks at one application every second. */
final class Prometheus implements AutoCloseable {

    /** What the docs have for whoever monitors. */
    static final Path DOCS = Path.of("..", "docs", "monitoring");

    private static final Path PROGRAM = Path.of(System.getProperty("weakref.prometheus", "/usr/bin/prometheus"));
    private static final Pattern LISTENING = Pattern.compile("msg=\"Listening on\" address=127\\.0\\.0\\.1:(\\d+)");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path log;
    private final Process process;
    private final Visitor visitor;

    private Prometheus(Path log, Process process) {
        this.log = log;
        this.process = process;
        this.visitor = new Visitor(port());
    }

    /** Starts it with its files in this directory, and waits until it has seen the application. */
    static Prometheus watching(RunningApplication application, Path directory) throws IOException {
        Files.copy(DOCS.resolve("alerts.yaml"), directory.resolve("alerts.yaml"));
        Path configuration = directory.resolve("prometheus.yaml");
        Files.writeString(
                configuration,
                Files.readString(DOCS.resolve("prometheus.yaml"))
                        .replace("interval: 5s", "interval: 1s")
                        .replace("localhost:8080", application.address()));
        Path log = directory.resolve("prometheus.log");
        Process process = new ProcessBuilder(
                        PROGRAM.toString(),
                        "--config.file=" + configuration,
                        "--storage.tsdb.path=" + directory.resolve("prometheus"),
                        "--web.listen-address=127.0.0.1:0")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            Prometheus prometheus = new Prometheus(log, process);
            prometheus.awaitSight(application);
            return prometheus;
        } catch (Throwable failure) {
            kill(process);
            throw failure;
        }
    }

    private int port() {
        Matcher[] listening = new Matcher[1];
        Eventually.until("Prometheus listens", PATIENCE, () -> {
            if (!process.isAlive()) {
                Assertions.fail("Prometheus did not start:\n%s", log());
            }
            listening[0] = LISTENING.matcher(log());
            return listening[0].find() && log().contains("Server is ready");
        });
        return Integer.parseInt(listening[0].group(1));
    }

    private void awaitSight(RunningApplication application) {
        String query = "up{instance=\"%s\"} == 1".formatted(application.address());
        Eventually.until(
                "Prometheus sees the application", PATIENCE, () -> !ask(query).isEmpty());
    }

    /** The series that a query gives now. */
    List<Series> ask(String query) {
        List<Map<String, Object>> result = get("query?query=" + encode(query), "$.data.result");
        return result.stream().map(Series::of).toList();
    }

    /** The values of a label of the series that a selector selects. */
    List<String> labelValues(String selector, String label) {
        return get("label/" + label + "/values?match%5B%5D=" + encode(selector), "$.data");
    }

    /** Asks until this has a value of at least that much, in one of its series. */
    void await(String query, double atLeast) {
        Eventually.until(
                query + " is " + atLeast,
                PATIENCE,
                () -> ask(query).stream().anyMatch(series -> series.value() >= atLeast));
    }

    /** Waits until each rule has been evaluated again, on what has been read up to now. */
    void awaitEvaluation() {
        Instant now = Instant.now();
        Eventually.until("all rules are evaluated", PATIENCE, () -> {
            List<String> times = get("rules", "$.data.groups[*].rules[*].lastEvaluation");
            return !times.isEmpty() && times.stream().map(Instant::parse).allMatch(now::isBefore);
        });
    }

    /** Whether each rule could be evaluated: {@code ok}, or what else there is. */
    List<String> health() {
        return get("rules", "$.data.groups[*].rules[*].health");
    }

    /** The alerts that fire, each with what it says. */
    Map<String, String> firing() {
        List<Map<String, Map<String, String>>> alerts = get("alerts", "$.data.alerts[?(@.state == 'firing')]");
        return alerts.stream()
                .collect(Collectors.toMap(
                        alert -> alert.get("labels").get("alertname"),
                        alert -> alert.get("annotations").get("summary"),
                        (one, other) -> one + "\n" + other));
    }

    private <T> T get(String what, String path) {
        String answer = visitor.get("/api/v1/" + what).body();
        if (!answer.contains("\"status\":\"success\"")) {
            Assertions.fail("%s\n%s", what, answer);
        }
        return JsonPath.read(answer, path);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs the tool that comes with it, in the directory of the docs. */
    static String promtool(String... words) throws Exception {
        Path output = Files.createTempFile("promtool", null);
        try {
            List<String> command =
                    new ArrayList<>(List.of(PROGRAM.resolveSibling("promtool").toString()));
            command.addAll(List.of(words));
            Process tool = new ProcessBuilder(command)
                    .directory(DOCS.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try {
                if (!tool.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    Assertions.fail("Not within %s: %s", PATIENCE, command);
                }
            } finally {
                tool.destroyForcibly(); // which does nothing where it has ended
            }
            String text = Files.readString(output);
            if (tool.exitValue() != 0) {
                Assertions.fail("%s:\n%s", command, text);
            }
            return text;
        } finally {
            Files.delete(output);
        }
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit()
                .completeOnTimeout(process, PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join(); // which goes on waiting where the thread is interrupted
        kill(process);
    }

    /** Waits for its end, too: until then it writes into its directory. */
    private static void kill(Process process) {
        process.destroyForcibly().onExit().join();
    }

    /** One of what a query gives. */
    record Series(Map<String, String> labels, double value) {

        @SuppressWarnings("unchecked")
        private static Series of(Map<String, Object> json) {
            return new Series((Map<String, String>) json.get("metric"), Double.parseDouble((String)
                    ((List<Object>) json.get("value")).get(1)));
        }
    }
}

package dev.weakref.sample;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import dev.weakref.sample.Prometheus.Series;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** A real Prometheus with the files of docs/monitoring, on the packaged application. */
class PrometheusIT {

    private static final String REGISTRY = "application";

    /** In the queries that give nothing but zeros while all is well. */
    private static final List<String> QUIET =
            List.of("_delays_total", "_detached_total", "_waiting", "outcome!=\"SUCCESS\"");

    @TempDir
    Path directory;

    @Test
    void theFilesAreSound() throws Exception {
        assertThat(Prometheus.promtool("check", "config", "prometheus.yaml")).contains("1 rule files found");
        assertThat(Prometheus.promtool("check", "rules", "alerts.yaml")).contains("7 rules found");
    }

    @Test
    void eachRuleFiresWhenItShallAndIsSilentBefore() throws Exception {
        List<Map<String, Object>> cases = new Yaml()
                        .<Map<String, List<Map<String, List<Map<String, Object>>>>>>load(
                                Files.readString(Prometheus.DOCS.resolve("alerts-test.yaml")))
                        .get("tests")
                        .stream()
                        .flatMap(test -> test.get("alert_rule_test").stream())
                        .toList();

        assertThat(Prometheus.promtool("test", "rules", "alerts-test.yaml")).contains("SUCCESS");
        assertThat(alerts(cases, true)).isEqualTo(alerts(cases, false)).hasSize(7);
    }

    private static Set<Object> alerts(List<Map<String, Object>> cases, boolean firing) {
        return cases.stream()
                .filter(one -> one.containsKey("exp_alerts") == firing)
                .map(one -> one.get("alertname"))
                .collect(Collectors.toSet());
    }

    @Test
    void whatStaysOpenAndWhatIsForgottenFireTheirAlerts() throws Exception {
        try (RunningApplication application = RunningApplication.start(
                        directory, "--sample.must-be-closed=true", "--weakref.finalizers.overdue-after=10s");
                Prometheus prometheus = Prometheus.watching(application, directory)) {
            Visitor visitor = application.visitor();
            visitor.upload("/pictures/cat", TestPictures.png(30, 20));
            visitor.delete(visitor.open("cat").headers().firstValue("Location").orElseThrow());
            prometheus.await("weakref_finalizers_ran_total{trigger=\"EXPLICIT\", outcome=\"SUCCESS\"}", 2);
            prometheus.awaitEvaluation();
            assertThat(prometheus.health()).hasSize(7).containsOnly("ok");
            assertThat(prometheus.firing()).isEmpty();

            visitor.open("cat"); // and it stays in the session

            awaitAlert(prometheus, application, "WeakrefOverdue");
            assertThat(prometheus.firing()).containsOnlyKeys("WeakrefOverdue");

            application.visitor().open("cat", Duration.ofSeconds(1));
            awaitCollection(application);

            awaitAlert(prometheus, application, "WeakrefNotClosed");
            assertThat(prometheus.firing()).containsOnlyKeys("WeakrefOverdue", "WeakrefNotClosed");
        }
    }

    /** Until it fires and names registry and instance. */
    private static void awaitAlert(Prometheus prometheus, RunningApplication application, String alert) {
        Eventually.until(
                alert + " fires",
                Duration.ofSeconds(60),
                () -> prometheus.firing().containsKey(alert));
        assertThat(prometheus.firing().get(alert)).contains(REGISTRY, application.address());
    }

    /** Has the collector take what is forgotten, so that no more than the finalizers of one workspace are live. */
    private static void awaitCollection(RunningApplication application) {
        Eventually.until("the forgotten is collected", Duration.ofSeconds(60), () -> {
            application.collect();
            return application.live() == 2;
        });
    }

    @Test
    void everyQueryOfTheDashboardGivesData() throws Exception {
        try (RunningApplication application = RunningApplication.start(directory, "--sample.must-be-closed=true");
                Prometheus prometheus = Prometheus.watching(application, directory)) {
            use(application);
            prometheus.await("weakref_finalizers_ran_total{trigger=\"UNREACHABLE\", outcome=\"SUCCESS\"}", 2);
            prometheus.await("sum(weakref_collections_collected_total)", 1);
            Dashboard dashboard = new Dashboard(prometheus);

            assertThat(dashboard.variables)
                    .containsEntry("job", "weakref-sample")
                    .containsEntry("instance", application.address())
                    .containsEntry("registry", REGISTRY);
            assertThat(dashboard.targets()).hasSize(13).allSatisfy(target -> {
                List<Series> series = prometheus.ask(dashboard.query(target));
                assertThat(series).isNotEmpty();
                assertThat(series).extracting(Series::value).allMatch(Double::isFinite);
                if (QUIET.stream().noneMatch(target.get("expr")::contains)) {
                    assertThat(series).extracting(Series::value).anyMatch(value -> value > 0);
                }
                assertThat(series).allSatisfy(one -> assertThat(one.labels()).containsKeys(legend(target)));
            });
        }
    }

    /** One workspace is closed, one forgotten and taken by the collector with its picture, and one stays open. */
    private static void use(RunningApplication application) {
        Visitor visitor = application.visitor();
        visitor.upload("/pictures/cat", TestPictures.png(30, 20));
        visitor.upload("/pictures/dog", TestPictures.png(30, 20));
        visitor.open("cat");
        visitor.delete(visitor.open("cat").headers().firstValue("Location").orElseThrow());
        application.visitor().open("dog", Duration.ofSeconds(1));
        awaitCollection(application);
    }

    /** The labels by which a line is named. */
    private static String[] legend(Map<String, String> target) {
        return Pattern.compile("\\{\\{(\\w+)}}")
                .matcher(target.get("legendFormat"))
                .results()
                .map(match -> match.group(1))
                .toArray(String[]::new);
    }

    /**
     * Does what Grafana does with the dashboard: asks for the values of its variables, and puts them into its queries.
     */
    private static final class Dashboard {

        private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((.*), (\\w+)\\)");

        private final String json;
        private final Map<String, String> variables = new LinkedHashMap<>();

        private Dashboard(Prometheus prometheus) throws IOException {
            json = Files.readString(Prometheus.DOCS.resolve("dashboard.json"));
            for (Map<String, Object> variable :
                    JsonPath.<List<Map<String, Object>>>read(json, "$.templating.list[?(@.type == 'query')]")) {
                String query = filled(JsonPath.read(variable, "$.query.query"));
                MatchResult labelValues =
                        LABEL_VALUES.matcher(query).results().findFirst().orElseThrow();
                variables.put(
                        (String) variable.get("name"),
                        String.join("|", prometheus.labelValues(labelValues.group(1), labelValues.group(2))));
            }
        }

        private List<Map<String, String>> targets() {
            return JsonPath.read(json, "$.panels[*].targets[*]");
        }

        private String query(Map<String, String> target) {
            String query = filled(target.get("expr"));
            assertThat(query).doesNotContain("$");
            return query;
        }

        private String filled(String query) {
            String filled = query.replace("$__rate_interval", "10m");
            for (Map.Entry<String, String> variable : variables.entrySet()) {
                filled = filled.replace("$" + variable.getKey(), variable.getValue());
            }
            return filled;
        }
    }
}

package dev.weakref.spring.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import dev.weakref.FinalizerRegistry;
import dev.weakref.spring.collections.WeakCollections;
import dev.weakref.spring.metrics.FinalizerActionMetrics;
import dev.weakref.spring.metrics.WeakGauges;
import dev.weakref.spring.metrics.WeakRefMetrics;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.stereotype.Component;
import org.yaml.snakeyaml.Yaml;

/** Holds the page, the dashboard and the rules against what Prometheus would read. */
class MonitoringPageTests {

    private static final Path DASHBOARD = Path.of("..", "docs", "monitoring", "dashboard.json");
    private static final Path ALERTS = Path.of("..", "docs", "monitoring", "alerts.yaml");

    /** What Prometheus itself adds to all that it reads. */
    private static final Set<String> TARGET_LABELS = Set.of("job", "instance");

    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final FinalizerRegistry registry = FinalizerRegistry.create();

    @BeforeEach
    void bind() {
        DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
        beans.registerSingleton("registry", registry);
        WeakCollections collections = new WeakCollections();
        collections.set(String.class, "named");
        beans.registerSingleton("collections", collections);
        new WeakRefMetrics(beans).bindTo(meters);
        new FinalizerActionMetrics("registry").bindTo(meters);
    }

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void theTableOfMetersIsThatOfTheBinders() throws Exception {
        List<List<String>> table = Page.of("monitoring.md").section("Meters").table("meter");

        assertThat(table.stream().map(row -> List.of(row.get(0), row.get(1), row.get(3))))
                .containsExactlyInAnyOrderElementsOf(meters.getMeters().stream()
                        .map(Meter::getId)
                        .map(id -> List.of(
                                id.getName(),
                                id.getTags().stream().map(Tag::getKey).collect(Collectors.joining("`, `")),
                                String.valueOf(id.getDescription())))
                        .distinct()
                        .toList());
        assertThat(table.stream().map(row -> row.get(2)))
                .containsExactlyInAnyOrderElementsOf(matches(meters.scrape(), "# TYPE (\\w+)")
                        .map(match -> match.group(1))
                        .filter(name -> !name.endsWith("_max")) // beside its timer
                        .toList());
    }

    @Test
    void everyTagIsExplained() throws Exception {
        Set<String> tags = meters.getMeters().stream()
                .flatMap(meter -> meter.getId().getTags().stream())
                .map(Tag::getKey)
                .collect(Collectors.toSet());

        assertThat(Page.of("monitoring.md").section("Meters").table("tag").stream()
                        .map(row -> row.get(0)))
                .containsExactlyInAnyOrderElementsOf(tags);
    }

    @Test
    void theDashboardAsksForWhatThereIs() throws Exception {
        assertThat(queriesOfTheDashboard()).hasSizeGreaterThan(9).allSatisfy(this::asksForWhatThereIs);
    }

    @Test
    void theDashboardShowsEveryMeter() throws Exception {
        Set<String> shown = new TreeSet<>();
        queriesOfTheDashboard().forEach(query -> shown.addAll(names(query)));

        assertThat(shown).containsAll(samples().keySet());
    }

    @Test
    void eachPanelHasATitleAndAPlaceOfItsOwn() throws Exception {
        String dashboard = Files.readString(DASHBOARD);

        assertThat(JsonPath.<List<String>>read(dashboard, "$.panels[*].title"))
                .doesNotHaveDuplicates()
                .hasSameSizeAs(JsonPath.<List<?>>read(dashboard, "$.panels[*]"));
        assertThat(JsonPath.<List<Map<String, Object>>>read(dashboard, "$.panels[*].gridPos"))
                .doesNotHaveDuplicates();
        assertThat(JsonPath.<List<Integer>>read(dashboard, "$.panels[*].id")).doesNotHaveDuplicates();
    }

    @Test
    void theRulesAskForWhatThereIs() throws Exception {
        assertThat(rules()).hasSizeGreaterThan(5).allSatisfy(rule -> {
            asksForWhatThereIs((String) rule.get("expr"));
            assertThat(rule).containsKeys("labels", "annotations");
            assertThat(labelsOf(names((String) rule.get("expr")).iterator().next()))
                    .containsAll(labelsInText(rule.get("annotations").toString()));
        });
    }

    @Test
    void theTableOfAlertsIsThatOfTheRules() throws Exception {
        assertThat(Page.of("monitoring.md").section("Alerts").table("alert").stream()
                        .map(row -> row.get(0)))
                .containsExactlyElementsOf(
                        rules().stream().map(rule -> (String) rule.get("alert")).toList());
    }

    @Test
    void everyExampleStandsInThisTest() throws Exception {
        String source = withoutSpace(Files.readString(
                Path.of("../autoconfigure/src/test/java/dev/weakref/spring/docs/MonitoringPageTests.java")));

        assertThat(Page.of("monitoring.md").examples())
                .hasSize(1)
                .allSatisfy(example -> assertThat(source).contains(withoutSpace(example)));
    }

    @Test
    void theGaugeOfTheExampleIsThere() {
        Feed feed = new Feeds(new WeakGauges(meters)).open("news");

        assertThat(meters.get("feed.subscribers")
                        .tag("feed", feed.name())
                        .gauge()
                        .value())
                .isEqualTo(3);
    }

    private void asksForWhatThereIs(String query) {
        Set<String> names = names(query);
        assertThat(names).as(query).isNotEmpty();
        assertThat(samples().keySet()).as(query).containsAll(names);
        for (String name : names) {
            assertThat(labelsOf(name)).as(query).containsAll(labels(query));
        }
        matches(query, "(\\w+)=\"([A-Z_]+)\"")
                .forEach(match -> assertThat(samples().values().stream().flatMap(Set::stream))
                        .as(query)
                        .contains(match.group(1) + "=" + match.group(2)));
    }

    private static Set<String> names(String query) {
        return matches(query, "weakref_\\w+").map(MatchResult::group).collect(Collectors.toCollection(TreeSet::new));
    }

    /** The labels by which a query selects and groups. */
    private static Set<String> labels(String query) {
        Set<String> labels = matches(query, "(\\w+)(=|=~|!=|!~)\"")
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        matches(query, "by \\(([^)]*)\\)")
                .forEach(match -> labels.addAll(List.of(match.group(1).split(", "))));
        return labels;
    }

    private static Set<String> labelsInText(String text) {
        return matches(text, "\\$labels\\.(\\w+)").map(match -> match.group(1)).collect(Collectors.toSet());
    }

    private Set<String> labelsOf(String name) {
        Set<String> labels = samples().getOrDefault(name, Set.of()).stream()
                .map(label -> label.substring(0, label.indexOf('=')))
                .collect(Collectors.toCollection(TreeSet::new));
        labels.addAll(TARGET_LABELS);
        return labels;
    }

    /** The names of all samples, each with its labels and their values. */
    private Map<String, Set<String>> samples() {
        return meters.scrape()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .collect(Collectors.toMap(
                        line -> line.substring(0, line.indexOf('{')),
                        line -> matches(line, "(\\w+)=\"([^\"]*)\"")
                                .map(match -> match.group(1) + "=" + match.group(2))
                                .collect(Collectors.toSet()),
                        (one, other) ->
                                Stream.concat(one.stream(), other.stream()).collect(Collectors.toSet())));
    }

    private static List<String> queriesOfTheDashboard() throws IOException {
        String dashboard = Files.readString(DASHBOARD);
        List<String> queries = new ArrayList<>(JsonPath.<List<String>>read(dashboard, "$.panels[*].targets[*].expr"));
        queries.addAll(JsonPath.<List<String>>read(dashboard, "$.templating.list[*].query.query"));
        return queries;
    }

    private static List<Map<String, Object>> rules() throws IOException {
        Map<String, List<Map<String, List<Map<String, Object>>>>> file = new Yaml().load(Files.readString(ALERTS));
        return file.get("groups").get(0).get("rules");
    }

    private static Stream<MatchResult> matches(String text, String pattern) {
        return Pattern.compile(pattern).matcher(text).results();
    }

    private static String withoutSpace(String text) {
        return text.replaceAll("\\s+|\\bstatic (?=class)", "");
    }

    record Feed(String name) {
        double subscribers() {
            return 3;
        }
    }

    @Component
    static class Feeds {

        private final WeakGauges meters;

        Feeds(WeakGauges meters) {
            this.meters = meters;
        }

        Feed open(String name) {
            Feed feed = new Feed(name);
            meters.gauge("feed.subscribers", Tags.of("feed", name), feed, Feed::subscribers);
            return feed;
        }
    }
}

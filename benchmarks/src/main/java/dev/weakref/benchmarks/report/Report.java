package dev.weakref.benchmarks.report;

import dev.weakref.benchmarks.measurement.Churn;
import dev.weakref.benchmarks.measurement.Deaths;
import dev.weakref.benchmarks.measurement.EndpointAnswers;
import dev.weakref.benchmarks.measurement.Family;
import dev.weakref.benchmarks.measurement.Growth;
import dev.weakref.benchmarks.measurement.Memory;
import dev.weakref.benchmarks.measurement.Operations;
import dev.weakref.benchmarks.measurement.Peer;
import dev.weakref.benchmarks.measurement.Ratio;
import dev.weakref.benchmarks.measurement.Scale;
import dev.weakref.benchmarks.measurement.SmallCollections;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.openjdk.jol.info.ClassLayout;

/** Writes {@code performance.md} and its charts. What loses is shown like what wins. */
public final class Report {

    private static final String AT = Growth.AT;

    private final List<Results> all;
    private final Results results;
    private final Path docs;
    private final StringBuilder page = new StringBuilder();

    /**
     * A report of these figures.
     *
     * @param others those of other JDKs, of which it shows what became of the targets
     */
    public Report(Results results, List<Results> others, Path docs) {
        this.results = results;
        all = Stream.concat(Stream.of(results), others.stream()).toList();
        this.docs = docs;
    }

    public void write() throws IOException {
        Files.createDirectories(docs.resolve("performance"));
        List<List<Target>> targets =
                all.stream().map(each -> new Targets(each).all()).toList();
        head();
        targets(targets);
        for (Family family : Family.values()) {
            table("`" + family.label + "`: time for an operation", family.label);
            operations(family);
        }
        table("Keys of one hash: time to find one", Operations.ONE_HASH);
        table("Bytes per entry, beside keys and values", Memory.ENTRIES);
        table("Bytes per registration, beside referent and action", Memory.REGISTRATIONS);
        layouts();
        table("Collections of three entries", SmallCollections.SECTION);
        table("Very many entries die at once", Deaths.SECTION);
        table("Finalizers", Operations.FINALIZERS);
        table("Finalizers at each leak level", Operations.LEAK_LEVELS);
        table("Proxies", Operations.PROXIES);
        table("References: time to make one", Operations.REFERENCES);
        table("Answers of the endpoint, before they are JSON", EndpointAnswers.SECTION);
        growth("Growth of a map", Growth.ENTRIES);
        growth("Growth of a registry", Growth.FINALIZERS);
        churn();
        missed(targets);
        tryIt();
        Files.writeString(docs.resolve("performance.md"), page);
    }

    private void head() {
        Results.Machine machine = results.machine();
        line("# Performance");
        line("");
        line("Written by `benchmarks/run " + machine.scale() + "`; measure again rather than edit.");
        line("");
        String jdks = String.join(
                " and ",
                all.stream()
                        .map(each ->
                                each.machine().java() + " (" + each.machine().jdk() + ")")
                        .toList());
        line(
                "Measured on " + jdks + ", " + machine.system() + ", " + machine.processors()
                        + " processors, with the G1 collector; bytes are counted with the serial collector, which leaves no gaps.");
        line("The tables below the targets and the charts are those of " + machine.jdk() + ".");
        int rounds = Scale.of(machine.scale()).rounds();
        line("A figure is the median of " + rounds
                + " JVMs, which ran in turn with those of the peers, each time in another order." + fewer(rounds));
        line("The smallest and the largest of them are in brackets.");
        line("Only ratios within a row mean anything: **1.50 beside a peer says that it took 1.5 times as long as"
                + " weakref**, or as the first column where weakref is not in it; nearer to 1 than 20 % is *equal*.");
        line("Operations of one thread are the median of their slices in its processor time,"
                + " those of two threads the best fifth by the clock.");
        line("Maps are measured after a full collection and with a young generation of 256 MB,"
                + " so that what is asked with stays where it is, and no memory is touched for the first time.");
        line("Before it is measured each map has been used with five types of keys,"
                + " and is asked with keys that are equal and not identical, in random order."
                + " Writers go through two other orders by turns: so what they allocate is not met in the order in which"
                + " it was allocated, which would spare loads from memory.");
        line("");
    }

    /** A sentence on what was measured by fewer JVMs than it is at this scale, if anything was. */
    private String fewer(int rounds) {
        List<String> fewer = new ArrayList<>();
        for (Results each : all) {
            each.rounds().forEach((section, measured) -> {
                if (measured < rounds) {
                    fewer.add(section + " on " + each.machine().jdk() + " by " + measured);
                }
            });
        }
        return fewer.isEmpty() ? "" : " Fewer have measured " + String.join(", ", fewer) + ".";
    }

    private void targets(List<List<Target>> targets) {
        line("## Targets");
        line("");
        line("| what | target | "
                + String.join(
                        " | ",
                        all.stream().map(each -> each.machine().jdk() + " | ").toList()) + "|");
        line("|---|---|" + "---|---|".repeat(all.size()));
        for (int row = 0; row < targets.get(0).size(); row++) {
            StringBuilder cells = new StringBuilder(targets.get(0).get(row).goal());
            for (List<Target> measured : targets) {
                cells.append(measured.get(row).verdict());
            }
            line(cells + "|");
        }
        line("");
    }

    private void table(String title, String section) {
        List<Peer> peers = results.peers(section);
        List<String> rows =
                results.rows(section).stream().filter(row -> !row.contains(AT)).toList();
        if (rows.isEmpty()) {
            return;
        }
        boolean rivals = peers.contains(Peer.CORE) && peers.stream().anyMatch(Peer::isRival);
        line("## " + title);
        line("");
        line("| | " + String.join(" | ", peers.stream().map(peer -> peer.label).toList())
                + (rivals ? " | best peer | |" : " |"));
        line("|---|" + "---|".repeat(peers.size() + (rivals ? 2 : 0)));
        for (String row : rows) {
            String cells = String.join(
                    " | ", peers.stream().map(peer -> cell(section, row, peer)).toList());
            line("| " + row + " | " + cells + (rivals ? " | " + verdict(section, row) + " |" : " |"));
        }
        line("");
    }

    private String cell(String section, String row, Peer peer) {
        double[] values = results.values(section, row, peer);
        if (values.length == 0) {
            return "";
        }
        if (!isTime(section, row)) {
            return Ratio.of(values).toString() + (results.unit(section, row).equals("%") ? " %" : "");
        }
        if (peersOf(section, row).size() == 1) {
            return Ratio.of(values) + " " + results.unit(section, row);
        }
        Peer base = peersOf(section, row).get(0);
        return peer == base
                ? "1"
                : Ratio.show(results.ratio(section, row, peer, base).median());
    }

    /** Those of whom there are figures; the first is whom the others are compared with. */
    private List<Peer> peersOf(String section, String row) {
        return results.peers(section).stream()
                .filter(peer -> results.values(section, row, peer).length > 0)
                .toList();
    }

    private boolean isTime(String section, String row) {
        return List.of("ns", "ms").contains(results.unit(section, row));
    }

    private String verdict(String section, String row) {
        Ratio ratio = results.bestRival(section, row)
                .map(best -> results.ratio(section, row, best, Peer.CORE))
                .orElse(Ratio.of());
        if (!ratio.isKnown()) {
            return " | ";
        }
        boolean time = isTime(section, row);
        if (!time && !results.unit(section, row).equals("bytes")) {
            return " | ";
        }
        String better = time ? "faster" : "smaller";
        String worse = time ? "slower" : "larger";
        boolean equal = time ? ratio.isNoise() : Math.abs(ratio.median() - 1) < 0.02;
        return ratio + " | " + (equal ? "equal" : ratio.median() > 1 ? better : worse);
    }

    /** A chart of the operations of one thread, beside core. */
    private void operations(Family family) throws IOException {
        List<String> rows = results.rows(family.label).stream()
                .filter(row -> row.contains("131,072") && row.endsWith("1 thread"))
                .toList();
        if (rows.isEmpty()) {
            return;
        }
        List<Chart.Series> series = new ArrayList<>();
        for (Peer peer : results.peers(family.label)) {
            series.add(new Chart.Series(
                    peer.label,
                    rows.stream()
                            .map(row -> results.ratio(family.label, row, peer, Peer.CORE)
                                    .median())
                            .toList()));
        }
        List<String> labels =
                rows.stream().map(row -> row.substring(0, row.indexOf(','))).toList();
        chart(
                family.name().toLowerCase(Locale.ROOT),
                Chart.bars(
                        family.label + ": time beside weakref, 131,072 entries, one thread; less is better",
                        labels,
                        series));
    }

    private void growth(String title, String section) throws IOException {
        List<String> sizes = places(section);
        if (sizes.isEmpty()) {
            return;
        }
        line("## " + title);
        line("");
        line("The time for one operation, one entry or one finalizer, beside that of the smallest.");
        line("Bytes are those of G1, which rounds large arrays up.");
        line("");
        line("| | " + String.join(" | ", sizes) + " |");
        line("|---|" + "---|".repeat(sizes.size()));
        List<Chart.Series> series = new ArrayList<>();
        List<String> operations = results.rows(section).stream()
                .map(row -> row.substring(0, row.indexOf(AT)))
                .distinct()
                .toList();
        for (String operation : operations) {
            results.peers(section).forEach(peer -> growth(section, operation, peer, sizes, series));
        }
        line("");
        double least = series.stream()
                .flatMap(each -> each.values().stream())
                .min(Comparator.naturalOrder())
                .orElse(1.0);
        String what = title + ": time for an operation, beside that at " + sizes.get(0);
        chart(section.replace(' ', '-'), Chart.lines(what, sizes, series, least));
    }

    private void growth(String section, String operation, Peer peer, List<String> sizes, List<Chart.Series> series) {
        List<Double> curve = sizes.stream()
                .map(size -> median(section, operation + AT + size, peer))
                .toList();
        double first = curve.get(0);
        if (Double.isNaN(first)) {
            return;
        }
        String name = operation + (peer == Peer.CORE ? "" : ", " + peer.label);
        if (isTime(section, operation + AT + sizes.get(0))) {
            curve = curve.stream().map(value -> value / first).toList();
            series.add(new Chart.Series(name, curve));
        }
        line("| " + name + " | "
                + String.join(" | ", curve.stream().map(Ratio::show).toList()) + " |");
    }

    private void churn() throws IOException {
        table("Churn: entries that soon die in a heap of 512 MiB", Churn.SECTION);
        List<String> seconds = places(Churn.SECTION);
        if (seconds.isEmpty()) {
            return;
        }
        double core = median(Churn.SECTION, Churn.TIME, Peer.CORE);
        List<Chart.Series> series = new ArrayList<>();
        for (Peer peer : results.peers(Churn.SECTION)) {
            List<Double> curve = seconds.stream()
                    .map(second -> core / median(Churn.SECTION, "slice" + AT + second, peer))
                    .toList();
            series.add(new Chart.Series(peer.label, curve));
        }
        chart("churn", Chart.lines("Churn: throughput over time, beside weakref's average", seconds, series, 0));
    }

    private void missed(List<List<Target>> targets) throws IOException {
        List<String> missed = targets.stream()
                .flatMap(List::stream)
                .filter(Target::isMissed)
                .map(Target::what)
                .distinct()
                .toList();
        if (!missed.isEmpty()) {
            line("## What is missed, and why");
            line("");
            line("Found by leaving one thing out after the other and measuring again.");
            line("");
            Explanations.read().of(missed).forEach(this::line);
            line("");
        }
    }

    private void tryIt() {
        line("## Try it");
        line("");
        line("Have one group measured on your machine, look at it, and bring these figures back:");
        line("");
        line("```sh");
        line("benchmarks/run short references");
        line("git diff docs/performance.md");
        line("git checkout docs/performance.md docs/performance && git clean -fq docs/performance");
        line("```");
        line("");
        line(
                "What was measured on another machine is left out of the page meanwhile; without a group, all of it is measured.");
    }

    private double median(String section, String row, Peer peer) {
        return Ratio.of(results.values(section, row, peer)).median();
    }

    /** What stands behind the "at" of the rows of a section. */
    private List<String> places(String section) {
        return results.rows(section).stream()
                .filter(row -> row.contains(AT))
                .map(row -> row.substring(row.indexOf(AT) + AT.length()))
                .distinct()
                .toList();
    }

    private void layouts() {
        line("The nodes in memory, as JOL shows them:");
        line("");
        line("```");
        Stream.of("internal.table.TableNode", "FinalizerNode").forEach(this::layout);
        line("```");
        line("");
    }

    private void layout(String name) {
        try {
            line(ClassLayout.parseClass(Class.forName("dev.weakref." + name)).toPrintable());
        } catch (ClassNotFoundException renamed) {
            throw new IllegalStateException(renamed);
        }
    }

    private void chart(String name, String svg) throws IOException {
        Path file = docs.resolve("performance").resolve(name + ".svg");
        Files.writeString(file, svg);
        line("![" + name + "](performance/" + Objects.requireNonNull(file.getFileName()) + ")");
        line("");
    }

    private void line(String text) {
        page.append(text.stripTrailing()).append('\n');
    }
}

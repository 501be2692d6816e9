package dev.weakref.benchmarks.report;

import com.google.gson.GsonBuilder;
import dev.weakref.benchmarks.harness.Sample;
import dev.weakref.benchmarks.measurement.Peer;
import dev.weakref.benchmarks.measurement.Ratio;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/** What was measured, and where it is kept. */
public final class Results {

    private final Path file;
    private final Machine machine;
    private final Map<String, Sample> samples = new LinkedHashMap<>();

    private Results(Path file, Machine machine) {
        this.file = file;
        this.machine = machine;
    }

    /** Those of this JDK in that folder, so that a part can be measured again; none if they are of another scale. */
    public static Results in(Path folder, String scale) throws IOException {
        String name = "results-" + Runtime.version().feature() + ".json";
        Results fresh = new Results(folder.resolve(name), Machine.here(scale));
        if (Files.exists(fresh.file)) {
            Results old = read(fresh.file);
            if (fresh.machine.equals(old.machine)) {
                return old;
            }
        }
        return fresh;
    }

    /** Those of the other JDKs in that folder, the oldest first, if they are of the same scale and machine. */
    public List<Results> othersIn(Path folder) throws IOException {
        List<Results> others = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "results-*.json")) {
            for (Path each : files) {
                Results read = read(each);
                if (!each.equals(file) && machine.isComparableWith(read.machine)) {
                    others.add(read);
                }
            }
        }
        others.sort(Comparator.comparing(results -> results.file));
        return others;
    }

    private static Results read(Path file) throws IOException {
        Document document = new GsonBuilder().create().fromJson(Files.readString(file), Document.class);
        Results results = new Results(file, document.machine);
        document.samples.forEach(results::put);
        return results;
    }

    public void put(Sample sample) {
        samples.put(sample.section() + "/" + sample.row() + "/" + sample.peer() + "/" + sample.round(), sample);
    }

    public void save() throws IOException {
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Document document = new Document(machine, new ArrayList<>(samples.values()));
        Files.writeString(
                file, new GsonBuilder().setPrettyPrinting().create().toJson(document) + System.lineSeparator());
    }

    public Machine machine() {
        return machine;
    }

    /** How many JVMs have measured all rows of each section. */
    Map<String, Integer> rounds() {
        Map<String, Integer> rounds = new LinkedHashMap<>();
        for (Sample sample : samples.values()) {
            int measured = values(sample.section(), sample.row(), sample.peer()).length;
            rounds.merge(sample.section(), measured, Math::min);
        }
        return rounds;
    }

    List<String> rows(String section) {
        return samples.values().stream()
                .filter(sample -> sample.section().equals(section))
                .map(Sample::row)
                .distinct()
                .toList();
    }

    public List<Peer> peers(String section) {
        return samples.values().stream()
                .filter(sample -> sample.section().equals(section))
                .map(Sample::peer)
                .distinct()
                .sorted()
                .toList();
    }

    /** The values of the rounds, in their order. */
    double[] values(String section, String row, Peer peer) {
        return IntStream.iterate(0, round -> round + 1)
                .mapToObj(round -> samples.get(section + "/" + row + "/" + peer + "/" + round))
                .takeWhile(Objects::nonNull)
                .mapToDouble(Sample::value)
                .toArray();
    }

    String unit(String section, String row) {
        return samples.values().stream()
                .filter(sample ->
                        sample.section().equals(section) && sample.row().equals(row))
                .map(Sample::unit)
                .findFirst()
                .orElse("");
    }

    /** How many times as long one took, or how many times as much, as another. */
    Ratio ratio(String section, String row, Peer upper, Peer lower) {
        return Ratio.of(perRound(section, row, upper, lower));
    }

    /** Of those that core can be compared with, the one beside whom it looks worst. */
    Optional<Peer> bestRival(String section, String row) {
        return peers(section).stream()
                .filter(peer ->
                        peer.isRival() && ratio(section, row, peer, Peer.CORE).isKnown())
                .min(Comparator.comparingDouble(
                        peer -> ratio(section, row, peer, Peer.CORE).median()));
    }

    Ratio besideBest(String section, String row) {
        return bestRival(section, row)
                .map(best -> ratio(section, row, Peer.CORE, best))
                .orElse(Ratio.of());
    }

    /**
     * How many times as fast as the best peer core is, as the geometric mean over some rows.
     *
     * @param wanted a regular expression for the rows
     */
    Ratio advantage(String section, String wanted) {
        return mean(advantages(section, wanted));
    }

    /** The same of the row where that is the least. */
    Ratio leastAdvantage(String section, String wanted) {
        return advantages(section, wanted).stream()
                .map(Ratio::of)
                .min(Comparator.comparingDouble(Ratio::median))
                .orElse(Ratio.of());
    }

    /** How many times as fast as this peer core is, as the geometric mean over some rows. */
    Ratio mean(String section, String wanted, Peer peer) {
        return mean(rows(section).stream()
                .filter(row -> row.matches(wanted))
                .map(row -> perRound(section, row, peer, Peer.CORE))
                .toList());
    }

    private List<double[]> advantages(String section, String wanted) {
        List<double[]> advantages = new ArrayList<>();
        for (String row : rows(section)) {
            if (row.matches(wanted)) {
                bestRival(section, row).ifPresent(best -> advantages.add(perRound(section, row, best, Peer.CORE)));
            }
        }
        return advantages;
    }

    private double[] perRound(String section, String row, Peer upper, Peer lower) {
        double[] above = values(section, row, upper);
        double[] below = values(section, row, lower);
        return IntStream.range(0, Math.min(above.length, below.length))
                .mapToDouble(round -> above[round] / below[round])
                .toArray();
    }

    private static Ratio mean(List<double[]> rows) {
        int rounds = rows.stream().mapToInt(row -> row.length).min().orElse(0);
        return Ratio.of(IntStream.range(0, rounds)
                .mapToDouble(round -> Math.exp(rows.stream()
                        .mapToDouble(row -> Math.log(row[round]))
                        .average()
                        .orElseThrow()))
                .toArray());
    }

    private record Document(Machine machine, List<Sample> samples) {}

    /** What a run can be compared by. */
    public record Machine(String scale, String java, String system, int processors) {

        /** The version of the JDK in a few characters. */
        String jdk() {
            return java.replaceAll(".* (\\d+)[.+-].*", "JDK $1");
        }

        /** Whether they differ in the JDK only. */
        boolean isComparableWith(Machine other) {
            return scale.equals(other.scale) && system.equals(other.system) && processors == other.processors;
        }

        static Machine here(String scale) {
            return new Machine(
                    scale,
                    System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
                    System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                    Runtime.getRuntime().availableProcessors());
        }
    }
}

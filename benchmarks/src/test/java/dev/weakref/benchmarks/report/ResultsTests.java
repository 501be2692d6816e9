package dev.weakref.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.weakref.benchmarks.harness.Sample;
import dev.weakref.benchmarks.measurement.Peer;
import dev.weakref.benchmarks.measurement.Scale;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTests {

    @Test
    void besideThemStandOtherJdksOfTheSameMachineAndScaleOnly(@TempDir Path folder) throws IOException {
        Results mine = Results.in(folder, Scale.TINY.name());
        mine.put(new Sample("section", "row", Peer.CORE, 0, 7, "ns"));
        mine.save();
        String json = Files.readString(only(folder));
        Files.writeString(folder.resolve("results-1.json"), json.replace("\"value\": 7", "\"value\": 8"));
        Files.writeString(folder.resolve("results-2.json"), json.replace("\"tiny\"", "\"full\""));
        Files.writeString(
                folder.resolve("results-3.json"), json.replaceAll("\"processors\": \\d+", "\"processors\": 1000"));

        assertThat(mine.othersIn(folder))
                .singleElement()
                .satisfies(other ->
                        assertThat(other.values("section", "row", Peer.CORE)).containsExactly(8));
    }

    @Test
    void whatWasMeasuredBeforeWithThisJdkIsThereAgain(@TempDir Path folder) throws IOException {
        Results mine = Results.in(folder, Scale.TINY.name());
        mine.put(new Sample("section", "row", Peer.CORE, 0, 7, "ns"));
        mine.save();

        assertThat(Results.in(folder, Scale.TINY.name()).values("section", "row", Peer.CORE))
                .containsExactly(7);
        assertThat(Results.in(folder, Scale.FULL.name()).rows("section"))
                .as("those of another scale are not mixed with these")
                .isEmpty();
    }

    @Test
    void aSectionIsMeasuredAsOftenAsEachOfItsRowsIs(@TempDir Path folder) throws IOException {
        Results results = Results.in(folder, Scale.TINY.name());
        for (int round = 0; round < 3; round++) {
            results.put(new Sample("section", "row", Peer.CORE, round, 7, "ns"));
            results.put(new Sample("other", "row", Peer.CORE, round, 7, "ns"));
        }
        results.put(new Sample("section", "row", Peer.GUAVA, 0, 7, "ns"));

        assertThat(results.rounds()).containsExactly(entry("section", 1), entry("other", 3));
    }

    private static Path only(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.findFirst().orElseThrow();
        }
    }
}

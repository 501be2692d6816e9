package dev.weakref.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.WeakRef;
import dev.weakref.benchmarks.harness.Comparison;
import dev.weakref.benchmarks.harness.Fork;
import dev.weakref.benchmarks.harness.Job;
import dev.weakref.benchmarks.harness.Plan;
import dev.weakref.benchmarks.harness.Sample;
import dev.weakref.benchmarks.harness.StartUp;
import dev.weakref.benchmarks.measurement.Churn;
import dev.weakref.benchmarks.measurement.Peer;
import dev.weakref.benchmarks.measurement.Scale;
import dev.weakref.benchmarks.report.Report;
import dev.weakref.benchmarks.report.Results;
import dev.weakref.benchmarks.report.Targets;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("collects")
class SmokeTests {

    @Test
    void everythingIsMeasuredOnceAndReported(@TempDir Path docs) throws Exception {
        Results results = Results.in(docs.resolve("performance"), Scale.TINY.name());

        for (Job job : new Plan(Scale.TINY).jobs()) {
            for (Peer peer : job.peers()) {
                Iterable<Sample> samples = Fork.measure(job, peer, Scale.TINY, 0);
                assertThat(samples).as("%s of %s", job.name(), peer).isNotEmpty();
                samples.forEach(results::put);
            }
        }
        results.save();
        new Report(results, List.of(results), docs).write();

        assertThat(new Targets(results).all())
                .allMatch(target -> target.measured().isKnown());
        assertThat(docs.resolve("performance.md"))
                .content()
                .contains("## Targets", "## Try it")
                .contains("Measured on " + results.machine().java() + " (JDK "
                        + Runtime.version().feature())
                .doesNotContain("NaN");
        assertThat(docs.resolve("performance")).isDirectoryContaining("glob:**/churn.svg");
        assertThat(Results.in(docs.resolve("performance"), Scale.TINY.name()).peers(Churn.SECTION))
                .contains(Peer.CORE);
        assertThat(Files.readString(docs.resolve("performance/growth-of-a-map.svg")))
                .contains("<polyline");
    }

    @Test
    void coreIsComparedWithItself() throws Exception {
        String core = Path.of(WeakRef.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .toString();
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        new Comparison(core, Scale.TINY, 1, new PrintStream(printed, true, UTF_8)).measure(List.of("churn"));

        assertThat(printed.toString(UTF_8).lines())
                .isNotEmpty()
                .allMatch(row -> row.startsWith(Churn.SECTION) && row.split(" \\| ").length == 4)
                .noneMatch(row -> row.contains("–")); // as it is without a figure
    }

    @Test
    void anIdleApplicationIsStarted() throws Exception {
        List<String> classPath = List.of(System.getProperty("java.class.path").split(File.pathSeparator));
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        new StartUp(classPath, 1, new PrintStream(printed, true, UTF_8)).measure();

        assertThat(printed.toString(UTF_8).lines())
                .hasSize(2)
                .allMatch(row -> row.split(" \\| ").length == 5)
                .noneMatch(row -> row.contains("NaN"));
    }
}

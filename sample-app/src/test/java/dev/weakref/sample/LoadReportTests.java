package dev.weakref.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadReportTests {

    @TempDir
    Path directory;

    @Test
    void thePageHasAChartARowForEachSampleAndEndsWithSomethingToTry() throws IOException {
        report().write(directory);

        assertThat(directory.resolve("images/load.svg")).content().contains("PostgreSQL restarts");
        assertThat(directory.resolve("load.md"))
                .content()
                .contains("`sample-app/load 2m`", "](images/load.svg)", "| 1.0 | 100 | 20 ms | 8 | 8 | 8 | 40.0 MB")
                .containsPattern("\n## Try it\n[^#]*```sh\nsample-app/load 2m\n```\n$");
    }

    private static LoadReport report() {
        Duration minute = Duration.ofMinutes(1);
        LoadSample sample = new LoadSample(minute, 100, Duration.ofMillis(20), 8, 8, 8, 40_000_000, 200_000_000, 60);
        return new LoadReport(Duration.ofMinutes(2), List.of(sample), List.of(minute.dividedBy(2)), new LoadFigures());
    }
}

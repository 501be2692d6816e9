package dev.weakref.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.benchmarks.measurement.Scale;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplanationsTests {

    @Test
    void eachExplainsATargetThatThereIs(@TempDir Path empty) throws IOException {
        List<String> targets = new Targets(Results.in(empty, Scale.TINY.name()))
                .all().stream().map(Target::what).toList();

        assertThat(targets).doesNotHaveDuplicates();
        assertThat(Explanations.read().byTarget()).isNotEmpty().allSatisfy((target, why) -> {
            assertThat(target).isIn(targets);
            assertThat(why).isNotBlank();
        });
    }

    @Test
    void whatIsMissedWithoutAnExplanationIsSaidToBeSo() throws IOException {
        assertThat(Explanations.read().of(List.of("one more", "and another")))
                .containsExactly("- **one more; and another.** Not explained yet.");
    }
}

package dev.weakref.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

@ExtendWith(OutputCaptureExtension.class)
class StartTests {

    @TempDir
    Path directory;

    @Test
    void startsTwiceInARow() {
        start(directory.toString()).close();
        start(directory.toString()).close();
    }

    @Test
    void unusableDataDirectoryIsOneSentenceInPlaceOfAStackTrace(CapturedOutput output) throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "in the way");

        assertThatThrownBy(() -> start(file.toString())).hasRootCauseInstanceOf(FileAlreadyExistsException.class);

        assertThat(output)
                .contains("The data directory " + file + " cannot be used: " + file + " is not a directory.")
                .contains("Choose another one, for example with --sample.data=/tmp/pictures.")
                .doesNotContain("\tat ");
    }

    @Test
    void secondApplicationOnOneDirectoryIsRefusedInOneSentence(CapturedOutput output) {
        try (var first = start(directory.toString())) {
            assertThatThrownBy(() -> start(directory.toString()))
                    .hasRootCauseInstanceOf(UnusableDataDirectoryException.class);

            assertThat(output).contains("another run of this application uses it");
            assertThat(first.isRunning()).isTrue();
        }
    }

    @Test
    void pathThatTheDatabaseWouldRefuseIsExplained(CapturedOutput output) {
        assertThatThrownBy(() -> start("data")).isNotNull();

        assertThat(output)
                .contains("Property: sample.data")
                .contains("must be absolute or begin with ./")
                .doesNotContain("\tat ");
    }

    private static ConfigurableApplicationContext start(String data) {
        return SpringApplication.run(SampleApplication.class, "--sample.data=" + data, "--server.port=0");
    }
}

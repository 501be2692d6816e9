package dev.weakref.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

class DataDirectoryTests {

    @TempDir
    Path root;

    @Test
    void isMadeWhereItIsMissing() {
        try (DataDirectory data = open(root.resolve("a/b"))) {
            assertThat(data.pictures()).isEmptyDirectory();
            assertThat(data.workspaces()).isEmptyDirectory();
        }
    }

    @Test
    void nextRunIsAnotherRunAtTheSameHome() {
        String home;
        String run;
        try (DataDirectory data = open(root)) {
            home = data.home();
            run = data.run();
        }

        try (DataDirectory data = open(root)) {
            assertThat(data.home()).isEqualTo(home);
            assertThat(data.run()).isNotEqualTo(run);
        }
    }

    @Test
    void nextRunClearsWhatACrashLeftButNoPicture() throws IOException {
        try (DataDirectory data = open(root)) {
            Files.writeString(
                    Files.createDirectory(data.workspaces().resolve("7")).resolve("preview-1.png"), "left behind");
            Files.writeString(data.incoming().resolve("half"), "left behind");
            Files.writeString(data.pictures().resolve("cat"), "kept");
        }

        try (DataDirectory data = open(root)) {
            assertThat(data.workspaces()).isEmptyDirectory();
            assertThat(data.incoming()).isEmptyDirectory();
            assertThat(data.pictures().resolve("cat")).hasContent("kept");
        }
    }

    @Test
    void secondRunAtTheSameTimeIsRefusedInOneSentence() {
        try (DataDirectory first = open(root)) {
            assertThatThrownBy(() -> open(root))
                    .isInstanceOf(UnusableDataDirectoryException.class)
                    .hasMessage("The data directory %s cannot be used: another run of this application uses it.", root);
            assertThat(first.pictures()).exists();
        }
    }

    @Test
    void directoryThatCannotBeMadeIsRefusedInOneSentence() throws IOException {
        Path file = Files.writeString(root.resolve("file"), "in the way");

        assertThatThrownBy(() -> open(file))
                .isInstanceOf(UnusableDataDirectoryException.class)
                .hasMessage("The data directory %s cannot be used: %s is not a directory.", file, file);
    }

    private static DataDirectory open(Path root) {
        return new DataDirectory(new SampleProperties(root.toString(), DataSize.ofMegabytes(1), 80, 1_000_000, false));
    }
}

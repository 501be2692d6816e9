package dev.weakref.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

@Tag("collects")
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class HeapDumpTests {

    private static final Duration SHORT = Duration.ofMillis(1);

    @TempDir
    private Path folder;

    @AfterEach
    void forget() {
        System.clearProperty("weakref.test.heapdump");
    }

    @Test
    void aFailedAwaitWritesOneWhereItIsToldAndNamesIt() throws IOException {
        Path dumps = folder.resolve("of/tests");
        System.setProperty("weakref.test.heapdump", dumps.toString());

        assertThatThrownBy(() -> Gc.awaitTrue(() -> false, "never", SHORT))
                .message()
                .isEqualTo("After PT0.001S of collecting: never\nThe heap dump is " + only(dumps));
        assertThat(only(dumps)).isNotEmptyFile();
    }

    @Test
    void soDoesAnObjectThatIsStillReachable() throws IOException {
        System.setProperty("weakref.test.heapdump", folder.toString());

        assertThatThrownBy(() -> Gc.awaitCleared(new WeakReference<>(this), SHORT))
                .message()
                .endsWith("\nThe heap dump is " + only(folder));
    }

    @Test
    void whereItCannotBeWrittenTheMessageSaysSo() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        System.setProperty("weakref.test.heapdump", file.toString());

        assertThatThrownBy(() -> Gc.awaitTrue(() -> false, "never", SHORT))
                .hasMessageStartingWith(
                        "After PT0.001S of collecting: never\nThere is no heap dump in '" + file + "': ")
                .hasMessageContaining("FileAlreadyExistsException");
    }

    private static Path only(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1);
            return all.get(0);
        }
    }
}

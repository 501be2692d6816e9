package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weakref.Finalizer.Outcome;
import dev.weakref.Finalizer.Trigger;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TempFilesTests {

    private final List<Throwable> reported = new ArrayList<>();
    private final FinalizerRegistry registry = FinalizerRegistry.builder()
            .onFailure((finalizer, failure) -> reported.add(failure))
            .build();
    private final Object owner = new Object();
    private volatile Path refuse;

    @TempDir
    private Path parent;

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void closingDeletesADirectoryWithAllThatIsInIt() throws IOException {
        TempFiles.Bound directory = TempFiles.of(registry, parent).directory(owner, "work");
        Path inner = Files.createDirectories(directory.path().resolve("a/b"));
        Files.writeString(inner.resolve("file"), "content");

        directory.close();

        assertThat(parent).isEmptyDirectory();
        assertThat(directory.path().getFileName().toString()).startsWith("work");
        assertThat(directory.finalizer().isAlive()).isFalse();
    }

    @Test
    void fileGoesAtExit() throws IOException {
        TempFiles.Bound file = TempFiles.of(registry, parent).file(owner, "upload", ".png");
        assertThat(file.path()).isEmptyFile();
        assertThat(file.path().toString()).endsWith(".png");

        ExitReport report = registry.shutdown();

        assertThat(report.run()).isEqualTo(1);
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    @Tag("collects")
    void goesWhenItsOwnerIsCollected() throws IOException {
        TempFiles.Bound file = TempFiles.of(registry, parent).file(new Object(), "upload", "");

        Gc.awaitTrue(() -> Files.notExists(file.path()), "the file is still there");

        assertThat(file.finalizer().trigger()).isEqualTo(Trigger.UNREACHABLE);
    }

    @Test
    void withoutAParentItIsWhereTheJvmHasItsTemporaryFiles() throws IOException {
        try (TempFiles.Bound file = TempFiles.of(registry).file(owner, "weakref", "");
                TempFiles.Bound directory = TempFiles.of(registry).directory(owner, "weakref")) {
            assertThat(file.path().getParent()).isEqualTo(Path.of(System.getProperty("java.io.tmpdir")));
            assertThat(directory.path()).isDirectory();
        }
    }

    @Test
    void linksAreDeletedAndNotFollowed() throws IOException {
        Path outside = Files.createDirectory(parent.resolve("outside"));
        Path precious = Files.writeString(outside.resolve("precious"), "stays");
        TempFiles.Bound directory = TempFiles.of(registry, parent).directory(owner, "work");
        Files.createSymbolicLink(directory.path().resolve("to a directory"), outside);
        Files.createSymbolicLink(directory.path().resolve("to a file"), precious);
        Files.createSymbolicLink(directory.path().resolve("to nothing"), parent.resolve("nothing"));
        TempFiles.Bound link =
                TempFiles.of(registry).bind(owner, Files.createSymbolicLink(parent.resolve("link"), outside));

        directory.close();
        link.close();

        assertThat(parent).isDirectoryNotContaining(path -> !path.equals(outside));
        assertThat(precious).hasContent("stays");
    }

    @Test
    void whatHasGoneAlreadyIsNoFailure() throws IOException {
        TempFiles.Bound file = TempFiles.of(registry, parent).file(owner, "upload", "");
        Files.delete(file.path());

        file.close();

        assertThat(registry.stats().ran(Trigger.EXPLICIT, Outcome.SUCCESS)).isEqualTo(1);
    }

    @Test
    void whatCannotBeDeletedIsTriedAgainAtExit() throws IOException {
        TempFiles.Bound directory = new TempFiles(registry, parent, this::erase).directory(owner, "work");
        Path refused = Files.createFile(directory.path().resolve("refused"));
        Path other = Files.createFile(directory.path().resolve("other"));

        refuse = refused;
        assertThatExceptionOfType(FinalizerException.class)
                .isThrownBy(directory::close)
                .withCauseInstanceOf(AccessDeniedException.class);
        assertThat(other).doesNotExist();
        assertThat(registry.stats().live()).isEqualTo(1);
        refuse = null;
        registry.close();

        assertThat(directory.path()).doesNotExist();
        assertThat(reported).isEmpty();
    }

    @Test
    void aFailureAtExitIsReportedOnce() throws IOException {
        TempFiles.Bound file = new TempFiles(registry, parent, this::erase).file(owner, "upload", "");
        refuse = file.path();

        ExitReport report = registry.shutdown();

        assertThat(report.run()).isEqualTo(1);
        assertThat(report.failed()).isEqualTo(1);
        assertThat(reported).singleElement().isInstanceOf(AccessDeniedException.class);
    }

    private void erase(Path path) throws IOException {
        if (path.equals(refuse)) {
            throw new AccessDeniedException(path.toString());
        }
        Files.deleteIfExists(path);
    }

    @Test
    void nothingIsLeftBehindWhereItCannotBeBound() {
        registry.close();

        assertThatIllegalStateException()
                .isThrownBy(() -> TempFiles.of(registry, parent).directory(owner, "work"));
        assertThatIllegalStateException()
                .isThrownBy(() -> TempFiles.of(registry, parent).file(owner, "upload", ""));
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void refusesBadInput() {
        TempFiles files = TempFiles.of(registry, parent);

        assertThatNullPointerException().isThrownBy(() -> TempFiles.of(null));
        assertThatNullPointerException().isThrownBy(() -> TempFiles.of(registry, null));
        assertThatNullPointerException().isThrownBy(() -> files.directory(null, "work"));
        assertThatNullPointerException().isThrownBy(() -> files.bind(owner, null));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> files.bind(parent, parent))
                .withMessageContaining("is held by its own finalizer");
        TempFiles harmless = new TempFiles(registry, parent, path -> {}); // where this test fails it deletes nothing
        Path here = Path.of("").toAbsolutePath();
        for (Path tooMuch : List.of(
                Path.of(""),
                Path.of("."),
                here,
                here.resolve("target/.."),
                here.getParent(),
                here.getRoot(),
                Path.of("/x/.."))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> harmless.bind(owner, tooMuch))
                    .withMessageContaining("name another file or directory");
        }
        assertThatThrownBy(
                        () -> TempFiles.of(registry, parent.resolve("missing")).file(owner, "a", "b"))
                .isInstanceOf(NoSuchFileException.class);
        assertThat(parent).isEmptyDirectory();
    }
}

package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weakref.Finalizer.Outcome;
import dev.weakref.Finalizer.Trigger;
import dev.weakref.internal.deletion.WatchedDirectory;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TempFilesTests {

    private final List<Throwable> reported = new ArrayList<>();
    private final FinalizerRegistry registry = FinalizerRegistry.builder()
            .onFailure((finalizer, failure) -> reported.add(failure))
            .build();
    private final Object owner = new Object();
    private final WatchedDirectory.Watch watch = new WatchedDirectory.Watch();

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
    void areNamedByPrefixAndFileName() throws IOException {
        TempFiles.Bound file = TempFiles.of(registry, parent).file(owner, "upload", ".png");
        Path longName = Files.createFile(parent.resolve("x".repeat(240)));
        TempFiles.Bound bound = TempFiles.of(registry).bind(owner, longName);

        assertThat(file.finalizer().name())
                .isEqualTo("temporary files " + file.path().getFileName());
        assertThat(bound.finalizer().name())
                .startsWith("temporary files xxx")
                .endsWith("x…")
                .hasSize(200);
    }

    @Test
    void areOneCreationSiteForEachPrefix() throws Exception {
        BlockingQueue<Leak> told = new LinkedBlockingQueue<>();
        AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
        try (FinalizerRegistry overdue = FinalizerRegistry.builder()
                .clock(now::get)
                .overdueAfter(Duration.ofMinutes(1))
                .leakListener(told::add)
                .build()) {
            TempFiles temp = TempFiles.of(overdue, parent);
            TempFiles.Bound last = temp.file(owner, "upload", ".png");
            for (String prefix : List.of("preview", "upload", "upload")) {
                last = temp.file(owner, prefix, ".png");
            }
            now.set(Instant.EPOCH.plusSeconds(60));

            overdue.core().overdueMonitor().check();

            assertThat(List.of(told.take(), told.take()))
                    .extracting(leak -> leak.finalizer().name().replaceAll("\\d+", ""))
                    .containsExactly("temporary files upload.png", "temporary files preview.png");
            assertThat(overdue.stats().leaks(Leak.Kind.OVERDUE)).isEqualTo(4);
            last.close();
            assertThat(told.take().kind()).isEqualTo(Leak.Kind.RESOLVED);
        }
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
        TempFiles.Bound directory = new TempFiles(registry, parent, watch::at).directory(owner, "work");
        Path refused = Files.createFile(directory.path().resolve("refused"));
        Path other = Files.createFile(directory.path().resolve("other"));

        watch.beforeDelete = path -> refuse(path, refused);
        assertThatExceptionOfType(FinalizerException.class)
                .isThrownBy(directory::close)
                .withCauseInstanceOf(AccessDeniedException.class);
        assertThat(other).doesNotExist();
        assertThat(registry.stats().live()).isEqualTo(1);
        watch.beforeDelete = path -> {};
        registry.close();

        assertThat(directory.path()).doesNotExist();
        assertThat(reported).isEmpty();
    }

    @Test
    void aFailureAtExitIsReportedOnce() throws IOException {
        TempFiles.Bound file = new TempFiles(registry, parent, watch::at).file(owner, "upload", "");
        watch.beforeDelete = path -> refuse(path, file.path());

        ExitReport report = registry.shutdown();

        assertThat(report.run()).isEqualTo(1);
        assertThat(report.failed()).isEqualTo(1);
        assertThat(reported).singleElement().isInstanceOf(AccessDeniedException.class);
    }

    private static void refuse(Path path, Path refused) throws IOException {
        if (path.endsWith(refused.getFileName())) {
            throw new AccessDeniedException(path.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, OutOfMemoryError.class, StackOverflowError.class})
    void whateverStopsTheDeletionItIsTriedAgainAtExit(Class<? extends Throwable> kind) throws Exception {
        Throwable failure = kind.getConstructor(String.class).newInstance("for the test");
        TempFiles.Bound file = new TempFiles(registry, parent, watch::at).file(owner, "upload", "");
        watch.beforeDelete = path -> sneak(failure);
        assertThatThrownBy(file::close).isSameAs(failure);
        assertThat(file.path()).exists();
        watch.beforeDelete = path -> {};

        ExitReport report = registry.shutdown();

        assertThat(report.run()).isEqualTo(1);
        assertThat(parent).isEmptyDirectory();
        assertThat(watch.open).isZero();
    }

    private static void sneak(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) failure;
    }

    @Test
    void theSecondAttemptIsNotForgottenIfThereIsNoMemoryToRegisterIt() throws IOException {
        AtomicBoolean full = new AtomicBoolean();
        FinalizerRegistry registry = FinalizerRegistry.builder()
                .clock(() -> {
                    if (full.get()) {
                        throw new OutOfMemoryError("for the test");
                    }
                    return Instant.EPOCH;
                })
                .build();
        TempFiles files = new TempFiles(registry, parent, watch::at);
        List<TempFiles.Bound> bound = List.of(files.file(owner, "one", ""), files.file(owner, "two", ""));
        watch.beforeDelete = path -> {
            throw new AccessDeniedException(path.toString());
        };
        full.set(true);
        for (TempFiles.Bound file : bound) {
            assertThatExceptionOfType(FinalizerException.class)
                    .isThrownBy(file::close)
                    .withCauseInstanceOf(AccessDeniedException.class);
        }
        assertThat(registry.stats().live()).isZero();
        full.set(false);
        watch.beforeDelete = path -> {};

        ExitReport report = registry.shutdown();

        assertThat(report.run()).isEqualTo(2);
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void aSecondAttemptThatComesTooLateSaysSo() throws IOException {
        TempFiles.Bound file = new TempFiles(registry, parent, watch::at).file(owner, "upload", "");
        file.finalizer().setAtExit(false);
        watch.beforeDelete = path -> {
            registry.core().refuseRegistrations();
            throw new AccessDeniedException(path.toString());
        };

        Throwable failure = catchThrowable(file::close);

        assertThat(failure.getCause().getSuppressed())
                .singleElement()
                .isInstanceOf(IllegalStateException.class)
                .extracting(Throwable::getMessage)
                .asString()
                .contains("is closed");
    }

    @Test
    void theDeletionIsThatOfAWholeTree() throws IOException {
        TempFiles.Bound directory = TempFiles.of(registry, parent).directory(owner, "work");
        Path level = directory.path();
        for (int i = 0; i < 1_900; i++) {
            level = Files.createDirectory(level.resolve("d"));
        }

        directory.close();

        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void dotsThatMeanSomethingElseBehindALinkAreRefused() throws IOException {
        Path sub = Files.createDirectories(parent.resolve("elsewhere/outside/sub"));
        Path link = Files.createSymbolicLink(parent.resolve("link"), sub.getParent());
        TempFiles files = TempFiles.of(registry);

        for (String dots : List.of(".", "sub/..", "./sub/..", "..", "../link/.", "../outside")) {
            assertThatIllegalArgumentException()
                    .as(dots)
                    .isThrownBy(() -> files.bind(owner, link.resolve(dots)).close())
                    .withMessageContaining("name the file or directory without '.' and '..'");
        }
        assertThat(sub).exists();
        assertThat(link).isSymbolicLink();
    }

    @Test
    void dotsThatMeanTheSameEitherWayMayStand() throws IOException {
        Path directory = Files.createDirectories(parent.resolve("directory/sub"));
        Path link = Files.createSymbolicLink(parent.resolve("link"), directory);
        Path later = parent.resolve("./later");
        TempFiles.Bound unborn = TempFiles.of(registry).bind(owner, later);
        Files.createFile(directory.resolve("file"));
        Files.createFile(later);

        TempFiles.of(registry).bind(owner, link.resolve("./file")).close();
        assertThat(directory).isEmptyDirectory();
        TempFiles.of(registry).bind(owner, parent.resolve("./link")).close();
        TempFiles.of(registry)
                .bind(owner, directory.resolve("../../directory/."))
                .close();
        unborn.close();

        assertThat(link).doesNotExist();
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void aMissingDirectoryBeforeDotsIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TempFiles.of(registry).bind(owner, parent.resolve("missing/../file")))
                .withMessageContaining("cannot be followed; name the file or directory without '.' and '..'");
    }

    @Test
    void noNameOfTheWorkingDirectoryIsAccepted() throws IOException {
        Path here = Path.of("").toRealPath();
        Path name = here.getFileName();
        Path toHere = Files.createSymbolicLink(parent.resolve("to here"), here);
        Path above = Files.createSymbolicLink(parent.resolve("above"), here.getParent());
        Path twice = Files.createSymbolicLink(parent.resolve("twice"), above);
        Path disk = Files.createSymbolicLink(parent.resolve("disk"), here.getRoot());

        for (Path alias : List.of(
                toHere,
                above,
                twice,
                disk,
                above.resolve(name),
                twice.resolve(name),
                disk.resolve(here.getRoot().relativize(here)),
                disk.resolve(here.getName(0)),
                here.resolve("../" + name),
                parent.resolve("../" + parent.getFileName() + "/to here"))) {
            assertThatIllegalArgumentException()
                    .as(alias.toString())
                    .isThrownBy(() -> untouched().bind(owner, alias))
                    .withMessageContaining("name another file or directory");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> untouched().bind(owner, toHere.resolve("../" + name)))
                .withMessageContaining("name the file or directory without '.' and '..'");
    }

    /** If a test fails, this deletes nothing. */
    private TempFiles untouched() {
        watch.beforeLook = path -> {
            throw new AccessDeniedException(path.toString());
        };
        return new TempFiles(registry, parent, watch::at);
    }

    @Test
    void aDirectoryAboveItMayBeALinkAndStayOne() throws IOException {
        Path real = Files.createDirectory(parent.resolve("real"));
        Path link = Files.createSymbolicLink(parent.resolve("link"), real);
        TempFiles.Bound made = TempFiles.of(registry, link).directory(owner, "work");
        TempFiles.Bound bound = TempFiles.of(registry).bind(owner, Files.createFile(link.resolve("file")));
        assertThat(made.path().getParent()).isEqualTo(link);
        assertThat(bound.path()).isEqualTo(link.resolve("file"));

        made.close();
        bound.close();

        assertThat(real).isEmptyDirectory();
        assertThat(link).isSymbolicLink();
    }

    @Test
    void aDirectoryAboveItThatIsReplacedByALinkIsNotFollowed() throws IOException {
        Path precious = Files.createFile(
                Files.createDirectories(parent.resolve("elsewhere/work")).resolve("precious"));
        Path above = Files.createDirectory(parent.resolve("above"));
        Path work = Files.createDirectory(above.resolve("work"));
        TempFiles.Bound bound = TempFiles.of(registry).bind(owner, work);
        Files.move(above, parent.resolve("moved"));
        Files.createSymbolicLink(above, parent.resolve("elsewhere"));

        assertThatExceptionOfType(FinalizerException.class)
                .isThrownBy(bound::close)
                .havingCause()
                .withMessageContaining("was replaced by a symbolic link; nothing is deleted");
        ExitReport report = registry.shutdown();

        assertThat(report.failed()).isEqualTo(1);
        assertThat(precious).exists();
        assertThat(parent.resolve("moved/work")).exists();
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
                    .isThrownBy(() -> untouched().bind(owner, tooMuch))
                    .withMessageContaining("name another file or directory");
        }
        assertThatThrownBy(
                        () -> TempFiles.of(registry, parent.resolve("missing")).file(owner, "a", "b"))
                .isInstanceOf(NoSuchFileException.class);
        assertThat(parent).isEmptyDirectory();
    }
}

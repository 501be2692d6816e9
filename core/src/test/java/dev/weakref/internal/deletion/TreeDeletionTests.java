package dev.weakref.internal.deletion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TreeDeletionTests {

    /** More levels than directories that may be open, so that some are released and opened again. */
    private static final int LEVELS = 3 * TreeDeletion.MOST_OPEN;

    private final WatchedDirectory.Watch watch = new WatchedDirectory.Watch();

    @TempDir
    private Path parent;

    private Path root;

    @BeforeEach
    void makeRoot() throws IOException {
        parent = parent.toRealPath();
        root = Files.createDirectory(parent.resolve("root"));
    }

    @AfterEach
    void nothingIsLeftOpen() {
        assertThat(watch.open).isZero();
    }

    private void delete() throws Exception {
        new TreeDeletion(watch::at).run(root);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void deletesEachLevelWithFewDirectoriesOpen(boolean byPath) throws Exception {
        watch.byPath = byPath;
        Path level = root;
        for (int i = 0; i < LEVELS; i++) {
            for (String name : new String[] {"a", "b", "y", "z"}) {
                Files.createFile(level.resolve(name + " file"));
                Files.createFile(Files.createDirectories(level.resolve(name).resolve("inner"))
                        .resolve("file"));
            }
            level = Files.createDirectory(level.resolve("level"));
        }
        List<Path> entered = new ArrayList<>();
        watch.beforeOpen = entered::add;

        delete();

        assertThat(parent).isEmptyDirectory();
        assertThat(entered).doesNotHaveDuplicates(); // nothing was passed over and found again
        assertThat(watch.mostOpen)
                .isLessThanOrEqualTo(1 + TreeDeletion.MOST_OPEN); // with the one that is given by path
    }

    @Test
    void deletesATreeWhosePathsAreTooLongForTheSystem() throws Exception {
        String name = "d".repeat(250);
        Path levels = Files.createDirectory(parent.resolve("levels"));
        for (int part = 0; part < 5; part++) {
            Path chain = Files.createDirectory(parent.resolve("part"));
            Path level = chain;
            for (int i = 0; i < 14; i++) {
                level = Files.createDirectory(level.resolve(name));
                Files.createFile(level.resolve("file"));
            }
            Files.move(levels, level.resolve("e"));
            Files.move(chain, levels);
        }
        Files.move(levels, root.resolve("levels"));

        delete();

        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void deletesAFile() throws Exception {
        Files.delete(root);
        Files.createFile(root);

        delete();

        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void whatIsNotThereIsNoFailure() throws Exception {
        Files.delete(root);

        delete();

        assertThat(parent).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "inner", "inner/most"})
    void aDirectoryThatIsReplacedByALinkIsNotFollowed(String where) throws Exception {
        Path outside = Files.createDirectory(parent.resolve("outside"));
        Path precious = Files.createFile(outside.resolve("precious"));
        Files.createDirectories(root.resolve("inner/most"));
        Path swapped = root.resolve(where);
        watch.beforeOpen = path -> {
            if (path.equals(swapped)) {
                Files.move(path, parent.resolve("moved away"));
                Files.createSymbolicLink(path, outside);
            }
        };

        delete();

        assertThat(root).doesNotExist();
        assertThat(precious).exists();
        assertThat(parent.resolve("moved away")).exists();
    }

    @Test
    void whatVanishesMeanwhileIsNoFailure() throws Exception {
        Files.createFile(root.resolve("looked for"));
        Files.createFile(root.resolve("deleted"));
        Files.createDirectory(root.resolve("opened"));
        Files.createDirectory(root.resolve("emptied"));
        watch.beforeLook = path -> vanish(path, "looked for");
        watch.beforeOpen = path -> vanish(path, "opened");
        watch.beforeDelete = path -> {
            vanish(path, "deleted");
            vanish(path, "emptied");
        };

        delete();

        assertThat(parent).isEmptyDirectory();
    }

    private static void vanish(Path path, String name) throws IOException {
        if (path.endsWith(name)) {
            Files.delete(path);
        }
    }

    @Test
    void theReasonWhyADirectoryStaysComesFirst() throws Exception {
        Path locked = Files.createDirectory(root.resolve("locked"));
        Files.createFile(locked.resolve("file"));
        Files.createFile(root.resolve("other"));
        watch.beforeOpen = path -> refuse(path, "locked");

        Throwable failure = catchThrowable(this::delete);

        assertThat(failure).isInstanceOf(AccessDeniedException.class).hasMessage(locked.toString());
        assertThat(failure.getSuppressed())
                .singleElement()
                .isInstanceOf(DirectoryNotEmptyException.class)
                .extracting(Throwable::getMessage)
                .isEqualTo(locked.toString());
        assertThat(root).isDirectoryNotContaining(path -> !path.equals(locked));
    }

    @Test
    void aDirectoryThatCannotBeReadIsDeletedIfItIsEmpty() throws Exception {
        Files.createDirectory(root.resolve("locked"));
        watch.beforeOpen = path -> refuse(path, "locked");

        delete();

        assertThat(parent).isEmptyDirectory();
    }

    private static void refuse(Path path, String name) throws IOException {
        if (path.endsWith(name)) {
            throw new AccessDeniedException(path.toString());
        }
    }

    @Test
    void whatCannotBeDeletedStaysAndTheRestGoes() throws Exception {
        for (int i = 0; i < 20; i++) {
            Files.createFile(root.resolve("file " + i));
            Files.createFile(
                    Files.createDirectory(root.resolve("directory " + i)).resolve("refused"));
        }
        watch.beforeDelete = path -> refuse(path, "refused");

        Throwable failure = catchThrowable(this::delete);

        assertThat(failure).isInstanceOf(AccessDeniedException.class);
        assertThat(failure.getSuppressed())
                .hasSize(10)
                .allSatisfy(other -> assertThat(other).isInstanceOf(AccessDeniedException.class));
        try (var left = Files.walk(root)) {
            assertThat(left.filter(Files::isRegularFile)).hasSize(20).allMatch(path -> path.endsWith("refused"));
        }
    }

    @Test
    void anExceptionOfTheFileSystemIsAFailureLikeOthers() throws Exception {
        Path odd = Files.createFile(root.resolve("odd"));
        Files.createFile(root.resolve("other"));
        IllegalStateException failure = new IllegalStateException("for the test");
        watch.names = TreeDeletionTests::sorted; // the odd one is not the last
        watch.beforeDelete = path -> {
            if (path.equals(odd)) {
                throw failure;
            }
        };

        assertThatThrownBy(this::delete).isSameAs(failure);

        assertThat(root).isDirectoryNotContaining(path -> !path.equals(odd));
    }

    private static Iterator<Path> sorted(Iterator<Path> names) {
        Set<Path> all = new TreeSet<>();
        names.forEachRemaining(all::add);
        return all.iterator();
    }

    @Test
    void anErrorEndsItWithTheFailureBeforeAndNothingLeftOpen() throws Exception {
        Path level = root;
        for (int i = 0; i < LEVELS; i++) {
            level = Files.createDirectory(level.resolve("level"));
        }
        Files.createFile(level.resolve("one"));
        Files.createFile(level.resolve("two"));
        AtomicInteger deletions = new AtomicInteger();
        watch.beforeDelete = path -> {
            if (deletions.incrementAndGet() == 1) {
                throw new AccessDeniedException(path.toString());
            }
            throw new OutOfMemoryError("for the test");
        };

        Throwable failure = catchThrowable(this::delete);

        assertThat(failure).isInstanceOf(OutOfMemoryError.class);
        assertThat(failure.getSuppressed()).singleElement().isInstanceOf(AccessDeniedException.class);
    }

    @Test
    void aDirectoryWhoseNamesCannotBeReadToTheEndStays() throws Exception {
        Path inner = Files.createDirectory(root.resolve("inner"));
        IOException failure = new IOException("for the test");
        AtomicInteger iterators = new AtomicInteger();
        watch.names = all -> iterators.incrementAndGet() == 1 ? all : failing(failure);

        assertThatThrownBy(this::delete).isSameAs(failure);

        assertThat(inner).exists();
    }

    private static Iterator<Path> failing(IOException failure) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                throw new DirectoryIteratorException(failure);
            }

            @Override
            public Path next() {
                throw new DirectoryIteratorException(failure);
            }
        };
    }

    @Test
    void aDirectoryFromWhichNamesWerePassedOverIsReadAgain() throws Exception {
        Files.createFile(root.resolve("passed over"));
        AtomicInteger passes = new AtomicInteger();
        watch.names = all -> passes.incrementAndGet() < TreeDeletion.MOST_PASSES ? Collections.emptyIterator() : all;

        delete();

        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void aDirectoryThatIsFilledAgainAndAgainStays() throws Exception {
        watch.beforeDelete = path -> {
            if (path.equals(root)) {
                Files.createTempFile(root, "new", "");
            }
        };

        assertThatThrownBy(this::delete)
                .isInstanceOf(DirectoryNotEmptyException.class)
                .hasMessage(root.toString());
    }

    @Test
    void aTreeThatIsMovedMeanwhileDoesNotLeadElsewhere() throws Exception {
        Path elsewhere = Files.createDirectory(parent.resolve("elsewhere"));
        Files.createFile(elsewhere.resolve("precious"));
        Path level = root;
        for (int i = 0; i < LEVELS; i++) {
            level = Files.createDirectory(level.resolve("level"));
            Files.createFile(level.resolve("file"));
        }
        Files.createFile(root.resolve("file"));
        Path last = level;
        Path middle = root;
        for (int i = 0; i < LEVELS / 2; i++) {
            middle = middle.resolve("level");
        }
        Path moved = middle;
        watch.beforeOpen = path -> {
            if (path.equals(last)) {
                Files.move(moved, elsewhere.resolve("moved"));
            }
        };

        Throwable failure = catchThrowable(this::delete);

        assertThat(failure)
                .isInstanceOf(FileSystemException.class)
                .hasMessageEndingWith("moved while it was being deleted");
        assertThat(elsewhere.resolve("precious")).exists();
        assertThat(root.resolve("file")).doesNotExist();
    }
}

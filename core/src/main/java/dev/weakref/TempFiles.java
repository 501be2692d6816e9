package dev.weakref;

import dev.weakref.Finalizer.Trigger;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Files and directories that go when the object that they belong to does: when they are closed, when their owner has been
 * collected, or at exit.
 *
 * <pre>{@code
 * TempFiles temp = TempFiles.of(registry);
 * TempFiles.Bound directory = temp.directory(workspace, "workspace");
 * Files.writeString(directory.path().resolve("notes.txt"), "…");
 * }</pre>
 *
 * <p>A directory goes with all that is in it. Symbolic links are deleted and never followed; so keep out of directories
 * in which a stranger can put a link in the place of a directory while it is being deleted. What cannot be deleted is
 * tried again when the registry closes, and a failure then is reported as that of any action.
 *
 * @since 0.1
 */
public final class TempFiles {

    private final FinalizerRegistry registry;
    private final @Nullable Path parent;
    private final Eraser eraser;

    TempFiles(FinalizerRegistry registry, @Nullable Path parent, Eraser eraser) {
        this.registry = Objects.requireNonNull(registry, "registry");
        this.parent = parent;
        this.eraser = eraser;
    }

    /** In the directory for temporary files of the JVM. */
    public static TempFiles of(FinalizerRegistry registry) {
        return new TempFiles(registry, null, Files::deleteIfExists);
    }

    /** In this directory, which has to exist. */
    public static TempFiles of(FinalizerRegistry registry, Path parent) {
        return new TempFiles(registry, Objects.requireNonNull(parent, "parent"), Files::deleteIfExists);
    }

    /**
     * Makes a directory that belongs to this object; errors as for {@link #bind}.
     *
     * @param prefix what its name begins with
     * @throws IOException if it cannot be made
     */
    public Bound directory(Object owner, String prefix) throws IOException {
        Objects.requireNonNull(owner, "owner");
        return bindNew(
                owner, parent == null ? Files.createTempDirectory(prefix) : Files.createTempDirectory(parent, prefix));
    }

    /**
     * Makes an empty file that belongs to this object; errors as for {@link #bind}.
     *
     * @param prefix what its name begins with
     * @param suffix what its name ends with
     * @throws IOException if it cannot be made
     */
    public Bound file(Object owner, String prefix, String suffix) throws IOException {
        Objects.requireNonNull(owner, "owner");
        return bindNew(
                owner,
                parent == null ? Files.createTempFile(prefix, suffix) : Files.createTempFile(parent, prefix, suffix));
    }

    /**
     * Has a file or directory that is there already belong to this object.
     *
     * @throws IllegalArgumentException if the path is the owner, or holds it, or is a root, the working directory or a parent of that
     * @throws IllegalStateException if the registry is closed; the file stays with the caller
     */
    public Bound bind(Object owner, Path path) {
        Path place = path.toAbsolutePath().normalize();
        Path workingDirectory = Path.of("").toAbsolutePath().normalize();
        if (place.getNameCount() == 0 || workingDirectory.startsWith(place)) {
            throw new IllegalArgumentException(
                    "The path '" + path + "' is a whole disk or leads to the working directory, and would be"
                            + " deleted; name another file or directory");
        }
        Eraser its = eraser;
        RegistryCore core = registry.core(); // not the registry itself, which could not be seen to be dropped then
        return new Bound(
                path,
                registry.finalizer(owner)
                        .name("temporary files")
                        .onTrigger((same, trigger) -> deleteOrTryAgainAtExit(core, path, its, trigger)));
    }

    private Bound bindNew(Object owner, Path path) throws IOException {
        boolean bound = false;
        try {
            Bound made = bind(owner, path);
            bound = true;
            return made;
        } finally {
            if (!bound) {
                Files.delete(path);
            }
        }
    }

    private static void deleteOrTryAgainAtExit(RegistryCore core, Path path, Eraser eraser, Trigger trigger)
            throws IOException {
        try {
            delete(path, eraser);
        } catch (IOException failure) {
            if (trigger != Trigger.EXIT) {
                tryAgainAtExit(core, path, eraser, failure);
            }
            throw failure;
        }
    }

    private static void tryAgainAtExit(RegistryCore core, Path path, Eraser eraser, IOException failure) {
        try {
            core.registerForExit(
                    "temporary files, once more", Work.ofAction(path, (Path left) -> delete(left, eraser)));
        } catch (IllegalStateException closed) {
            failure.addSuppressed(closed);
        }
    }

    /** Deletes as much as it can; throws the first failure, with the others suppressed in it. */
    private static void delete(Path root, Eraser eraser) throws IOException {
        Deletion deletion = new Deletion(eraser);
        Files.walkFileTree(root, deletion);
        if (deletion.failure != null) {
            throw deletion.failure;
        }
    }

    /** A file or directory that belongs to an object. */
    public static final class Bound implements AutoCloseable {

        private final Path path;
        private final Finalizer<Void> finalizer;

        private Bound(Path path, Finalizer<Void> finalizer) {
            this.path = path;
            this.finalizer = finalizer;
        }

        /** Where it is. */
        public Path path() {
            return path;
        }

        /** What deletes it. */
        public Finalizer<Void> finalizer() {
            return finalizer;
        }

        /**
         * Deletes it now, unless that was done before.
         *
         * @throws FinalizerException if something cannot be deleted; it is tried again at exit
         */
        @Override
        public void close() {
            finalizer.close();
        }

        @Override
        public String toString() {
            return path.toString();
        }
    }

    /** Deletes one file, link or empty directory, if it is there. */
    interface Eraser {
        void erase(Path path) throws IOException;
    }

    /** Deletes from the leaves to the root. A walk does not follow links unless it is told to. */
    private static final class Deletion extends SimpleFileVisitor<Path> {

        private static final int MOST_SUPPRESSED = 10;

        private final Eraser eraser;
        private @Nullable IOException failure;

        Deletion(Eraser eraser) {
            this.eraser = eraser;
        }

        /** Junctions of Windows look like directories, and lead elsewhere. */
        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            return attributes.isOther() ? deleteOnly(directory) : FileVisitResult.CONTINUE;
        }

        private FileVisitResult deleteOnly(Path junction) {
            delete(junction);
            return FileVisitResult.SKIP_SUBTREE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            return delete(file);
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException unreadable) {
            return unreadable instanceof NoSuchFileException ? FileVisitResult.CONTINUE : delete(file);
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException unreadable) {
            return delete(directory);
        }

        private FileVisitResult delete(Path path) {
            try {
                eraser.erase(path);
            } catch (IOException left) {
                if (failure == null) {
                    failure = left;
                } else if (failure.getSuppressed().length < MOST_SUPPRESSED) {
                    failure.addSuppressed(left);
                }
            }
            return FileVisitResult.CONTINUE;
        }
    }
}

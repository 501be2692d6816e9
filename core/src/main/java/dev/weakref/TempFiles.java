package dev.weakref;

import dev.weakref.Finalizer.Trigger;
import dev.weakref.internal.deletion.DeletionTarget;
import dev.weakref.internal.deletion.OpenDirectory;
import dev.weakref.internal.deletion.TreeDeletion;
import dev.weakref.internal.support.Names;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Files and directories that are deleted together with the object that they belong to: when they are closed, when their
 * owner has been collected, or at exit.
 *
 * <pre>{@code
 * TempFiles temp = TempFiles.of(registry);
 * TempFiles.Bound directory = temp.directory(workspace, "workspace");
 * Files.writeString(directory.path().resolve("notes.txt"), "…");
 * }</pre>
 *
 * <p>A directory is deleted with all that is in it, at any depth. Symbolic links are deleted and never followed. If the
 * file system has a {@link java.nio.file.SecureDirectoryStream}, as on Linux, this holds as well if another process
 * replaces a directory in the tree by a link while it is being deleted. If it has none, as on Windows, do not use this
 * class for directories in which an untrusted party could replace a subdirectory by a link during deletion. The
 * directories above the tree must be trusted.
 *
 * <p>The finalizer of a file has its name, as in {@code temporary files workspace8237423}. The name of a new file
 * begins with the prefix.
 *
 * <p>The deletion continues after a failure, and deletes what it can. It then throws the first failure, in which up to
 * ten others are suppressed. What could not be deleted is tried again when the registry closes, and a failure then is
 * reported as that of any action. A file that does not exist any more is no failure.
 *
 * @since 0.1
 */
public final class TempFiles {

    private final FinalizerRegistry registry;
    private final @Nullable Path parent;
    private final Function<Path, OpenDirectory> opener;

    TempFiles(FinalizerRegistry registry, @Nullable Path parent, Function<Path, OpenDirectory> opener) {
        this.registry = Objects.requireNonNull(registry, "registry");
        this.parent = parent;
        this.opener = opener;
    }

    /** In the directory for temporary files of the JVM. */
    public static TempFiles of(FinalizerRegistry registry) {
        return new TempFiles(registry, null, OpenDirectory::at);
    }

    /** In this directory, which must exist. */
    public static TempFiles of(FinalizerRegistry registry, Path parent) {
        return new TempFiles(registry, Objects.requireNonNull(parent, "parent"), OpenDirectory::at);
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
     * Makes an existing file or directory belong to this object.
     *
     * <p>If the path is a symbolic link, the link is deleted, and not what it leads to. Symbolic links above the last
     * name are followed now, and must still lead to the same place when it is deleted; if not, nothing is deleted, and
     * that is reported as a failure.
     *
     * <p>{@code .} and {@code ..} after a symbolic link are ambiguous: by the names alone {@code link/.} is the link,
     * but the operating system takes it for the directory that the link leads to. A path is refused if these two
     * differ; {@code directory/.} is the directory.
     *
     * @throws IllegalArgumentException if the path is the owner, or holds it; if it is a root, the working directory or
     *     a directory above that, by whatever name, or a link to one of these; if it is not certain what {@code .} and
     *     {@code ..} in it mean
     * @throws IllegalStateException if the registry is closed; the file stays with the caller
     */
    public Bound bind(Object owner, Path path) {
        return bind(owner, DeletionTarget.of(path));
    }

    private Bound bind(Object owner, DeletionTarget target) {
        Function<Path, OpenDirectory> its = opener;
        String name = Names.shorten("temporary files " + target.place().getFileName());
        // Not the registry itself: if the action held it, a drop could not be noticed.
        RetriesAtExit attempts = registry.core().retriesAtExit();
        RetriesAtExit.Attempt once = new RetriesAtExit.Attempt(
                Names.shorten("once more: " + name),
                BoundAction.ofAction(target, (DeletionTarget left) -> delete(left, its)));
        return new Bound(target.given(), registry.finalizer(owner).name(name).onTrigger((same, trigger) -> {
            try {
                delete(target, its);
            } catch (Throwable failure) {
                if (trigger != Trigger.EXIT) {
                    synchronized (attempts) { // links it without a call, for which the stack could be exhausted
                        once.before = attempts.last;
                        attempts.last = once;
                    }
                    register(attempts, failure);
                }
                throw failure;
            }
        }));
    }

    private Bound bindNew(Object owner, Path path) throws IOException {
        try {
            return bind(owner, DeletionTarget.made(path));
        } catch (Throwable failure) {
            try {
                Files.deleteIfExists(path);
            } catch (Throwable left) {
                failure.addSuppressed(left);
            }
            throw failure;
        }
    }

    private static void register(RetriesAtExit attempts, Throwable failure) {
        try {
            attempts.register();
        } catch (Throwable notNow) {
            failure.addSuppressed(notNow);
        }
    }

    private static void delete(DeletionTarget target, Function<Path, OpenDirectory> opener) throws Exception {
        target.requireUnchanged();
        new TreeDeletion(opener).run(target.place());
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
}

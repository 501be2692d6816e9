package dev.weakref.internal.deletion;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collections;
import java.util.Iterator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A directory whose entries are read and deleted by their names. No operation follows a symbolic link. Tests put their
 * own implementation below {@link TreeDeletion}.
 *
 * <p>If the file system has a {@link SecureDirectoryStream}, names are resolved against the open directory, as by
 * {@code openat(2)}: so it does not matter what its path leads to later, or how long that path is. If not, names are
 * resolved against the path.
 */
public interface OpenDirectory extends Closeable {

    /** The directory at a path, to delete one entry of it; its names are not read. */
    static OpenDirectory at(Path path) {
        return new ByPath(path, null);
    }

    /** The names in it, read during the iteration. To be called once. */
    Iterator<Path> names();

    /** Whether this is a directory; not a link to one. */
    boolean isDirectory(Path name) throws IOException;

    /** Opens a directory in this one. */
    OpenDirectory open(Path name) throws IOException;

    /** Opens the directory that this one is in now. */
    OpenDirectory parent() throws IOException;

    /** Deletes an empty directory, or anything else. */
    void delete(Path name, boolean directory) throws IOException;

    /** Identifies this directory; {@code null} if the file system has no such key. */
    @Nullable Object key() throws IOException;

    private static Iterator<Path> namesOnly(Iterator<Path> entries) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return entries.hasNext();
            }

            @Override
            public Path next() {
                return Objects.requireNonNull(entries.next().getFileName());
            }
        };
    }

    /** A directory whose names are resolved against an open descriptor. */
    record Secure(Path path, SecureDirectoryStream<Path> stream) implements OpenDirectory {

        /**
         * Linux's {@code PATH_MAX}: a longer path is shortened in messages, which a tree of any depth would make
         * endless.
         */
        private static final int LONGEST_TOLD = 4096;

        @Override
        public Iterator<Path> names() {
            return namesOnly(stream.iterator());
        }

        @Override
        public boolean isDirectory(Path name) throws IOException {
            try {
                BasicFileAttributes attributes = stream.getFileAttributeView(
                                name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                        .readAttributes();
                return attributes.isDirectory();
            } catch (FileSystemException failure) {
                throw located(failure, name);
            }
        }

        @Override
        public OpenDirectory open(Path name) throws IOException {
            try {
                return new Secure(path.resolve(name), stream.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS));
            } catch (FileSystemException failure) {
                throw located(failure, name);
            }
        }

        @Override
        public OpenDirectory parent() throws IOException {
            Path parent = Objects.requireNonNull(path.getParent());
            Path up = path.getFileSystem().getPath("..");
            try {
                return new Secure(parent, stream.newDirectoryStream(up, LinkOption.NOFOLLOW_LINKS));
            } catch (FileSystemException failure) {
                throw located(failure, up);
            }
        }

        @Override
        public void delete(Path name, boolean directory) throws IOException {
            try {
                if (directory) {
                    stream.deleteDirectory(name);
                } else {
                    stream.deleteFile(name);
                }
            } catch (FileSystemException failure) {
                throw located(failure, name);
            }
        }

        @Override
        public @Nullable Object key() throws IOException {
            return stream.getFileAttributeView(BasicFileAttributeView.class)
                    .readAttributes()
                    .fileKey();
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }

        /** The same failure with the whole path, of which the stream knows the last name only. */
        private FileSystemException located(FileSystemException failure, Path name) {
            String file = told(path.resolve(name).toString());
            FileSystemException located;
            if (failure instanceof NoSuchFileException) {
                located = new NoSuchFileException(file, null, failure.getReason());
            } else if (failure instanceof AccessDeniedException) {
                located = new AccessDeniedException(file, null, failure.getReason());
            } else if (failure instanceof DirectoryNotEmptyException) {
                located = new DirectoryNotEmptyException(file);
            } else {
                located = new FileSystemException(file, null, failure.getReason());
            }
            located.initCause(failure);
            return located;
        }

        private static String told(String file) {
            int half = LONGEST_TOLD / 2;
            return file.length() <= LONGEST_TOLD
                    ? file
                    : file.substring(0, half) + "…" + file.substring(file.length() - half);
        }
    }

    /** A directory whose names are resolved against its path. */
    record ByPath(Path path, @Nullable DirectoryStream<Path> stream) implements OpenDirectory {

        @Override
        public Iterator<Path> names() {
            return stream == null ? Collections.emptyIterator() : namesOnly(stream.iterator());
        }

        @Override
        public boolean isDirectory(Path name) throws IOException {
            return isDirectory(attributes(path.resolve(name)));
        }

        /** Junctions of Windows look like directories, and lead elsewhere. */
        private static boolean isDirectory(BasicFileAttributes attributes) {
            return attributes.isDirectory() && !attributes.isOther();
        }

        private static BasicFileAttributes attributes(Path path) throws IOException {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        }

        /** Opens it by its path, which follows a link; then makes sure that this has opened what is at the path. */
        @Override
        @SuppressWarnings("StreamResourceLeak") // it is returned open, or closed
        public OpenDirectory open(Path name) throws IOException {
            Path child = path.resolve(name);
            DirectoryStream<Path> entries = Files.newDirectoryStream(child);
            boolean isIt = false;
            try {
                OpenDirectory opened = entries instanceof SecureDirectoryStream<Path> secure
                        ? new Secure(child, secure)
                        : new ByPath(child, entries);
                BasicFileAttributes there = attributes(child);
                isIt = isDirectory(there) && Objects.equals(there.fileKey(), opened.key());
                if (!isIt) {
                    throw new FileSystemException(child.toString(), null, "replaced while it was being deleted");
                }
                return opened;
            } finally {
                if (!isIt) {
                    entries.close();
                }
            }
        }

        @Override
        public OpenDirectory parent() {
            return new ByPath(Objects.requireNonNull(path.getParent()), null);
        }

        @Override
        public void delete(Path name, boolean directory) throws IOException {
            Files.delete(path.resolve(name));
        }

        @Override
        public @Nullable Object key() throws IOException {
            return attributes(path).fileKey();
        }

        @Override
        public void close() throws IOException {
            if (stream != null) {
                stream.close();
            }
        }
    }
}

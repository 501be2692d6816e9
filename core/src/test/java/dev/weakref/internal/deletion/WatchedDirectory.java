package dev.weakref.internal.deletion;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.function.Function;

/** A directory that tells a test what is about to be done in it. The test may interfere, or throw. */
public record WatchedDirectory(Path path, OpenDirectory directory, Watch watch) implements OpenDirectory {

    /** What the deletion does, and what comes between. */
    public static final class Watch {

        public Step beforeLook = path -> {};
        Step beforeOpen = path -> {};
        public Step beforeDelete = path -> {};
        Function<Iterator<Path>, Iterator<Path>> names = all -> all;

        /** Whether paths are used as if the file system had no secure streams. */
        boolean byPath;

        public int open;
        int mostOpen;

        public OpenDirectory at(Path path) {
            return opened(path, OpenDirectory.at(path));
        }

        private OpenDirectory opened(Path path, OpenDirectory directory) {
            open++;
            mostOpen = Math.max(mostOpen, open);
            return new WatchedDirectory(path, directory, this);
        }
    }

    /** Is told of a path before something is done with it. */
    public interface Step {
        void on(Path path) throws IOException;
    }

    @Override
    public Iterator<Path> names() {
        return watch.names.apply(directory.names());
    }

    @Override
    public boolean isDirectory(Path name) throws IOException {
        watch.beforeLook.on(path.resolve(name));
        return directory.isDirectory(name);
    }

    @Override
    public OpenDirectory open(Path name) throws IOException {
        Path child = path.resolve(name);
        watch.beforeOpen.on(child);
        return watch.opened(
                child,
                watch.byPath ? new OpenDirectory.ByPath(child, Files.newDirectoryStream(child)) : directory.open(name));
    }

    @Override
    public OpenDirectory parent() throws IOException {
        return watch.opened(path.getParent(), directory.parent());
    }

    @Override
    public void delete(Path name, boolean isDirectory) throws IOException {
        watch.beforeDelete.on(path.resolve(name));
        directory.delete(name, isDirectory);
    }

    @Override
    public Object key() throws IOException {
        return directory.key();
    }

    @Override
    public void close() throws IOException {
        watch.open--;
        directory.close();
    }
}

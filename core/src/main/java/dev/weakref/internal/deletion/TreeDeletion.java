package dev.weakref.internal.deletion;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Deletes a file, a link, or a directory with all that is in it. What has vanished since is no failure.
 *
 * <p>Only memory limits the depth of a tree: the levels are a list and not frames of the stack, names are resolved
 * against open directories, so that no path becomes too long, and few of these directories are open at once.
 *
 * <p><b>Why it finds a directory again that it has closed.</b> It opens the parent of the directory that it has
 * emptied, and compares the key. If that is another directory, the tree was moved: then what is left of the closed
 * levels stays, and is reported.
 *
 * <p>For use by one thread, once.
 */
public final class TreeDeletion {

    /**
     * How many directories are open at once: half of them the upper ones, in which most trees have most of their files,
     * the others the last ones entered. Each costs two descriptors, of which a process often has no more than 1,024;
     * with fewer, directories would be closed and opened again more often.
     */
    static final int MOST_OPEN = 16;

    /**
     * How often a directory is read that is not empty although nothing in it failed to be deleted: some file systems
     * skip entries if others are deleted during the iteration, and other threads may create files. More passes would
     * let such a thread keep the deletion busy.
     */
    static final int MOST_PASSES = 3;

    /** How many failures are kept: enough to see a pattern; a tree may have millions. */
    private static final int MOST_SUPPRESSED = 10;

    /** Enough frames for closing what is open, wherever the stack ends. */
    private static final int FRAMES_IN_RESERVE = 256;

    private final Function<Path, OpenDirectory> opener;
    private final List<Level> levels = new ArrayList<>();
    private @Nullable Exception failure;

    /**
     * @param opener opens the directory that has the tree in it
     */
    public TreeDeletion(Function<Path, OpenDirectory> opener) {
        this.opener = opener;
    }

    /**
     * Deletes as much as it can.
     *
     * @param root an absolute path without {@code .} and {@code ..}, and not that of a root
     * @throws Exception the first failure, with others suppressed in it
     */
    public void run(Path root) throws Exception {
        reserve(FRAMES_IN_RESERVE);
        Path parent = Objects.requireNonNull(root.getParent());
        Path name = Objects.requireNonNull(root.getFileName());
        levels.add(new Level(
                parent, opener.apply(parent), Collections.singleton(name).iterator(), 1));
        try {
            while (!levels.isEmpty()) {
                step(levels.get(levels.size() - 1));
            }
        } catch (Throwable broken) {
            if (failure != null) {
                broken.addSuppressed(failure);
            }
            throw broken;
        } finally {
            for (int i = levels.size() - 1; i >= 0; i--) {
                levels.get(i).close();
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Overflows the stack here if little of it is left, because nothing is open yet. */
    private static int reserve(int frames) {
        return frames == 0 ? 0 : 1 + reserve(frames - 1);
    }

    private void step(Level level) {
        Path name = null;
        try {
            name = level.next();
        } catch (IOException | RuntimeException unreadable) {
            level.entries = Collections.emptyIterator();
            stays(level, unreadable);
        }
        OpenDirectory directory = level.directory;
        if (name == null || directory == null) {
            leave(level);
        } else {
            delete(level, directory, name);
        }
    }

    private void delete(Level level, OpenDirectory directory, Path name) {
        try {
            if (directory.isDirectory(name)) {
                enter(level, directory, name, 1);
            } else {
                directory.delete(name, false);
            }
        } catch (NoSuchFileException vanished) {
            // as it should
        } catch (IOException | RuntimeException left) {
            stays(level, left);
        }
    }

    private void enter(Level level, OpenDirectory directory, Path name, int pass) throws IOException {
        OpenDirectory child;
        try {
            child = directory.open(name);
        } catch (NoSuchFileException vanished) {
            return;
        } catch (IOException | RuntimeException unreadable) {
            deleteUnread(level, directory, name, unreadable);
            return;
        }
        boolean entered = false;
        try {
            levels.add(new Level(name, child, child.names(), pass));
            entered = true;
        } finally {
            if (!entered) {
                child.close();
            }
        }
        int last = levels.size() - 1;
        if (last >= MOST_OPEN) {
            release(levels.get(last - MOST_OPEN / 2));
        }
    }

    private void release(Level level) {
        try {
            level.release();
        } catch (IOException | RuntimeException unreadable) {
            stays(level, unreadable);
        }
    }

    /**
     * What cannot be opened may be an empty directory, or a link by now. If it cannot be deleted either, the failure
     * that counts is that it cannot be opened.
     */
    private void deleteUnread(Level level, OpenDirectory directory, Path name, Exception unreadable) {
        try {
            directory.delete(name, directory.isDirectory(name));
        } catch (NoSuchFileException vanished) {
            // as it should
        } catch (IOException | RuntimeException left) {
            if (left != unreadable) {
                unreadable.addSuppressed(left);
            }
            stays(level, unreadable);
        }
    }

    /** Goes back to the level above, and deletes the directory if it has been emptied. */
    private void leave(Level done) {
        Level above = levels.size() > 1 ? levels.get(levels.size() - 2) : null;
        if (above != null && above.directory == null) {
            reopen(above, done.directory);
        }
        done.close();
        levels.remove(levels.size() - 1);
        if (above == null) {
            return;
        }
        OpenDirectory directory = above.directory;
        if (done.hasRest || directory == null) {
            above.hasRest = true;
        } else {
            deleteEmptied(above, directory, done);
        }
    }

    private void reopen(Level above, @Nullable OpenDirectory below) {
        if (below == null) { // lost as well, and reported
            above.entries = Collections.emptyIterator();
            return;
        }
        try {
            if (!above.reopen(below.parent())) {
                throw new FileSystemException(above.name.toString(), null, "moved while it was being deleted");
            }
        } catch (IOException | RuntimeException lost) {
            above.entries = Collections.emptyIterator();
            stays(above, lost);
        }
    }

    private void deleteEmptied(Level above, OpenDirectory directory, Level done) {
        try {
            try {
                directory.delete(done.name, true);
            } catch (DirectoryNotEmptyException notYet) {
                if (done.pass == MOST_PASSES) {
                    throw notYet;
                }
                enter(above, directory, done.name, done.pass + 1);
            }
        } catch (NoSuchFileException vanished) {
            // as it should
        } catch (IOException | RuntimeException left) {
            stays(above, left);
        }
    }

    /** Something in this directory could not be deleted. */
    private void stays(Level level, Exception why) {
        level.hasRest = true;
        Exception first = failure;
        if (first == null) {
            failure = why;
        } else if (first != why && first.getSuppressed().length < MOST_SUPPRESSED) {
            first.addSuppressed(why);
        }
    }

    /** A directory that is being emptied. */
    private static final class Level {

        private final Path name;
        private final int pass;
        private Iterator<Path> entries;

        /** {@code null} while it is released. */
        private @Nullable OpenDirectory directory;

        private @Nullable Object key;

        /** Whether something in it stays, so that it cannot be deleted itself. */
        private boolean hasRest;

        Level(Path name, OpenDirectory directory, Iterator<Path> entries, int pass) {
            this.name = name;
            this.directory = directory;
            this.entries = entries;
            this.pass = pass;
        }

        @Nullable Path next() throws IOException {
            try {
                return entries.hasNext() ? entries.next() : null;
            } catch (DirectoryIteratorException unreadable) {
                throw unreadable.getCause();
            }
        }

        /** Closes the directory, having read the names that are left. */
        void release() throws IOException {
            OpenDirectory open = directory;
            if (open != null) {
                key = open.key();
                List<Path> rest = new ArrayList<>();
                try {
                    for (Path next = next(); next != null; next = next()) {
                        rest.add(next);
                    }
                } finally {
                    entries = rest.iterator();
                    close();
                }
            }
        }

        /** Continues with this directory, if it is the one that was released. */
        boolean reopen(OpenDirectory candidate) throws IOException {
            boolean isIt = false;
            try {
                isIt = Objects.equals(key, candidate.key());
                return isIt;
            } finally {
                if (isIt) {
                    directory = candidate;
                } else {
                    candidate.close();
                }
            }
        }

        void close() {
            OpenDirectory open = directory;
            if (open != null) {
                try {
                    open.close();
                } catch (IOException | RuntimeException nothingToBeDone) {
                    // its descriptor is gone all the same
                }
                directory = null;
            }
        }
    }
}

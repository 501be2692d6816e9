package dev.weakref.sample;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import org.springframework.util.FileSystemUtils;

/**
 * The directory that all files lie in, made and locked at the start.
 *
 * <p><b>Why this works.</b> The operating system drops the lock when its process ends, however it ends. So whoever
 * holds the lock is the only run on this directory, and whatever another run left in it, or in a database under
 * this directory's {@link #home()}, is stale: no clocks and no heartbeats are needed to tell.
 */
@Component
public final class DataDirectory implements AutoCloseable {

    private final Path root;
    private final FileChannel lock;
    private final String home;
    private final String run = UUID.randomUUID().toString();

    public DataDirectory(SampleProperties properties) {
        root = Path.of(properties.data()).toAbsolutePath().normalize();
        try {
            Files.createDirectories(root);
            lock = lock(root);
        } catch (IOException e) {
            throw new UnusableDataDirectoryException(root, e);
        }
        try {
            home = home(root.resolve("home"));
            makeEmpty(incoming());
            makeEmpty(workspaces());
            Files.createDirectories(pictures());
        } catch (IOException e) {
            close();
            throw new UnusableDataDirectoryException(root, e);
        }
    }

    /**
     * Where uploads lie until they have been examined; on the same disk as {@link #pictures()}, so that a move is
     * atomic.
     */
    public Path incoming() {
        return root.resolve("incoming");
    }

    public Path pictures() {
        return root.resolve("pictures");
    }

    public Path workspaces() {
        return root.resolve("workspaces");
    }

    /** Names this directory for ever. */
    public String home() {
        return home;
    }

    /** Names this run of the application. */
    public String run() {
        return run;
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            // the end of the process drops the lock as well
        }
    }

    private static FileChannel lock(Path root) throws IOException {
        FileChannel channel =
                FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (!tryLock(channel)) {
            channel.close();
            throw new UnusableDataDirectoryException(root, null);
        }
        return channel;
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) { // another context in this very process
            return false;
        }
    }

    private static String home(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            String home = UUID.randomUUID().toString();
            Files.writeString(file, home);
            return home;
        }
    }

    private static void makeEmpty(Path directory) throws IOException {
        Files.createDirectories(directory);
        try (Stream<Path> children = Files.list(directory)) {
            for (Path child : children.toList()) {
                FileSystemUtils.deleteRecursively(child);
            }
        }
    }
}

package dev.weakref.internal.deletion;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * What is to be deleted: a path as it was given, and the place that it leads to. The place has no symbolic link above
 * its last name, and neither {@code .} nor {@code ..}: so it means the same by its names and to the operating system,
 * and what is checked is what is deleted. If its last name is a symbolic link, the link is meant.
 *
 * @param given the path as it was given
 * @param place the path that is checked and deleted
 */
public record DeletionTarget(Path given, Path place) {

    /**
     * The target of a user's path.
     *
     * @throws IllegalArgumentException if it must not be deleted, or if it is not certain what it means
     */
    public static DeletionTarget of(Path given) {
        Path absolute = given.toAbsolutePath();
        Path plain = absolute.normalize();
        if (plain.getNameCount() == 0 || workingDirectory().startsWith(plain)) {
            throw tooMuch(given);
        }
        Path place = withoutLinksAbove(plain);
        if (!plain.equals(absolute)) {
            requireSame(place, given);
        }
        if (holdsTheWorkingDirectory(place)) {
            throw tooMuch(given);
        }
        return new DeletionTarget(given, place);
    }

    /** The target of a file or directory that has just been made by this path. */
    public static DeletionTarget made(Path given) throws IOException {
        Path absolute = given.toAbsolutePath();
        Path parent = Objects.requireNonNull(absolute.getParent());
        return new DeletionTarget(given, parent.toRealPath().resolve(absolute.getFileName()));
    }

    private static IllegalArgumentException tooMuch(Path given) {
        return new IllegalArgumentException(
                "The path '" + given + "' is a whole disk or leads to the working directory, and would be"
                        + " deleted; name another file or directory");
    }

    /**
     * Makes sure, just before the deletion, that the place is still what was checked.
     *
     * @throws FileSystemException if it is not
     */
    public void requireUnchanged() throws FileSystemException {
        if (!withoutLinksAbove(place).equals(place)) {
            throw new FileSystemException(
                    given.toString(), null, "a directory above it was replaced by a symbolic link; nothing is deleted");
        }
        if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS) && holdsTheWorkingDirectory(place)) {
            throw new FileSystemException(
                    given.toString(), null, "it now leads to the working directory; nothing is deleted");
        }
    }

    /** The same file or link, with all links above it followed, as far as there is something to follow. */
    private static Path withoutLinksAbove(Path plain) {
        for (Path above = plain.getParent(); above != null; above = above.getParent()) {
            try {
                return above.toRealPath().resolve(above.relativize(plain));
            } catch (NoSuchFileException missing) {
                // what is not there is no link
            } catch (IOException unreachable) {
                break;
            }
        }
        return plain;
    }

    /**
     * Makes sure that the operating system agrees on what a path with {@code .} or {@code ..} means: it follows a link
     * before these, and takes the directory that the link leads to.
     */
    private static void requireSame(Path place, Path given) {
        Path meant;
        boolean same;
        try {
            meant = asTheSystemDoes(given.toAbsolutePath());
            same = meant.equals(place) || (Files.exists(place, LinkOption.NOFOLLOW_LINKS) && isSameName(place, meant));
        } catch (IOException unknown) {
            throw new IllegalArgumentException(
                    "The path '" + given + "' cannot be followed; name the file or directory without '.' and '..'",
                    unknown);
        }
        if (!same) {
            throw new IllegalArgumentException("The path '" + given + "' could mean '" + place
                    + "' or, by way of a symbolic link, '" + meant
                    + "'; name the file or directory without '.' and '..'");
        }
    }

    private static Path asTheSystemDoes(Path absolute) throws IOException {
        Path last = absolute.getFileName();
        Path parent = absolute.getParent();
        return last == null || parent == null || isDots(last)
                ? absolute.toRealPath()
                : parent.toRealPath().resolve(last);
    }

    /** Some file systems do not distinguish between upper and lower case. */
    private static boolean isSameName(Path one, Path other) throws IOException {
        return one.toRealPath(LinkOption.NOFOLLOW_LINKS).equals(other.toRealPath(LinkOption.NOFOLLOW_LINKS));
    }

    private static boolean isDots(Path name) {
        return name.toString().equals(".") || name.toString().equals("..");
    }

    /** Whether it is the working directory, a directory above that, or a link to one of these. */
    private static boolean holdsTheWorkingDirectory(Path place) {
        if (place.getFileSystem() != FileSystems.getDefault() || !Files.isDirectory(place)) {
            return false;
        }
        for (Path above = realWorkingDirectory(); above != null; above = above.getParent()) {
            if (isSame(place, above)) {
                return true;
            }
        }
        return false;
    }

    /** By what the file system says of both, so that other names for a directory are found as well. */
    private static boolean isSame(Path place, Path above) {
        try {
            return Files.isSameFile(place, above);
        } catch (IOException unreachable) {
            return false;
        }
    }

    private static Path workingDirectory() {
        return Path.of("").toAbsolutePath().normalize();
    }

    private static Path realWorkingDirectory() {
        try {
            return workingDirectory().toRealPath();
        } catch (IOException gone) {
            return workingDirectory();
        }
    }
}

package dev.weakref.sample.picture;

import dev.weakref.WeakValueMap;
import dev.weakref.sample.DataDirectory;
import dev.weakref.sample.RefusedException;
import dev.weakref.sample.SampleProperties;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;

/**
 * The uploaded pictures: files on disk, decoded only while somebody works on them.
 *
 * <p>A decoded picture is in the map for as long as a workspace holds it, so two workspaces on one picture share its
 * pixels, and the pixels of a picture that nobody works on any more go without anybody saying so.
 */
@Component
public final class Pictures {

    public static final String NAME_RULE =
            "A picture's name is 1 to 64 small letters, digits, '-' and '_', and begins with a letter or digit.";

    /** Small letters, so that two names never are one file where the file system ignores case; no dots, no slashes. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,63}");

    private final DataDirectory data;
    private final PictureDecoder decoder;
    private final DataSize maxUpload;
    private final WeakValueMap<String, Picture> decoded;
    private final ApplicationEventPublisher events;

    public Pictures(
            DataDirectory data,
            PictureDecoder decoder,
            SampleProperties properties,
            WeakValueMap<String, Picture> decoded,
            ApplicationEventPublisher events) {
        this.data = data;
        this.decoder = decoder;
        this.maxUpload = properties.maxUpload();
        this.decoded = decoded;
        this.events = events;
    }

    /**
     * Takes an upload, which replaces an earlier one of that name; open workspaces keep the picture they have.
     *
     * @return whether there was an earlier one
     */
    public boolean store(String name, InputStream body) throws IOException {
        Path file = file(name);
        Path incoming = Files.createTempFile(data.incoming(), name, null);
        try {
            copy(body, incoming);
            decoder.decode(incoming);
            boolean replaced = Files.exists(file);
            Files.move(incoming, file, StandardCopyOption.ATOMIC_MOVE);
            decoded.remove(name); // after the move: it waits for whoever is decoding the old file
            if (replaced) {
                events.publishEvent(new Replaced(name));
            }
            return replaced;
        } finally {
            Files.deleteIfExists(incoming);
        }
    }

    /** The decoded picture, shared with all who hold it. */
    public Picture decoded(String name) {
        Path file = file(name);
        Picture picture = decoded.computeIfAbsent(name, missing -> decode(missing, file));
        if (picture == null) {
            throw unknown(name);
        }
        return picture;
    }

    /** The file as it was uploaded. */
    byte[] bytes(String name) throws IOException {
        try {
            return Files.readAllBytes(file(name));
        } catch (NoSuchFileException e) {
            throw unknown(name);
        }
    }

    List<Stored> list() throws IOException {
        try (Stream<Path> files = Files.list(data.pictures())) {
            return files.sorted().map(this::describe).toList();
        }
    }

    private Stored describe(Path file) {
        String name = file.getFileName().toString();
        return new Stored(name, file.toFile().length(), file.toFile().lastModified(), decoded.containsKey(name));
    }

    private @Nullable Picture decode(String name, Path file) {
        try {
            long modified = file.toFile().lastModified(); // first, or it could be that of a file not decoded
            return Files.exists(file) ? new Picture(name, decoder.decode(file), modified) : null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void copy(InputStream body, Path target) throws IOException {
        long copied = 0;
        byte[] buffer = new byte[16 * 1024];
        try (OutputStream out = Files.newOutputStream(target)) {
            for (int read; (read = body.read(buffer)) >= 0; copied += read) {
                if (copied + read > maxUpload.toBytes()) {
                    throw new RefusedException(
                            413,
                            "File too large",
                            String.format(
                                    Locale.ROOT,
                                    "The file is larger than %,d kB. Send a smaller one, or raise sample.max-upload.",
                                    maxUpload.toKilobytes()));
                }
                out.write(buffer, 0, read);
            }
        }
        if (copied == 0) {
            throw new RefusedException(
                    400, "Empty file", "No bytes arrived. Send the file as the body: curl --data-binary @cat.png …");
        }
    }

    private Path file(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new RefusedException(400, "Bad name", NAME_RULE);
        }
        return data.pictures().resolve(name);
    }

    private static RefusedException unknown(String name) {
        return new RefusedException(
                404, "No such picture", "There is no picture '%s'. GET /pictures lists all.".formatted(name));
    }

    /** An upload has taken the place of an earlier one. */
    public record Replaced(String name) {}

    /** A picture in the list; {@code decoded} tells whether its pixels are in memory. */
    record Stored(String name, long bytes, long modified, boolean decoded) {}
}

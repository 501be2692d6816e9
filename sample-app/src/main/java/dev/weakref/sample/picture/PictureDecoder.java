package dev.weakref.sample.picture;

import dev.weakref.sample.RefusedException;
import dev.weakref.sample.SampleProperties;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.springframework.stereotype.Component;

/**
 * Turns files into pixels.
 *
 * <p>The size of a file says nothing about the size of its picture: 50 kB of PNG can claim 30,000 × 30,000 pixels,
 * which are 3.6 GB of heap. So the header alone is read first, and nothing is decoded that it makes too large.
 */
@Component
public final class PictureDecoder {

    private final long maxPixels;

    public PictureDecoder(SampleProperties properties) {
        maxPixels = properties.maxPixels();
    }

    /** Reads the whole picture. */
    BufferedImage decode(Path file) throws IOException {
        PictureFormat format = format(file);
        ImageReader reader = format.reader();
        try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
            reader.setInput(in, true, true);
            refuseTooManyPixels(reader.getWidth(0), reader.getHeight(0));
            return reader.read(0);
        } catch (IOException | RuntimeException e) {
            throw e instanceof RefusedException refused ? refused : broken(format, e);
        } finally {
            reader.dispose();
        }
    }

    private static PictureFormat format(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return PictureFormat.of(in.readNBytes(8))
                    .orElseThrow(() -> new RefusedException(
                            415,
                            "Not a picture",
                            "The first bytes are those of neither PNG nor JPEG. Send one of these."));
        }
    }

    private void refuseTooManyPixels(int width, int height) {
        if ((long) width * height > maxPixels) {
            throw new RefusedException(
                    422,
                    "Picture too large",
                    String.format(
                            Locale.ROOT,
                            "The picture has %,d × %,d pixels, of at most %,d in all. Scale it down and send it again.",
                            width,
                            height,
                            maxPixels));
        }
    }

    /** The readers of the JDK throw unchecked exceptions, too, at what they do not expect. */
    private static RefusedException broken(PictureFormat format, Exception cause) {
        return new RefusedException(
                422,
                "Broken picture",
                "The file begins as a %s but cannot be decoded: %s. Save it again and send it again."
                        .formatted(format, cause.getMessage()),
                cause);
    }
}

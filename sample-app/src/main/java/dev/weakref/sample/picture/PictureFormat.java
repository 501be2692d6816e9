package dev.weakref.sample.picture;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import org.springframework.http.MediaType;

/** The kinds of file that are taken. */
public enum PictureFormat {
    PNG("image/png", "89504e470d0a1a0a"),
    JPEG("image/jpeg", "ffd8ff");

    private final String mediaType;
    private final String signature;

    PictureFormat(String mediaType, String signature) {
        this.mediaType = mediaType;
        this.signature = signature;
    }

    /** What a file is by its first bytes; neither its name nor what its sender called it counts. */
    public static Optional<PictureFormat> of(byte[] file) {
        String beginning = HexFormat.of().formatHex(Arrays.copyOf(file, 8));
        return Stream.of(values())
                .filter(format -> beginning.startsWith(format.signature))
                .findFirst();
    }

    MediaType mediaType() {
        return MediaType.valueOf(mediaType);
    }

    /** A reader of the JDK for this format alone, so that no other can be talked into reading the file. */
    ImageReader reader() {
        return ImageIO.getImageReadersByFormatName(name()).next();
    }
}

package dev.weakref.sample.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weakref.WeakValueMap;
import dev.weakref.sample.DataDirectory;
import dev.weakref.sample.RefusedException;
import dev.weakref.sample.SampleProperties;
import dev.weakref.sample.TestPictures;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;

class PicturesTests {

    @TempDir
    Path directory;

    private final WeakValueMap<String, Picture> decoded = WeakValueMap.create();
    private final List<Object> replaced = new ArrayList<>();
    private DataDirectory data;
    private Pictures pictures;

    @BeforeEach
    void open() {
        SampleProperties properties =
                new SampleProperties(directory.toString(), DataSize.ofKilobytes(500), 80, 1_000_000, false);
        data = new DataDirectory(properties);
        pictures = new Pictures(data, new PictureDecoder(properties), properties, decoded, replaced::add);
    }

    @AfterEach
    void close() {
        data.close();
    }

    @Test
    void pngAndJpegAreTakenAndKeptAsTheyCame() throws IOException {
        byte[] png = TestPictures.png(20, 10);
        byte[] jpeg = TestPictures.jpeg(20, 10);

        assertThat(store("one", png)).isFalse();
        assertThat(store("two", jpeg)).isFalse();

        assertThat(pictures.bytes("one")).isEqualTo(png);
        assertThat(pictures.bytes("two")).isEqualTo(jpeg);
        assertThat(pictures.list()).extracting(Pictures.Stored::name).containsExactly("one", "two");
        assertThat(filesIn(data.incoming())).isEmpty();
    }

    @Test
    void decodedPictureIsSharedForAsLongAsItIsHeld() throws IOException {
        store("cat", TestPictures.png(20, 10));

        Picture held = pictures.decoded("cat");

        assertThat(pictures.decoded("cat")).isSameAs(held);
        assertThat(pictures.list())
                .containsExactly(new Pictures.Stored("cat", pictures.bytes("cat").length, held.modified(), true));
    }

    @Test
    void pictureThatWentFromTheMapIsDecodedAgain() throws IOException {
        store("cat", TestPictures.png(20, 10));
        Picture first = pictures.decoded("cat");

        decoded.remove("cat");

        assertThat(pictures.decoded("cat")).isNotSameAs(first);
        assertThat(pictures.decoded("cat").image().getWidth()).isEqualTo(20);
    }

    @Test
    void uploadReplacesThePictureForThoseWhoComeLater() throws IOException {
        store("cat", TestPictures.png(20, 10));
        Picture before = pictures.decoded("cat");

        boolean wasThere = store("cat", TestPictures.jpeg(30, 10));

        assertThat(wasThere).isTrue();
        assertThat(replaced).containsExactly(new Pictures.Replaced("cat"));
        assertThat(before.image().getWidth()).isEqualTo(20);
        assertThat(pictures.decoded("cat").image().getWidth()).isEqualTo(30);
    }

    @Test
    void whatIsNoPictureIsRefused() {
        assertRefused("cat", "GIF89a, but not really".getBytes(StandardCharsets.US_ASCII), 415, "PNG nor JPEG");
    }

    @Test
    void emptyFileIsRefused() {
        assertRefused("cat", new byte[0], 400, "No bytes arrived");
    }

    @Test
    void fileLargerThanTheLimitIsRefusedBeforeItIsReadToItsEnd() {
        AtomicLong sent = new AtomicLong();
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                sent.incrementAndGet();
                return 0x89;
            }
        };

        assertRefused("cat", endless, 413, "larger than 500 kB");
        assertThat(sent.get()).isBetween(500 * 1024L, 520 * 1024L);
    }

    @Test
    void fileAsLargeAsTheLimitIsTaken() throws IOException {
        byte[] file = Arrays.copyOf(TestPictures.png(20, 10), 500 * 1024); // what follows a picture's end is ignored

        assertThat(store("cat", file)).isFalse();
        assertThat(pictures.bytes("cat")).hasSize(500 * 1024);
    }

    @Test
    void smallFileWhoseHeaderClaimsAHugePictureIsRefusedUndecoded() {
        byte[] bomb = TestPictures.hugeByItsHeader();

        assertThat(bomb).hasSizeBetween(45_000, 55_000);
        assertRefused("cat", bomb, 422, "30,000 × 30,000");
    }

    @Test
    void fileThatIsCutOffIsRefused() {
        byte[] png = TestPictures.png(100, 100);

        assertRefused("cat", Arrays.copyOf(png, png.length / 2), 422, "cannot be decoded");
    }

    @Test
    void uploadThatBreaksOffLeavesNothingBehind() {
        InputStream breaking = new InputStream() {
            private int left = 100_000;

            @Override
            public int read() throws IOException {
                if (left-- <= 0) {
                    throw new IOException("connection reset");
                }
                return 0x89;
            }
        };

        assertThatThrownBy(() -> pictures.store("cat", breaking)).hasMessage("connection reset");
        assertNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ".", "..", "../cat", "a/b", "a\\b", "/etc/passwd", "CAT", "cat.png", "-cat", "a\nb", "käse"})
    void nameThatIsNoNameIsRefused(String name) {
        assertRefused(name, TestPictures.png(2, 2), 400, "small letters");
        assertThatThrownBy(() -> pictures.decoded(name)).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> pictures.bytes(name)).isInstanceOf(RefusedException.class);
    }

    @Test
    void nameIsAtMost64Long() throws IOException {
        store("a".repeat(64), TestPictures.png(2, 2));

        assertThatThrownBy(() -> store("a".repeat(65), TestPictures.png(2, 2))).isInstanceOf(RefusedException.class);
    }

    @Test
    void pictureThatIsNotThereIsNotFound() {
        assertThatThrownBy(() -> pictures.decoded("none"))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        e -> assertThat(e.getStatusCode().value()).isEqualTo(404));
        assertThatThrownBy(() -> pictures.bytes("none"))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        e -> assertThat(e.getStatusCode().value()).isEqualTo(404));
    }

    private boolean store(String name, byte[] file) throws IOException {
        return pictures.store(name, new ByteArrayInputStream(file));
    }

    private void assertRefused(String name, byte[] file, int status, String reason) {
        assertRefused(name, new ByteArrayInputStream(file), status, reason);
    }

    private void assertRefused(String name, InputStream file, int status, String reason) {
        assertThatThrownBy(() -> pictures.store(name, file)).isInstanceOfSatisfying(RefusedException.class, refused -> {
            assertThat(refused.getStatusCode().value()).isEqualTo(status);
            assertThat(refused.getBody().getTitle()).isNotBlank();
            assertThat(refused.getBody().getDetail()).contains(reason);
        });
        assertNothingLeft();
    }

    private void assertNothingLeft() {
        assertThat(filesIn(data.incoming())).isEmpty();
        assertThat(filesIn(data.pictures())).isEmpty();
    }

    private static List<Path> filesIn(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

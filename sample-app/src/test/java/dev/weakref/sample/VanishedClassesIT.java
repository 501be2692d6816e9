package dev.weakref.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

/**
 * What a rebuild does to an application that runs from its class directory, as by {@code spring-boot:run}: its classes
 * vanish, and the jars of the library that stand beside them are overwritten.
 */
class VanishedClassesIT {

    @TempDir
    Path directory;

    @Test
    void whatWorkspacesHoldGoesAtExitThoughTheClassesAreGone() throws Exception {
        Path classes = directory.resolve("classes");
        Path libraries = directory.resolve("libraries");
        unpack("BOOT-INF/classes", classes);
        unpack("BOOT-INF/lib", libraries);
        try (RunningApplication application =
                RunningApplication.startOn(classes + File.pathSeparator + all(libraries), directory)) {
            Visitor visitor = application.visitor();
            assertThat(visitor.upload("/pictures/cat", TestPictures.png(20, 10)).statusCode())
                    .isEqualTo(201);
            for (int i = 0; i < 3; i++) {
                assertThat(visitor.open("cat").statusCode()).isEqualTo(201);
            }
            assertThat(application.workspaces()).isNotEmptyDirectory();

            FileSystemUtils.deleteRecursively(classes);
            overwrite(libraries, "weakref-spring-boot-autoconfigure");
            overwrite(libraries, "weakref-0");
            application.terminate();

            assertThat(application.awaitExit()).isEqualTo(143);
            assertThat(application.workspaces()).isEmptyDirectory();
            assertThat(application.leases()).isZero();
            assertThat(application.exitPassLines())
                    .singleElement()
                    .asString()
                    .contains("6 run (0 failed), 0 timed out, 0 skipped");
        }
    }

    private static void unpack(String part, Path target) throws IOException {
        try (FileSystem jar = FileSystems.newFileSystem(RunningApplication.JAR);
                Stream<Path> files = Files.walk(jar.getPath(part))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = target.resolve(
                        jar.getPath(part).relativize(file.normalize()).toString());
                Files.createDirectories(copy.getParent());
                try (InputStream content = Files.newInputStream(file)) {
                    Files.copy(content, copy);
                }
            }
        }
    }

    private static String all(Path libraries) throws IOException {
        try (Stream<Path> jars = Files.list(libraries)) {
            return jars.map(Path::toString).sorted().collect(Collectors.joining(File.pathSeparator));
        }
    }

    private static void overwrite(Path libraries, String name) throws IOException {
        try (Stream<Path> jars = Files.list(libraries)) {
            Path library = jars.filter(jar -> jar.getFileName().toString().startsWith(name))
                    .findFirst()
                    .orElseThrow();
            Files.writeString(library, "no jar any more");
        }
    }
}

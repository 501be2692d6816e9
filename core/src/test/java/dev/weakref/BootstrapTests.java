package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BootstrapTests {

    /** Not initialised by name: the two that do it, and the one that is there only with a flight recorder. */
    private static final List<String> OTHERS =
            List.of("Bootstrap", "Rehearsal", "JfrEvents", "ReapEvent", "package-info");

    @Test
    void everyClassIsInitialisedBeforehand() throws IOException, URISyntaxException {
        Path directory = Path.of(Objects.requireNonNull(Bootstrap.class.getResource("Bootstrap.class"))
                        .toURI())
                .getParent();

        try (Stream<Path> files = Files.walk(directory)) {
            List<String> hosts = files.map(
                            file -> directory.relativize(file).toString().replace(File.separatorChar, '.'))
                    .filter(name -> name.endsWith(".class") && !name.contains("$"))
                    .map(name -> name.substring(0, name.length() - ".class".length()))
                    .filter(name -> !OTHERS.contains(name.substring(name.lastIndexOf('.') + 1)))
                    .toList();

            assertThat(Bootstrap.CLASSES).containsExactlyInAnyOrderElementsOf(hosts);
        }
    }
}

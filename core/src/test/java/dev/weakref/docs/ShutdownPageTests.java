package dev.weakref.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds docs/shutdown.md against the tests that it names, whatever module they are in. */
class ShutdownPageTests {

    private static final List<String> MODULES = List.of("core", "autoconfigure", "compatibility/war", "sample-app");

    @Test
    void everyStatementIsShownByTests() throws IOException {
        assertThat(Page.of("shutdown.md").table("statement")).allSatisfy(row -> {
            List<String> tests = Page.code("`" + row.get(1) + "`");
            assertThat(tests).as(row.get(0)).isNotEmpty();
            for (String test : tests) {
                assertThat(sources(test.replaceFirst("\\..*", "")))
                        .as(test)
                        .anyMatch(source -> source.contains(" void " + test.replaceFirst(".*\\.", "") + "("));
            }
        });
    }

    private static List<String> sources(String testClass) throws IOException {
        List<String> sources = new ArrayList<>();
        for (String module : MODULES) {
            try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "test", "java"))) {
                for (Path file :
                        files.filter(path -> path.endsWith(testClass + ".java")).toList()) {
                    sources.add(Files.readString(file));
                }
            }
        }
        return sources;
    }
}

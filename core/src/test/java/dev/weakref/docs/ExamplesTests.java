package dev.weakref.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the examples of the pages against the sources of this folder, which have each between two comments. */
class ExamplesTests {

    private static final List<String> PAGES = List.of(
            "collections.md", "coming-from.md", "concepts.md", "finalizers.md", "from-python.md", "getting-started.md");

    private static final Pattern MARKED =
            Pattern.compile("^ *// example: [^\n]+\n(.*?)^ *// end$", Pattern.DOTALL | Pattern.MULTILINE);

    @Test
    void theExamplesOfThePagesAreTheMarkedPartsOfTheSources() throws IOException {
        List<String> shown = new ArrayList<>();
        for (String page : PAGES) {
            assertThat(Page.of(page).examples()).as(page).isNotEmpty();
            shown.addAll(Page.of(page).examples());
        }

        try (Stream<Path> sources = Files.list(Path.of("src/test/java/dev/weakref/docs"))) {
            List<String> marked = sources.flatMap(ExamplesTests::marked).toList();

            assertThat(shown).containsExactlyInAnyOrderElementsOf(marked);
        }
    }

    private static Stream<String> marked(Path source) {
        try {
            return MARKED.matcher(Files.readString(source))
                    .results()
                    .map(part -> part.group(1).stripTrailing().stripIndent());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

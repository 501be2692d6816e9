package dev.weakref.test.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.FinalizerRegistry;
import dev.weakref.test.FailOnOpenFinalizers;
import dev.weakref.test.Gc;
import dev.weakref.test.ReachabilityWatcher;
import dev.weakref.test.WeakrefAssertions;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Holds docs/testing.md against the examples, which are tests themselves, and against the API. */
class TestingPageTests {

    private static final Path SOURCES = Path.of("../test-support/src/test/java/dev/weakref/test/docs");

    private static final FinalizerRegistry registry = FinalizerRegistry.create("uploads");

    /** The first test of the second example, without its last line. */
    @FailOnOpenFinalizers(await = "0ms")
    static class Forgetful {

        /** Held, as a collection could come before the test has ended. */
        private static Uploads.Upload forgotten;

        private final Uploads uploads = new Uploads(registry);

        @Test
        void anUploadHasAPart() {
            forgotten = uploads.begin("cat.png");
            assertThat(uploads.parts()).containsExactly("cat.png");
        }
    }

    @Test
    void theExamplesAreTheSourcesOfTheTests() throws IOException {
        List<String> sources = Stream.of("Uploads", "CollectionTests", "OpenFinalizersTests", "LettingGoTests")
                .map(TestingPageTests::source)
                .toList();

        assertThat(blocks("java")).isEqualTo(sources);
    }

    @Test
    void theFailureIsWhatAForgetfulTestGets() throws IOException {
        String message = EngineTestKit.engine("junit-jupiter")
                .selectors(DiscoverySelectors.selectClass(Forgetful.class))
                .execute()
                .testEvents()
                .failed()
                .stream()
                .flatMap(event -> event.getPayload(TestExecutionResult.class).stream())
                .flatMap(result -> result.getThrowable().stream())
                .map(Throwable::getMessage)
                .findFirst()
                .orElseThrow();
        registry.close();

        assertThat(blocks("text").stream().map(TestingPageTests::withoutNumbers))
                .containsExactly(withoutNumbers(message)
                        .replace("TestingPageTests$Forgetful", "OpenFinalizersTests")
                        .replace("TestingPageTests.java", "OpenFinalizersTests.java"));
    }

    @Test
    void everyMethodIsInATable() throws IOException {
        Set<String> documented = new TreeSet<>();
        Pattern.compile("^\\| `(\\w+)\\(", Pattern.MULTILINE)
                .matcher(page())
                .results()
                .forEach(row -> documented.add(row.group(1)));

        Set<String> methods = new TreeSet<>();
        Stream.concat(
                        Stream.of(Gc.class, ReachabilityWatcher.class),
                        Arrays.stream(WeakrefAssertions.class.getMethods())
                                .filter(method -> method.getName().equals("assertThat"))
                                .<Class<?>>map(Method::getReturnType))
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
                .forEach(method -> methods.add(method.getName()));
        assertThat(documented).isEqualTo(methods);
    }

    @Test
    void theDefaultsAreThoseOfTheAnnotation() throws Exception {
        Method await = FailOnOpenFinalizers.class.getMethod("await");

        assertThat(page()).contains("\n| `await` | `\"" + await.getDefaultValue() + "\"` | ");
        assertThat((String[]) FailOnOpenFinalizers.class.getMethod("allow").getDefaultValue())
                .isEmpty();
    }

    private static String page() throws IOException {
        return Files.readString(Path.of("..", "docs", "testing.md"));
    }

    private static List<String> blocks(String language) throws IOException {
        return Pattern.compile("^```" + language + "\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE)
                .matcher(page())
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    /** All of a file but its package. */
    private static String source(String name) {
        try {
            return Files.readString(SOURCES.resolve(name + ".java")).replaceFirst("package .*\n\n", "");
        } catch (IOException missing) {
            throw new AssertionError(missing);
        }
    }

    private static String withoutNumbers(String text) {
        return text.strip().replaceAll("\\d+", "0");
    }
}

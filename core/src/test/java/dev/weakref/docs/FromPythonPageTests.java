package dev.weakref.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Member;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/** Holds docs/from-python.md against the names of Python's page, the API, the tests and the sources of the examples. */
class FromPythonPageTests {

    private static final int PYTHON = 0;
    private static final int JAVA = 1;
    private static final int DIFFERENCE = 2;
    private static final int PROOF = 3;

    /** What https://docs.python.org/3.13/library/weakref.html names, in its order. */
    private static final List<String> NAMES = List.of(
            "ref",
            "ref.__callback__",
            "proxy",
            "ReferenceError",
            "getweakrefcount",
            "getweakrefs",
            "WeakKeyDictionary",
            "WeakKeyDictionary.keyrefs",
            "|",
            "|=",
            "WeakValueDictionary",
            "WeakValueDictionary.valuerefs",
            "WeakSet",
            "WeakMethod",
            "finalize",
            "finalize.__call__",
            "finalize.detach",
            "finalize.peek",
            "finalize.alive",
            "finalize.atexit",
            "ReferenceType",
            "ProxyType",
            "CallableProxyType",
            "ProxyTypes",
            "ref.__call__",
            "__slots__",
            "__del__");

    /** Its rules and notes that have no name, as this page calls them. */
    private static final List<String> NOTES = List.of(
            "when an object dies",
            "which objects can be referenced",
            "what a callback gets",
            "the order of callbacks",
            "a callback that throws",
            "a reference's hash",
            "a reference's equality",
            "subclasses of a reference",
            "whether a reference is still live",
            "a proxy in place of its object",
            "a proxy's hash",
            "entries that are discarded",
            "an equal key put again",
            "data about objects of others",
            "when a method's function dies",
            "a finalizer that nobody keeps",
            "when a finalizer is dead",
            "a finalizer that throws",
            "finalizers at exit",
            "late in the shutdown",
            "registered as the program exits",
            "an action that owns its object",
            "classes of a third party");

    /** Its examples, as this page calls them. */
    private static final List<String> EXAMPLES = List.of(
            "example: a reference",
            "example: still live or not",
            "example: an extended reference",
            "example: objects by id",
            "example: an equal key put again",
            "example: a weak method",
            "example: you killed Kenny",
            "example: an explicit call",
            "example: detaching",
            "example: at exit",
            "example: a temporary directory",
            "example: unloading a module");

    /** Names with a capital letter that are Python's. */
    private static final Set<String> PYTHONS =
            Set.of("None", "TypeError", "KeyError", "RuntimeError", "WeakKeyDictionary", "WeakValueDictionary");

    private static final List<String> PACKAGES =
            List.of("dev.weakref.", "java.lang.", "java.lang.ref.", "java.util.", "java.util.concurrent.");

    private static final Pattern JAVA_NAME =
            Pattern.compile("((?:[A-Z]\\w*\\.)*[A-Z]\\w*)(?:\\.([a-z]\\w*))?(?:\\(.*\\))?");

    private static final Pattern MARKED =
            Pattern.compile("^ *// example: [^\n]+\n(.*?)^ *// end$", Pattern.DOTALL | Pattern.MULTILINE);

    @Test
    void everyNameRuleAndExampleOfPythonsPageHasARow() throws IOException {
        List<String> named = rows().flatMap(row -> Page.code(row.get(PYTHON)).stream())
                .map(code -> code.replaceFirst("\\(.*", ""))
                .toList();

        assertThat(named).containsAll(NAMES);
        assertThat(rows().map(row -> row.get(PYTHON))).containsAll(NOTES).containsAll(EXAMPLES);
    }

    @Test
    void everyRowSaysWhatDiffers() throws IOException {
        assertThat(rows()).allSatisfy(row -> assertThat(row).hasSize(4).noneMatch(String::isBlank));
    }

    @Test
    void everyNameThatIsJavasIsOneOfThePublicApi() throws IOException {
        Stream<String> cells = rows().flatMap(row -> Stream.of(row.get(JAVA), row.get(DIFFERENCE)));
        Stream<String> names = Stream.concat(cells, Page.of("from-python.md").prose().stream())
                .flatMap(text -> Page.code(text).stream())
                .filter(code -> Character.isUpperCase(code.charAt(0)) && !PYTHONS.contains(code));

        assertThat(names).isNotEmpty().filteredOn(name -> !isPublic(name)).isEmpty();
    }

    @Test
    void everyRowIsProvedByTests() throws IOException {
        assertThat(rows())
                .allSatisfy(row -> assertThat(Page.code(row.get(PROOF)))
                        .as(row.get(PYTHON))
                        .isNotEmpty()
                        .filteredOn(name -> !isTest(name))
                        .isEmpty());
    }

    @Test
    void theExamplesAreTheMarkedPartsOfTheSources() throws IOException {
        try (Stream<Path> sources = Files.list(Path.of("src/test/java/dev/weakref/docs"))) {
            List<String> marked = sources.flatMap(FromPythonPageTests::marked).toList();

            assertThat(Page.of("from-python.md").examples()).isNotEmpty().containsExactlyInAnyOrderElementsOf(marked);
        }
    }

    private static Stream<List<String>> rows() throws IOException {
        return Page.of("from-python.md").rows().stream();
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

    private static boolean isPublic(String name) {
        Matcher matcher = JAVA_NAME.matcher(name);
        if (!matcher.matches()) {
            return false;
        }
        Optional<Class<?>> type = find(PACKAGES, matcher.group(1));
        String method = matcher.group(2);
        if (type.isPresent()) {
            return isPublic(type.get())
                    && (method == null || hasPublic(type.get().getMethods(), method));
        }
        int dot = matcher.group(1).lastIndexOf('.'); // a constant of an enum
        return dot > 0
                && method == null
                && find(PACKAGES, matcher.group(1).substring(0, dot))
                        .filter(owner -> isPublic(owner)
                                && hasPublic(owner.getFields(), matcher.group(1).substring(dot + 1)))
                        .isPresent();
    }

    private static boolean isPublic(Class<?> type) {
        return Modifier.isPublic(type.getModifiers())
                && (type.getEnclosingClass() == null || isPublic(type.getEnclosingClass()));
    }

    private static boolean hasPublic(Member[] members, String name) {
        return Arrays.stream(members).anyMatch(member -> member.getName().equals(name));
    }

    private static boolean isTest(String name) {
        int dot = name.lastIndexOf('.');
        return dot > 0
                && find(List.of("dev.weakref.", "dev.weakref.docs."), name.substring(0, dot))
                        .filter(type -> !Modifier.isAbstract(type.getModifiers()))
                        .filter(type -> !ReflectionSupport.findMethods(
                                        type,
                                        method -> method.getName().equals(name.substring(dot + 1))
                                                && AnnotationSupport.isAnnotated(method, Testable.class),
                                        HierarchyTraversalMode.TOP_DOWN)
                                .isEmpty())
                        .isPresent();
    }

    /** The class with this name, the names of nested classes set apart by dots. */
    private static Optional<Class<?>> find(List<String> packages, String name) {
        for (String each : packages) {
            try {
                return Optional.of(Class.forName(each + name.replace('.', '$')));
            } catch (ClassNotFoundException notThere) {
                // the next package, then
            }
        }
        return Optional.empty();
    }
}

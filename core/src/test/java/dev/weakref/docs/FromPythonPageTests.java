package dev.weakref.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds docs/from-python.md against the names of Python's page, the API and the tests. */
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
            "a proxy instead of its object",
            "a proxy's hash",
            "entries that are discarded",
            "an equal key put again",
            "data about objects of other code",
            "when a method's function dies",
            "a finalizer that is not kept",
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

        assertThat(names)
                .isNotEmpty()
                .filteredOn(name -> !JavaNames.isPublic(name))
                .isEmpty();
    }

    @Test
    void everyRowIsProvedByTests() throws IOException {
        assertThat(rows())
                .allSatisfy(row -> assertThat(Page.code(row.get(PROOF)))
                        .as(row.get(PYTHON))
                        .isNotEmpty()
                        .filteredOn(name -> !JavaNames.isTest(name))
                        .isEmpty());
    }

    private static Stream<List<String>> rows() throws IOException {
        return Page.of("from-python.md").rows().stream();
    }
}

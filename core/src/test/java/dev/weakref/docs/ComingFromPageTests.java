package dev.weakref.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds docs/coming-from.md against the libraries that it names, where they are here, and against the API. */
class ComingFromPageTests {

    private static final List<String> OTHERS = List.of(
            "java.lang.",
            "java.lang.ref.",
            "java.io.",
            "java.util.",
            "com.google.common.base.",
            "com.google.common.cache.",
            "com.google.common.collect.");

    @Test
    void everyNameOnTheLeftOfPlainJavaAndGuavaIsTheirs() throws IOException {
        Stream<String> names = Stream.of("From `Cleaner`", "From Guava").flatMap(this::left);

        assertThat(names).isNotEmpty().filteredOn(name -> !isTheirs(name)).isEmpty();
    }

    @Test
    void everyNameOnTheRightIsOneOfThePublicApi() throws IOException {
        assertThat(Page.of("coming-from.md").rows().stream()
                        .flatMap(row -> Page.code(row.get(1)).stream())
                        .filter(code -> Character.isUpperCase(code.charAt(0))))
                .isNotEmpty()
                .filteredOn(name -> !JavaNames.isPublic(name))
                .isEmpty();
    }

    private Stream<String> left(String section) {
        try {
            return Page.of("coming-from.md").section(section).rows().stream()
                    .flatMap(row -> Page.code(row.get(0)).stream())
                    .filter(code -> Character.isUpperCase(code.charAt(0)));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Whether there is such a class and, where one is named behind it, such a method. */
    private static boolean isTheirs(String name) {
        String path = name.replaceFirst("\\(.*", "");
        int dot = path.lastIndexOf('.');
        boolean method = dot > 0 && Character.isLowerCase(path.charAt(dot + 1));
        return JavaNames.find(OTHERS, method ? path.substring(0, dot) : path)
                .filter(type -> !method || has(type, path.substring(dot + 1)))
                .isPresent();
    }

    private static boolean has(Class<?> type, String method) {
        return Stream.concat(Arrays.stream(type.getMethods()), Arrays.stream(type.getDeclaredMethods()))
                .anyMatch(each -> each.getName().equals(method));
    }
}

package dev.weakref.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.FinalizerRegistry;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Holds docs/design-decisions.md against the classes of the library. */
class DesignPageTests {

    private static final String PACKAGE = "dev.weakref.";

    @Test
    void everyClassThatUsersDoNotSeeHasARow() throws Exception {
        File classes = new File(FinalizerRegistry.class
                        .getResource("FinalizerRegistry.class")
                        .toURI())
                .getParentFile();
        List<String> hidden = Arrays.stream(classes.list())
                .filter(file -> file.matches("\\w+\\.class"))
                .map(file -> file.replace(".class", ""))
                .filter(name -> !isPublic(name))
                .toList();

        assertThat(hidden).isNotEmpty();
        assertThat(named()).containsAll(hidden);
    }

    @Test
    void everyRowIsOfAClass() throws IOException {
        assertThat(named())
                .filteredOn(name -> JavaNames.find(List.of(PACKAGE), name).isEmpty())
                .isEmpty();
    }

    private static List<String> named() throws IOException {
        return Page.of("design-decisions.md").rows().stream()
                .flatMap(row -> Page.code(row.get(0)).stream())
                .toList();
    }

    private static boolean isPublic(String name) {
        return JavaNames.find(List.of(PACKAGE), name)
                .filter(type -> Modifier.isPublic(type.getModifiers()))
                .isPresent();
    }
}

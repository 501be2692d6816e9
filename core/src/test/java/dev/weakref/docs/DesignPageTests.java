package dev.weakref.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** Holds docs/design-decisions.md against the packages and classes of the library. */
@TestInstance(Lifecycle.PER_CLASS) // the classes go with it
class DesignPageTests {

    private static final String ROOT = "dev.weakref";

    private final JavaClasses core = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    @Test
    void thePackagesNameEachOtherAsDrawn() throws IOException {
        Map<String, Set<String>> names = new TreeMap<>();
        for (JavaClass each : core) {
            Set<String> named = names.computeIfAbsent(shortName(each), key -> new TreeSet<>());
            each.getDirectDependenciesFromSelf().stream()
                    .map(arrow -> arrow.getTargetClass())
                    .filter(target -> target.getPackageName().startsWith(ROOT))
                    .map(DesignPageTests::shortName)
                    .filter(target -> !target.equals(shortName(each)))
                    .forEach(named::add);
        }

        Map<String, Set<String>> drawn = new TreeMap<>();
        for (List<String> row :
                Page.of("design-decisions.md").section("The packages").table("package")) {
            drawn.put(row.get(0), names(row.get(2)));
        }
        assertThat(drawn).isEqualTo(names);
    }

    @Test
    void everyClassThatUsersDoNotSeeHasARowInItsPackage() throws IOException {
        Page page = Page.of("design-decisions.md");
        Map<String, Set<String>> hidden = new TreeMap<>();
        for (JavaClass each : core) {
            if (each.isTopLevelClass() && !each.getSimpleName().equals("package-info") && isHidden(each)) {
                hidden.computeIfAbsent(shortName(each), key -> new TreeSet<>()).add(each.getSimpleName());
            }
        }

        assertThat(hidden).hasSizeGreaterThan(1).allSatisfy((name, classes) -> {
            Set<String> rows = page.section("Classes of " + name).table("class").stream()
                    .flatMap(row -> names(row.get(0)).stream())
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(rows).containsAll(classes);
            assertThat(rows).allMatch(row -> core.contain(fullName(name) + "." + row));
        });
    }

    private static Set<String> names(String cell) {
        return cell.equals("nothing")
                ? Set.of()
                : new TreeSet<>(List.of(cell.replace("`", "").split(", ")));
    }

    private static boolean isHidden(JavaClass each) {
        return !each.getPackageName().equals(ROOT) || !each.getModifiers().contains(JavaModifier.PUBLIC);
    }

    private static String shortName(JavaClass each) {
        return each.getPackageName().replace(ROOT + ".", "");
    }

    private static String fullName(String name) {
        return name.equals(ROOT) ? ROOT : ROOT + "." + name;
    }
}

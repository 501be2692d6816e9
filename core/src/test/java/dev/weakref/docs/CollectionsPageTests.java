package dev.weakref.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.CollectionStats;
import dev.weakref.Finalizer;
import dev.weakref.RemovalCause;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds docs/collections.md, docs/concepts.md and docs/pitfalls.md against the tests that they name and the API. */
class CollectionsPageTests {

    private static final Set<String> CONSTANTS =
            Set.of("EXPLICIT", "UNREACHABLE", "EXIT", "SUCCESS", "FAILURE", "TIMEOUT");

    /** Of the JDK, of {@code weakref-test}, and of the Spring module. */
    private static final Set<String> OTHERS = Set.of("LocalDate", "Gc", "WeakListeners", "DB_CLOSE_ON_EXIT=FALSE");

    @Test
    void everyRuleAndPromiseIsShownByTests() throws IOException {
        for (String table : List.of("rule", "promise")) {
            assertThat(page().table(table))
                    .allSatisfy(row -> assertThat(Page.code("`" + row.get(1) + "`"))
                            .as(row.get(0))
                            .isNotEmpty()
                            .filteredOn(name -> !JavaNames.isTest(name))
                            .isEmpty());
        }
    }

    @Test
    void theTablesOfCausesAndStatisticsAreThoseOfTheApi() throws IOException {
        assertThat(page().table("cause").stream().map(row -> row.get(0)))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(RemovalCause.values()).map(Enum::name).toList());
        assertThat(page().table("statistic").stream().map(row -> row.get(0)))
                .containsExactlyElementsOf(Arrays.stream(CollectionStats.class.getRecordComponents())
                        .map(RecordComponent::getName)
                        .toList());
    }

    @Test
    void triggersAndOutcomesAreThoseOfTheApi() throws IOException {
        assertThat(Stream.concat(Arrays.stream(Finalizer.Trigger.values()), Arrays.stream(Finalizer.Outcome.values()))
                        .map(Enum::name))
                .containsExactlyInAnyOrderElementsOf(CONSTANTS);
        assertThat(Page.of("concepts.md").table("word").stream()
                        .filter(row -> List.of("trigger", "outcome").contains(row.get(0)))
                        .flatMap(row -> Page.code(row.get(1)).stream()))
                .containsExactlyInAnyOrderElementsOf(CONSTANTS);
    }

    @Test
    void everyNameIsOneOfThePublicApi() throws IOException {
        Stream<String> texts = Stream.concat(
                page().prose().stream(),
                Stream.concat(
                        page().table("collection").stream().flatMap(List::stream),
                        Stream.concat(
                                Page.of("concepts.md").table("you want").stream()
                                        .flatMap(List::stream),
                                Page.of("pitfalls.md").rows().stream().flatMap(List::stream))));

        assertThat(texts.flatMap(text -> Page.code(text.contains("`") ? text : "`" + text + "`").stream())
                        .filter(code -> code.matches("[A-Z]\\w+(\\..*|\\(.*)?") && !OTHERS.contains(code)))
                .isNotEmpty()
                .filteredOn(name -> !JavaNames.isPublic(name))
                .isEmpty();
    }

    private static Page page() throws IOException {
        return Page.of("collections.md");
    }
}

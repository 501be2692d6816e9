package dev.weakref.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.weakref.Finalizer;
import dev.weakref.Finalizer.Outcome;
import dev.weakref.FinalizerRegistry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JournalTests {

    private final Journal journal = new Journal();
    private final FinalizerRegistry registry =
            FinalizerRegistry.builder().listener(journal).build();
    private final List<Object> held = new ArrayList<>();

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void openWorkspaceIsYoursOrSomebodyElsesUntilItsSessionEnds() {
        journal.opened(1, "cat", "mine");
        journal.opened(2, "dog", "other");
        journal.opened(3, "dog", "ended");

        journal.forgotten(List.of(3L));

        assertThat(journal.page("mine", 100, null, 10).entries())
                .extracting(Journal.Entry::id, Journal.Entry::state)
                .containsExactly(
                        tuple(3L, Journal.State.FORGOTTEN),
                        tuple(2L, Journal.State.ELSEWHERE),
                        tuple(1L, Journal.State.YOURS));
    }

    @Test
    void closedWorkspaceTellsWhatWasClearedAwayAndHowThatEnded() {
        journal.opened(1, "cat", "mine");

        finalizer("workspace 1 lease", () -> {}).close();
        Finalizer<Void> failing = finalizer("workspace 1 directory", () -> {
            throw new IOException("the disk is on fire");
        });
        assertThatThrownBy(failing::call).hasMessage("the disk is on fire");

        Journal.Entry entry = journal.page("mine", 100, null, 10).entries().get(0);
        assertThat(entry.state()).isEqualTo(Journal.State.CLOSED);
        assertThat(entry.endedAt()).isNotNull();
        assertThat(entry.ends())
                .extracting(Journal.End::what, Journal.End::outcome)
                .containsExactly(tuple("lease", Outcome.SUCCESS), tuple("directory", Outcome.FAILURE));
    }

    @Test
    void finalizersOfOthersAreNotItsBusiness() {
        journal.opened(1, "cat", "mine");

        finalizer("workspace 2 lease", () -> {}).close();
        finalizer("something else", () -> {}).close();

        assertThat(journal.page("mine", 100, null, 10).entries())
                .singleElement()
                .extracting(Journal.Entry::state)
                .isEqualTo(Journal.State.YOURS);
    }

    @Test
    void pagesHoldEachEntryOnceAndTheCountsAreOfAll() {
        LongStream.rangeClosed(1, 25).forEach(id -> journal.opened(id, "cat", "mine"));

        Journal.Page first = journal.page("mine", Long.MAX_VALUE, Journal.State.YOURS, 10);
        Journal.Page last = journal.page("mine", 6, Journal.State.YOURS, 10);

        assertThat(first.entries()).hasSize(10);
        assertThat(first.more()).isTrue();
        assertThat(last.entries()).extracting(Journal.Entry::id).containsExactly(5L, 4L, 3L, 2L, 1L);
        assertThat(last.more()).isFalse();
        assertThat(last.counts()).containsEntry(Journal.State.YOURS, 25L);
        assertThat(journal.page("mine", 100, Journal.State.CLOSED, 10).entries())
                .isEmpty();
    }

    @Test
    void onlyTheLatestOfTheEndedAreRemembered() {
        for (long id = 1; id <= 20_001; id++) {
            journal.opened(id, "cat", "mine");
            finalizer("workspace %d lease".formatted(id), () -> {}).close();
        }

        assertThat(journal.page("mine", 3, null, 10).entries())
                .extracting(Journal.Entry::id)
                .containsExactly(2L);
    }

    private Finalizer<Void> finalizer(String name, FinalizerRegistry.Action action) {
        Object referent = new Object();
        held.add(referent);
        return registry.finalizer(referent).name(name).run(action);
    }
}

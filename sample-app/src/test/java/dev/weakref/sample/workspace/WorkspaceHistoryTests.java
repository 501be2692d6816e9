package dev.weakref.sample.workspace;

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

class WorkspaceHistoryTests {

    private final WorkspaceHistory journal = new WorkspaceHistory();
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
                .extracting(WorkspaceHistory.Entry::id, WorkspaceHistory.Entry::state)
                .containsExactly(
                        tuple(3L, WorkspaceHistory.State.FORGOTTEN),
                        tuple(2L, WorkspaceHistory.State.ELSEWHERE),
                        tuple(1L, WorkspaceHistory.State.YOURS));
    }

    @Test
    void closedWorkspaceTellsWhatWasClearedAwayAndHowThatEnded() {
        journal.opened(1, "cat", "mine");

        finalizer("workspace 1 lease", () -> {}).close();
        Finalizer<Void> failing = finalizer("workspace 1 directory", () -> {
            throw new IOException("the disk is on fire");
        });
        assertThatThrownBy(failing::call).hasMessage("the disk is on fire");

        WorkspaceHistory.Entry entry =
                journal.page("mine", 100, null, 10).entries().get(0);
        assertThat(entry.state()).isEqualTo(WorkspaceHistory.State.CLOSED);
        assertThat(entry.endedAt()).isNotNull();
        assertThat(entry.ends())
                .extracting(WorkspaceHistory.End::what, WorkspaceHistory.End::outcome)
                .containsExactly(tuple("lease", Outcome.SUCCESS), tuple("directory", Outcome.FAILURE));
    }

    @Test
    void finalizersOfOthersAreNotItsBusiness() {
        journal.opened(1, "cat", "mine");

        finalizer("workspace 2 lease", () -> {}).close();
        finalizer("something else", () -> {}).close();

        assertThat(journal.page("mine", 100, null, 10).entries())
                .singleElement()
                .extracting(WorkspaceHistory.Entry::state)
                .isEqualTo(WorkspaceHistory.State.YOURS);
    }

    @Test
    void pagesHoldEachEntryOnceAndTheCountsAreOfAll() {
        LongStream.rangeClosed(1, 25).forEach(id -> journal.opened(id, "cat", "mine"));

        WorkspaceHistory.Page first = journal.page("mine", Long.MAX_VALUE, WorkspaceHistory.State.YOURS, 10);
        WorkspaceHistory.Page last = journal.page("mine", 6, WorkspaceHistory.State.YOURS, 10);

        assertThat(first.entries()).hasSize(10);
        assertThat(first.more()).isTrue();
        assertThat(last.entries()).extracting(WorkspaceHistory.Entry::id).containsExactly(5L, 4L, 3L, 2L, 1L);
        assertThat(last.more()).isFalse();
        assertThat(last.counts()).containsEntry(WorkspaceHistory.State.YOURS, 25L);
        assertThat(journal.page("mine", 100, WorkspaceHistory.State.CLOSED, 10).entries())
                .isEmpty();
    }

    @Test
    void onlyTheLatestOfTheEndedAreRemembered() {
        for (long id = 1; id <= 20_001; id++) {
            journal.opened(id, "cat", "mine");
            finalizer("workspace %d lease".formatted(id), () -> {}).close();
        }

        assertThat(journal.page("mine", 3, null, 10).entries())
                .extracting(WorkspaceHistory.Entry::id)
                .containsExactly(2L);
    }

    private Finalizer<Void> finalizer(String name, FinalizerRegistry.Action action) {
        Object referent = new Object();
        held.add(referent);
        return registry.finalizer(referent).name(name).run(action);
    }
}

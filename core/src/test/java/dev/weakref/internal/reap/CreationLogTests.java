package dev.weakref.internal.reap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weakref.ShortStack;
import dev.weakref.internal.dispatch.DispatchTask;
import dev.weakref.internal.dispatch.SerialDispatcher;
import dev.weakref.internal.dispatch.TaskBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class CreationLogTests {

    private final List<Long> ran = new ArrayList<>();
    private final Reaper reaper = new Reaper(task -> new Thread(() -> {}), Duration.ofSeconds(1));
    private final RecordingDispatcher dispatcher = new RecordingDispatcher();
    private final CreationLog log = new CreationLog(this, dispatcher.dispatcher, reaper, stranger -> true);
    private final Object referent = new Object();

    @Test
    void idsFollowTheOrderOfCreation() {
        List<Entry> entries = append(200);

        assertThat(entries)
                .extracting(entry -> entry.id)
                .isEqualTo(LongStream.rangeClosed(1, 200).boxed().toList());
        assertThat(log.appended()).isEqualTo(200);
    }

    @Test
    void noSlotIsClaimedIfTheStackMayNotSufficeToWriteIt() throws Exception {
        append(1);
        Entry entry = new Entry();

        assertThat(ShortStack.overflows(() -> log.append(entry))).isPositive();

        assertThat(log.appended()).isEqualTo(1);
    }

    @Test
    void theDeadAreHandedOverNewestFirst() {
        List<Entry> entries = append(300);
        entries.get(0).enqueue();
        entries.get(150).enqueue();
        entries.get(299).enqueue();

        log.sweep();

        assertThat(dispatcher.ids()).containsExactly(300L, 151L, 1L);
    }

    @Test
    void whatWasGatheredIsNotGatheredAgain() {
        List<Entry> entries = append(2);
        entries.get(0).enqueue();
        log.sweep();
        entries.get(1).enqueue();

        log.sweep();

        assertThat(dispatcher.ids()).containsExactly(1L, 2L);
    }

    @Test
    void whatCouldNotBeHandedOverIsHandedOverByTheNextSweep() {
        List<Entry> entries = append(3);
        entries.forEach(Entry::enqueue);
        dispatcher.full = true;

        assertThatThrownBy(log::sweep).isInstanceOf(OutOfMemoryError.class);
        dispatcher.full = false;
        log.sweep();

        assertThat(dispatcher.ids()).containsExactly(3L, 2L, 1L);
    }

    @Test
    void aSignalHasTheLogSweptAndTheReaperSurvivesThatItFails() {
        List<Entry> entries = append(3);
        entries.forEach(Entry::enqueue);
        dispatcher.full = true;
        reaper.pass();
        dispatcher.full = false;

        reaper.pass();

        assertThat(dispatcher.ids()).containsExactly(3L, 2L, 1L);
    }

    @Test
    void registrationsAreSlowedDownWhileTheDeadWaitAndNoLonger() {
        log.backlog.threshold = 100;
        List<Entry> entries = append(1_000);
        entries.forEach(Entry::enqueue);
        log.sweep();

        append(24); // the last of these has the number at which the backlog is looked at

        assertThat(log.backlog.isLong()).isTrue();

        reaper.pass(); // takes them off the queue

        assertThat(log.backlog.isLong()).isFalse();
    }

    @Test
    void walksTheLiveNewestFirst() {
        List<Entry> entries = append(130);
        entries.get(99).end();

        List<Long> walked = walk(101);

        assertThat(walked).hasSize(99).startsWith(99L, 98L).endsWith(2L, 1L);
    }

    @Test
    void walksWhatIsNewerThanAnId() {
        append(130);

        List<Long> walked = new ArrayList<>();
        log.newerThan(127).forEachRemaining(node -> walked.add(node.id));

        assertThat(walked).containsExactly(130L, 129L, 128L);
    }

    @Test
    void emptyChunksGoAndSparseOnesAreMerged() {
        List<Entry> entries = append(64 * 100);
        entries.stream().filter(entry -> entry.id % 64 != 7).forEach(Entry::end);

        log.sweep();

        assertThat(log.chunks()).isLessThan(6);
        assertThat(walk(Long.MAX_VALUE)).hasSize(100).startsWith(99L * 64 + 7).endsWith(7L);
    }

    @Test
    void aNodeThatWasMovedLeavesItsNewSlot() {
        List<Entry> entries = append(64 * 10);
        entries.stream().filter(entry -> entry.id % 64 != 7).forEach(Entry::end);
        log.sweep();

        entries.forEach(Entry::end);
        log.sweep();

        assertThat(walk(Long.MAX_VALUE)).isEmpty();
        assertThat(log.chunks()).isLessThanOrEqualTo(2);
        assertThat(log.isEmpty()).isTrue();
    }

    /** Merged again and again, by which each node would lead to others that it stood beside for a while. */
    @Test
    void aNodeThatIsKeptAfterItsEndHoldsNoneButThoseItWasMadeWith() {
        List<Entry> entries = append(64 * 40);
        for (int spacing = 4; spacing <= 64; spacing *= 2) {
            int kept = spacing;
            entries.stream().filter(entry -> entry.id % kept != 3).forEach(Entry::end);
            log.sweep();
        }
        entries.forEach(Entry::end);
        log.sweep();

        assertThat(entries).allSatisfy(entry -> {
            for (TrackedReference held : contents(entry.slots)) {
                assertThat(held.slots).isIn(entry.slots, entries.get(3 - 1).slots);
                assertThat(contents(held.slots)).isEmpty();
            }
        });
    }

    @Test
    void aNodeThatIsKeptAfterItsEndHoldsNoOther() {
        List<Entry> entries = append(64 * 10);
        entries.stream().filter(entry -> entry.id % 2 == 0).forEach(Entry::end);
        entries.stream().filter(entry -> entry.id % 2 == 1).forEach(entry -> entry.done = true);

        log.sweep();

        assertThat(entries).allSatisfy(entry -> {
            for (int slot = 0; slot < entry.slots.size(); slot++) {
                assertThat(entry.slots.isGone(slot)).isTrue();
            }
            assertThat(entry.log()).isSameAs(log);
        });
    }

    private static List<TrackedReference> contents(LogSlots slots) {
        return IntStream.range(0, slots.size())
                .mapToObj(slots::get)
                .filter(Objects::nonNull)
                .toList();
    }

    @Test
    void manySignalsHaveTheLogSweptOnce() {
        append(500).forEach(Entry::enqueue);

        reaper.pass();
        reaper.pass();

        assertThat(dispatcher.handedOver).hasSize(1);
        assertThat(log.queue.poll()).isNull();
    }

    @Test
    void aWalkThatStandsInAMergedChunkSeesEachLiveNodeOnce() {
        List<Entry> entries = append(64 * 10);
        LogIterator walk = log.newestFirst(Long.MAX_VALUE);
        List<Long> walked = new ArrayList<>();
        while (walked.size() < 64 * 5 + 32) {
            walked.add(walk.next().id);
        }
        List<Long> left = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry.id % 16 != 3) {
                entry.end();
            } else if (entry.id <= 64 * 5 - 32) {
                left.add(0, entry.id);
            }
        }
        log.sweep();
        append(70);

        walk.forEachRemaining(node -> walked.add(node.id));

        assertThat(walked.subList(64 * 5 + 32, walked.size()))
                .filteredOn(id -> id % 16 == 3)
                .isEqualTo(left);
        assertThat(walked).doesNotHaveDuplicates();
    }

    @Test
    void aWalkFromTheOldestThatStandsInAMergedChunkSeesEachOnce() {
        List<Entry> entries = append(64 * 10);
        OldestFirstIterator walk = log.oldestFirst(0);
        List<Long> walked = new ArrayList<>();
        while (walked.size() < 64 * 5 + 32) {
            walked.add(walk.next().id);
        }
        List<Long> left = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry.id % 16 != 3) {
                entry.end();
            } else if (entry.id > 64 * 5 + 32) {
                left.add(entry.id);
            }
        }
        log.sweep();
        log.sweep();
        append(70).forEach(entry -> left.add(entry.id));

        walk.forEachRemaining(node -> walked.add(node.id));

        assertThat(walked.subList(64 * 5 + 32, walked.size()))
                .filteredOn(id -> id % 16 == 3 || id > 64 * 10)
                .isEqualTo(left);
        assertThat(walked).doesNotHaveDuplicates().isSorted();
    }

    @Test
    void aWalkFromTheOldestBeginsAfterAnyId() {
        List<Entry> entries = append(64 * 6);
        entries.stream().filter(entry -> entry.id % 16 != 3).forEach(Entry::end);
        log.sweep();
        append(10);
        List<Long> all = new ArrayList<>();
        log.oldestFirst(0).forEachRemaining(node -> all.add(node.id));

        assertThat(all).hasSize(64 * 6 / 16 + 10);
        for (long after = 0; after <= 64 * 6 + 10; after++) {
            long bound = after;
            List<Long> walked = new ArrayList<>();
            log.oldestFirst(after).forEachRemaining(node -> walked.add(node.id));
            assertThat(walked)
                    .as("after %d", after)
                    .isEqualTo(all.stream().filter(id -> id > bound).toList());
        }
    }

    @Test
    void aSlotThatWasClaimedButNotWrittenKeepsItsChunk() {
        append(64 * 3 + 1);
        log.claimWithoutWriting();
        append(64 * 3).forEach(Entry::end);

        log.sweep();

        assertThat(walk(Long.MAX_VALUE)).hasSize(64 * 3 + 1);
        assertThat(append(1)).extracting(entry -> entry.id).containsExactly(64L * 6 + 3);
    }

    @Test
    void aDebuggerShowsHowMuchIsInIt() {
        append(3).get(0).enqueue();
        log.sweep();

        assertThat(log).hasToString("CreationLog[test, 3 appended, 1 found dead]");
        assertThat(new LogChunk(new LogSlots(log, 65, 64), null)).hasToString("LogChunk[0 claimed of 64 from id 65]");
    }

    private List<Long> walk(long before) {
        List<Long> ids = new ArrayList<>();
        log.newestFirst(before).forEachRemaining(node -> ids.add(node.id));
        return ids;
    }

    private List<Entry> append(int count) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Entry entry = new Entry();
            log.append(entry);
            entries.add(entry);
        }
        return entries;
    }

    /** Collects what is handed over, in place of running it. */
    private static final class RecordingDispatcher {
        private final List<TaskBatch> handedOver = new ArrayList<>();
        private boolean full;
        private final SerialDispatcher dispatcher =
                new SerialDispatcher(
                        "test", task -> new Thread(() -> {}), 1, Duration.ofHours(1), task -> 1, task -> {}) {
                    @Override
                    public void submit(TaskBatch tasks) {
                        if (full) {
                            throw new OutOfMemoryError("for the test");
                        }
                        handedOver.add(tasks);
                    }
                };

        List<Long> ids() {
            List<Long> ids = new ArrayList<>();
            for (TaskBatch tasks : handedOver) {
                for (DispatchTask task = tasks.poll(); task != null; task = tasks.poll()) {
                    ids.add(((TrackedReference) task).id);
                }
            }
            return ids;
        }
    }

    private final class Entry extends TrackedReference {
        private boolean done;
        private boolean gathered;

        Entry() {
            super(referent, log.queue);
        }

        void end() {
            done = true;
            log.remove(this);
        }

        @Override
        public void visitHolder(Reapable.HolderVisitor visitor) {}

        @Override
        public boolean isDone() {
            return done;
        }

        @Override
        public boolean isLive() {
            return !done;
        }

        @Override
        public boolean isRunning() {
            return false;
        }

        @Override
        public boolean isUnclaimed() {
            return !done && !gathered;
        }

        @Override
        public boolean claim() {
            boolean first = isUnclaimed();
            gathered = true;
            return first;
        }

        @Override
        public void unclaim() {
            gathered = false;
        }

        @Override
        public void run() {
            ran.add(id);
        }

        @Override
        public long limitNanos() {
            return 1;
        }

        @Override
        public String describe() {
            return "entry " + id;
        }

        @Override
        public boolean timeOut(Thread thread, long nanos) {
            return true;
        }
    }
}

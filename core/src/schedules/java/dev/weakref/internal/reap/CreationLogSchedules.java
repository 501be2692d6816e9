package dev.weakref.internal.reap;

import static dev.weakref.Exploration.explore;
import static dev.weakref.Exploration.together;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.SimulatedCollector;
import dev.weakref.internal.dispatch.DispatchTask;
import dev.weakref.internal.dispatch.SerialDispatcher;
import dev.weakref.internal.support.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A log loses no node and keeps no ended one while a sweep merges its chunks. */
class CreationLogSchedules {

    @Test
    void nodesThatAreAppendedDuringASweepAreInTheLog() {
        explore(() -> {
            Scene scene = new Scene();
            List<Entry> first = new ArrayList<>();
            List<Entry> second = new ArrayList<>();

            together(() -> scene.append(2, first), () -> scene.append(2, second), scene.log::sweep);

            assertThat(first.get(0).id).isLessThan(first.get(1).id);
            assertThat(second.get(0).id).isLessThan(second.get(1).id);
            List<TrackedReference> walked = scene.walk();
            assertThat(walked).doesNotHaveDuplicates().containsAll(first).containsAll(second);
            assertThat(walked).containsAll(scene.kept).hasSize(scene.kept.size() + 4);
            assertThat(scene.log.appended()).isEqualTo(walked.get(0).id);
        });
    }

    @Test
    void aNodeThatEndsWhileItIsMovedLeavesItsNewSlot() {
        explore(() -> {
            Scene scene = new Scene();
            Entry stays = scene.kept.get(0);
            Entry ends = scene.kept.get(2);
            Entry endsToo = scene.kept.get(3); // the last one that is copied

            together(
                    () -> {
                        endsToo.isMoved.await();
                        ends.end();
                        endsToo.end();
                    },
                    scene.log::sweep);

            assertThat(contents(stays.slots)).contains(stays).doesNotContain(ends, endsToo);
            assertThat(scene.walk()).doesNotContain(ends, endsToo);
        });
    }

    @Test
    void aWalkSeesEachNodeOnceThatLivesMeanwhile() {
        explore(() -> {
            Scene scene = new Scene();
            Entry ends = scene.kept.get(2);
            List<TrackedReference> walked = new ArrayList<>();

            together(
                    () -> scene.log.newestFirst(Long.MAX_VALUE).forEachRemaining(walked::add),
                    () -> {
                        scene.log.sweep();
                        scene.log.sweep();
                    },
                    ends::end);

            assertThat(walked).extracting(node -> -node.id).isSorted().doesNotHaveDuplicates();
            List<Entry> living = new ArrayList<>(scene.kept);
            living.remove(ends);
            assertThat(walked).containsAll(living);
        });
    }

    @Test
    void whatIsFoundDeadByTwoSweepsRunsOnceAndNewestFirst() {
        explore(() -> {
            Scene scene = new Scene();
            Entry older = scene.kept.get(0);
            Entry newer = scene.kept.get(1);
            Entry diesMeanwhile = scene.kept.get(3);
            older.enqueue();
            newer.enqueue();

            together(scene.log::sweep, () -> {
                diesMeanwhile.enqueue();
                scene.log.sweep();
            });

            List<Entry> dead = List.of(older, newer, diesMeanwhile);
            for (Entry entry : dead) {
                entry.ran.await();
            }
            scene.log.sweep();
            scene.dispatcher.awaitDrained(Long.MAX_VALUE);
            assertThat(dead).allSatisfy(entry -> assertThat(entry.runs).hasValue(1));
            assertThat(newer.turn).isLessThan(older.turn);
            List<Entry> living = new ArrayList<>(scene.kept);
            living.removeAll(dead);
            assertThat(scene.walk()).containsExactlyInAnyOrderElementsOf(living);
        });
    }

    /** Two chunks of which few nodes are left, so that the next sweep merges them, and the beginning of a third. */
    private static final class Scene {

        final SerialDispatcher dispatcher = new SerialDispatcher(
                "schedule",
                Threads.daemons("worker", null),
                1,
                Duration.ofDays(1),
                task -> Long.MAX_VALUE,
                DispatchTask::run);
        final CreationLog log = new CreationLog(this, dispatcher, SimulatedCollector.idleReaper(), stranger -> true);
        final List<Entry> kept = new ArrayList<>();
        private final Object referent = new Object();
        private final AtomicInteger turns = new AtomicInteger();

        Scene() {
            List<Entry> all = new ArrayList<>();
            append(2 * LogChunk.SIZE + 1, all);
            for (int number = 0; number < all.size(); number++) {
                if (number % 32 == 31) {
                    kept.add(all.get(number));
                } else {
                    all.get(number).end();
                }
            }
        }

        void append(int count, List<? super Entry> appended) {
            for (int number = 0; number < count; number++) {
                Entry entry = new Entry(referent, log, turns);
                log.append(entry);
                appended.add(entry);
            }
        }

        List<TrackedReference> walk() {
            List<TrackedReference> nodes = new ArrayList<>();
            log.newestFirst(Long.MAX_VALUE).forEachRemaining(nodes::add);
            return nodes;
        }
    }

    private static List<TrackedReference> contents(LogSlots slots) {
        List<TrackedReference> contents = new ArrayList<>();
        for (int slot = 0; slot < slots.size(); slot++) {
            contents.add(slots.get(slot));
        }
        return contents;
    }

    private static final class Entry extends TrackedReference {

        private static final int DUE = 0;
        private static final int CLAIMED = 1;
        private static final int DONE = 2;

        final AtomicInteger runs = new AtomicInteger();
        final CountDownLatch ran = new CountDownLatch(1);

        /** A sweep asks for its state first when it looks for the dead, and then when it moves the node. */
        final CountDownLatch isMoved = new CountDownLatch(2);

        volatile int turn;
        private final CreationLog log;
        private final AtomicInteger turns;
        private final AtomicInteger state = new AtomicInteger();

        Entry(Object referent, CreationLog log, AtomicInteger turns) {
            super(referent, log.queue);
            this.log = log;
            this.turns = turns;
        }

        void end() {
            state.set(DONE);
            log.remove(this);
        }

        @Override
        public void run() {
            turn = turns.incrementAndGet();
            runs.incrementAndGet();
            end();
            ran.countDown();
        }

        @Override
        public void visitHolder(Reapable.HolderVisitor visitor) {}

        @Override
        public boolean isDone() {
            isMoved.countDown();
            return state.get() == DONE;
        }

        @Override
        public boolean isLive() {
            return !isDone();
        }

        @Override
        public boolean isRunning() {
            return false;
        }

        @Override
        public boolean isUnclaimed() {
            return state.get() == DUE;
        }

        @Override
        public boolean claim() {
            return state.compareAndSet(DUE, CLAIMED);
        }

        @Override
        public void unclaim() {
            state.compareAndSet(CLAIMED, DUE);
        }

        @Override
        public long limitNanos() {
            return Long.MAX_VALUE;
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

package dev.weakref.internal.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weakref.Key;
import dev.weakref.ShortStack;
import dev.weakref.SimulatedCollector;
import dev.weakref.internal.reap.Reaper;
import dev.weakref.internal.table.TableOptions.Kind;
import dev.weakref.internal.table.WeakTable.When;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each collected entry is told once, even if stack or memory is exhausted in the middle of an operation. */
class CollectedNoticesTests {

    private static final Key KEY = new Key("key");
    private static final Object VALUE = new Object();
    private static final Consumer<WeakTable<Key, Object>> PUT = table -> table.put(KEY, VALUE, When.ALWAYS);
    private static final Consumer<WeakTable<Key, Object>> COMPUTE =
            table -> table.compute(KEY, When.ALWAYS, (key, old) -> VALUE);

    private final Reaper reaper = SimulatedCollector.idleReaper();
    private final BlockingQueue<Key> told = new LinkedBlockingQueue<>();

    @Test
    void nothingIsReplacedIfThereIsNoMemoryToTellOfIt() throws InterruptedException {
        expectKept(PUT);
    }

    @Test
    void nothingIsComputedIfThereIsNoMemoryToTellOfIt() throws InterruptedException {
        expectKept(COMPUTE);
    }

    @Test
    void nothingChangesIfThereIsNoStackToTellOfIt() throws Exception {
        for (Consumer<WeakTable<Key, Object>> operation : List.of(PUT, COMPUTE, WeakTable<Key, Object>::clear)) {
            operation.accept(withDeadEntry());
            WeakTable<Key, Object> table = withDeadEntry();

            assertThat(ShortStack.overflows(() -> operation.accept(table))).isPositive();

            assertThat(table.collected()).isZero();
        }
    }

    private void expectKept(Consumer<WeakTable<Key, Object>> operation) throws InterruptedException {
        Exhausted table = withDeadEntry();
        table.exhausted = true;

        assertThatThrownBy(() -> operation.accept(table)).isInstanceOf(OutOfMemoryError.class);

        table.exhausted = false;
        assertThat(table.collected()).isZero();
        reaper.pass();
        assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo(KEY);
    }

    @Test
    void whatWasClearedIsToldIfMemoryIsExhaustedAfterThat() throws InterruptedException {
        WeakTable<Key, Object> table = new Exhausted(new Telling() {
            @Override
            public void removed(Key key, @Nullable Object value) {
                throw new OutOfMemoryError("for the test");
            }
        });
        Key dead = new Key("dead", 1);
        table.put(dead, VALUE, When.ALWAYS);
        SimulatedCollector.collect(table, dead);
        table.put(new Key("live", 2), VALUE, When.ALWAYS); // in a later chain

        assertThatThrownBy(table::clear).isInstanceOf(OutOfMemoryError.class);

        assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo(dead);
    }

    private Exhausted withDeadEntry() {
        Exhausted table = new Exhausted(new Telling());
        table.put(KEY, VALUE, When.ALWAYS);
        SimulatedCollector.collect(table, KEY);
        return table;
    }

    /** A table with weak values that has no memory to tell of collected entries, if the test says so. */
    private final class Exhausted extends WeakTable<Key, Object> {

        private boolean exhausted;

        Exhausted(RemovalNotifier<Key> notifier) {
            super(new TableOptions<>(Kind.WEAK_VALUES, reaper, null, 0, false, notifier, null));
        }

        @Override
        CollectedNotices<Key> collectedNotices() {
            if (exhausted) {
                throw new OutOfMemoryError("for the test");
            }
            return super.collectedNotices();
        }
    }

    private class Telling implements RemovalNotifier<Key> {

        @Override
        public void replaced(Key key, @Nullable Object value) {}

        @Override
        public void removed(Key key, @Nullable Object value) {}

        @Override
        public void collected(@Nullable Key key, @Nullable Object value) {
            told.add(key);
        }
    }
}

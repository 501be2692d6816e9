package dev.weakref;

import static dev.weakref.Exploration.explore;
import static dev.weakref.Exploration.together;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.internal.reap.Reaper;
import dev.weakref.internal.support.Threads;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The reaper looks after all that is not empty, even if something is added while its thread ends. */
class ReaperSchedules {

    @Test
    void anEntryIsReapedThatIsAddedWhileTheThreadEnds() {
        explore(() -> {
            Reaper reaper = new Reaper(Threads.daemons("reaper", null), Duration.ofNanos(1));
            WeakKeyMap<Key, String> first = map(reaper);
            WeakKeyMap<Key, String> second = map(reaper);
            Key one = new Key("one");
            Key two = new Key("two");
            first.put(one, "value");
            first.remove(one);

            together(() -> first.put(one, "value"), () -> second.put(two, "value"));
            SimulatedCollector.collect(first, one);
            SimulatedCollector.collect(second, two);

            // The reference queue of the JDK reads a clock of its own, so the reaper really waits.
            for (int minutes = 0; minutes < 20_000 && nodes(first) + nodes(second) > 0; minutes++) {
                TimeUnit.MINUTES.sleep(1);
            }
            assertThat(nodes(first) + nodes(second)).isZero();
        });
    }

    private static WeakKeyMap<Key, String> map(Reaper reaper) {
        return WeakKeyMap.<Key, String>builder().reaper(reaper).build();
    }

    private static long nodes(AbstractWeakMap<?, ?> map) {
        return map.table.nodes();
    }
}

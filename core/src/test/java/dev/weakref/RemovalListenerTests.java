package dev.weakref;

import static dev.weakref.SimulatedCollector.collect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weakref.internal.reap.Reaper;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a listener with values is told. */
class RemovalListenerTests {

    private static final Key KEY = new Key("key");
    private static final Object OLD = new Object();
    private static final Object NEW = new Object();

    private final Reaper reaper = SimulatedCollector.idleReaper();
    private final BlockingQueue<Told> told = new LinkedBlockingQueue<>();
    private final WeakKeyMap<Key, Object> weakKeys = WeakKeyMap.<Key, Object>builder()
            .reaper(reaper)
            .onRemoval(this::tell)
            .build();
    private final WeakValueMap<Key, Object> weakValues = WeakValueMap.<Key, Object>builder()
            .reaper(reaper)
            .onRemoval((key, value, cause) -> told.add(new Told(key, value, cause)))
            .build();

    @Test
    void everyRemovalByACallerTellsTheValue() throws Exception {
        for (AbstractWeakMap<Key, Object> map : List.of(weakKeys, weakValues)) {
            List<Runnable> removals = List.of(
                    () -> map.remove(KEY),
                    () -> map.remove(KEY, OLD),
                    map::clear,
                    () -> map.keySet().remove(KEY),
                    () -> map.values().removeIf(value -> value == OLD),
                    map::popEntry,
                    () -> map.computeIfPresent(KEY, (key, value) -> null));
            for (Runnable removal : removals) {
                map.put(KEY, OLD);

                removal.run();

                assertThat(told.poll()).isEqualTo(new Told(KEY, OLD, RemovalCause.EXPLICIT));
            }
        }
        assertThat(told).isEmpty();
    }

    @Test
    void everyReplacementTellsTheValueBefore() throws Exception {
        for (AbstractWeakMap<Key, Object> map : List.of(weakKeys, weakValues)) {
            List<Runnable> replacements = List.of(
                    () -> map.put(KEY, NEW),
                    () -> map.replace(KEY, NEW),
                    () -> map.replace(KEY, OLD, NEW),
                    () -> map.compute(KEY, (key, value) -> NEW),
                    () -> map.merge(KEY, NEW, (before, after) -> after),
                    () -> map.replaceAll((key, value) -> NEW),
                    () -> map.entrySet().iterator().next().setValue(NEW));
            for (Runnable replacement : replacements) {
                map.put(KEY, OLD);

                replacement.run();

                assertThat(told.poll()).isEqualTo(new Told(KEY, OLD, RemovalCause.REPLACED));
                map.remove(KEY);
                assertThat(told.poll()).isEqualTo(new Told(KEY, NEW, RemovalCause.EXPLICIT));
            }
        }
        assertThat(told).isEmpty();
    }

    @Test
    void entryWhoseKeyWasCollectedTellsItsValue() throws Exception {
        weakKeys.put(KEY, NEW);
        weakKeys.put(KEY, OLD);
        assertThat(told.poll()).isEqualTo(new Told(KEY, NEW, RemovalCause.REPLACED));
        collect(weakKeys, KEY);

        reaper.pass();

        assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo(new Told(null, OLD, RemovalCause.COLLECTED));
    }

    @Test
    void collectedEntryThatIsPutAgainTellsItsValue() throws Exception {
        weakKeys.put(KEY, OLD);
        collect(weakKeys, KEY);

        weakKeys.put(new Key("key"), NEW);
        reaper.pass();

        assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo(new Told(null, OLD, RemovalCause.COLLECTED));
        assertThat(told).isEmpty();
    }

    @Test
    void collectedValueIsNeverTold() throws Exception {
        weakValues.put(KEY, OLD);
        collect(weakValues, KEY);

        reaper.pass();

        assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo(new Told(KEY, null, RemovalCause.COLLECTED));
    }

    @Test
    void setTellsNoValue() throws Exception {
        WeakSet<Key> set =
                WeakSet.<Key>builder().reaper(reaper).onRemoval(listener()).build();
        set.add(KEY);

        set.remove(KEY);

        assertThat(told.poll()).isEqualTo(new Told(KEY, null, RemovalCause.EXPLICIT));
    }

    @Test
    void failureOfTheListenerReachesNoCaller() throws Exception {
        WeakKeyMap<Key, Object> map = WeakKeyMap.<Key, Object>builder()
                .onRemoval((key, value, cause) -> {
                    throw new IllegalStateException("for the test");
                })
                .build();
        map.put(KEY, OLD);
        List<String> lines = new CopyOnWriteArrayList<>();
        WeakRefs.logTo((LineLogger) (level, message, failure) -> lines.add(message));
        try {
            assertThat(map.remove(KEY)).isSameAs(OLD);
        } finally {
            WeakRefs.logTo(null);
        }

        assertThat(lines).anyMatch(line -> line.contains("The removal listener") && line.contains("EXPLICIT"));
    }

    @Test
    void missingListenerIsRefused() {
        RemovalListener.WithValue<Object, Object> none = null;

        assertThatThrownBy(() -> WeakKeyMap.builder().onRemoval(none)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> WeakValueMap.builder().onRemoval(none)).isInstanceOf(NullPointerException.class);
    }

    @Test
    @Tag("collects")
    void valueOfACollectedKeyIsReleasedOnceItWasTold() throws Exception {
        BlockingQueue<RemovalCause> causes = new LinkedBlockingQueue<>();
        WeakKeyMap<Object, Object> map = WeakKeyMap.builder()
                .onRemoval((key, value, cause) -> causes.add(value == null ? RemovalCause.EXPLICIT : cause))
                .build();
        WeakReference<Object> value = putUnheld(map);

        Gc.awaitCleared(value);

        assertThat(causes).containsExactly(RemovalCause.COLLECTED);
    }

    private static WeakReference<Object> putUnheld(WeakKeyMap<Object, Object> map) {
        Object value = new Object();
        map.put(new Object(), value);
        return new WeakReference<>(value);
    }

    private RemovalListener.WithValue<Key, Object> listener() {
        return this::tell;
    }

    private void tell(@Nullable Key key, @Nullable Object value, RemovalCause cause) {
        told.add(new Told(key, value, cause));
    }

    private record Told(@Nullable Key key, @Nullable Object value, RemovalCause cause) {}
}

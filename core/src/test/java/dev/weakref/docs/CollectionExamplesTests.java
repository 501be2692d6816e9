package dev.weakref.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.Gc;
import dev.weakref.WeakKeyMap;
import dev.weakref.WeakRef;
import dev.weakref.WeakValueMap;
import java.lang.ref.Reference;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Collections, as docs/from-python.md shows them: it has each part between {@code example} and {@code end}. */
@Timeout(60)
class CollectionExamplesTests {

    // example: objects by id
    private final WeakKeyMap<Object, Long> ids = WeakKeyMap.identity();
    private final WeakValueMap<Long, Object> objects = WeakValueMap.create();
    private final AtomicLong lastId = new AtomicLong();

    long remember(Object object) {
        long id = ids.computeIfAbsent(object, same -> lastId.incrementAndGet());
        objects.put(id, object);
        return id;
    }

    @Nullable Object objectOf(long id) {
        return objects.get(id);
    }
    // end

    @Test
    @Tag("collects")
    void objectsAreFoundByTheirIdWhileTheyLive() {
        Object staying = new String("equal");
        Object equal = new String("equal");
        long idOfStaying = remember(staying);
        long idOfEqual = remember(equal);
        long idOfGoing = remember(new Object());

        Gc.awaitTrue(() -> objectOf(idOfGoing) == null, "the dropped object is still reachable");

        assertThat(objectOf(idOfStaying)).isSameAs(staying);
        assertThat(objectOf(idOfEqual)).isSameAs(equal);
        assertThat(remember(staying)).isEqualTo(idOfStaying);
        assertThat(remember(new Object())).isGreaterThan(idOfGoing);
    }

    @Test
    @Tag("collects")
    void anEqualKeyLeavesTheFirstOneAndTheEntryDiesWithThat() {
        // example: the first key stays
        String k1 = new String("key");
        String k2 = new String("key");
        WeakKeyMap<String, Integer> d = WeakKeyMap.create();
        d.put(k1, 1); // d is {k1=1}
        d.put(k2, 2); // d is {k1=2}

        k1 = null;
        Gc.awaitTrue(d::isEmpty, "the first key is still reachable");
        // end
        Reference.reachabilityFence(k2);
    }

    @Test
    @Tag("collects")
    void aKeyThatIsRemovedFirstIsReplaced() {
        // example: removed first
        String k1 = new String("key");
        String k2 = new String("key");
        WeakKeyMap<String, Integer> d = WeakKeyMap.create();
        d.put(k1, 1); // d is {k1=1}
        d.remove(k1);
        d.put(k2, 2); // d is {k2=2}

        WeakRef<String> first = WeakRef.of(k1);
        k1 = null;
        Gc.awaitCleared(first);
        assertThat(d).containsExactly(Map.entry("key", 2));
        // end
        Reference.reachabilityFence(k2);
    }

    @Test
    @Tag("collects")
    void aMapMayReplaceItsKeys() {
        // example: replace keys
        String k1 = new String("key");
        String k2 = new String("key");
        WeakKeyMap<String, Integer> d =
                WeakKeyMap.<String, Integer>builder().replaceKeys(true).build();
        d.put(k1, 1); // d is {k1=1}
        d.put(k2, 2); // d is {k2=2}

        WeakRef<String> first = WeakRef.of(k1);
        k1 = null;
        Gc.awaitCleared(first);
        assertThat(d).containsExactly(Map.entry("key", 2));
        // end
        Reference.reachabilityFence(k2);
    }

    @Test
    @Tag("collects")
    void referencesAsValuesLetBothSidesGo() {
        Object key = new Object();
        Object value = new Object();
        WeakKeyMap<Object, WeakRef<Object>> map = WeakKeyMap.identity();
        map.put(key, WeakRef.of(value));
        map.put(new Object(), WeakRef.of(value));
        map.put(value, WeakRef.of(new Object()));

        Gc.awaitTrue(() -> map.size() == 2, "the entry of a dropped key remains");
        Gc.awaitCleared(map.get(value));

        assertThat(map.get(key).get()).isSameAs(value);
    }
}

package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.Reference;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class WeakInternerTests {

    private final WeakInterner<Key> interner = WeakInterner.create();

    @Test
    void hasANameAndStatistics() {
        WeakInterner<Key> named = WeakInterner.create("keys");
        Key first = new Key("key");
        named.intern(first);
        named.intern(new Key("key"));

        assertThat(named.stats()).isEqualTo(new CollectionStats("keys", 1, 1, 0, 0));
        assertThat(interner.stats()).isEqualTo(new CollectionStats(null, 0, 0, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> WeakInterner.create(" "));
        Reference.reachabilityFence(first);
    }

    @Test
    void firstOfEqualSamplesIsTheOneForAll() {
        Key first = new Key("key");

        assertThat(interner.intern(first)).isSameAs(first);
        assertThat(interner.intern(new Key("key"))).isSameAs(first);
        assertThat(interner.intern(new Key("other"))).isNotSameAs(first);
    }

    @Test
    void nextSampleTakesThePlaceOfOneThatDied() {
        Key first = new Key("key");
        interner.intern(first);
        SimulatedCollector.collect(interner.table, first);
        Key next = new Key("key");

        assertThat(interner.intern(next)).isSameAs(next);
        assertThat(interner.intern(first)).isSameAs(next);
    }

    @Test
    void refusesNullAndASampleWithoutAHash() {
        Key bad = new Key("bad").onHash(() -> {
            throw new IllegalArgumentException("no hash");
        });

        assertThatNullPointerException().isThrownBy(() -> interner.intern(null));
        assertThatThrownBy(() -> interner.intern(bad)).hasMessage("no hash");
    }

    @Test
    void allThreadsGetTheSameInstance() throws Exception {
        List<BackgroundCall<Set<Key>>> sides = IntStream.range(0, 4)
                .mapToObj(thread -> BackgroundCall.call(() -> {
                    Set<Key> got = Collections.newSetFromMap(new IdentityHashMap<>());
                    for (int i = 0; i < 5_000; i++) {
                        got.add(interner.intern(new Key("key " + i % 1_000)));
                    }
                    return got;
                }))
                .toList();

        Set<Key> all = Collections.newSetFromMap(new IdentityHashMap<>());
        for (BackgroundCall<Set<Key>> side : sides) {
            all.addAll(side.result());
        }

        assertThat(all).hasSize(1_000);
    }

    @Test
    @Tag("collects")
    void whatNobodyElseHoldsGoes() {
        Key held = interner.intern(new Key("held"));
        IntStream.range(0, 1_000).forEach(i -> interner.intern(new Key("dropped " + i)));

        Gc.awaitTrue(() -> interner.table.nodes() == 1, "dropped instances are left");

        assertThat(interner.intern(new Key("held"))).isSameAs(held);
    }

    @Test
    void itsEntriesAreCountedAmongWhatRefersToAnObject() {
        Key sample = interner.intern(new Key("key"));

        assertThat(WeakRefs.of(sample)).containsExactly(new WeakRefs.Hold(WeakRefs.Kind.ENTRY, null, interner));
    }
}

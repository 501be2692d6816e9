package dev.weakref.faults.depth;

import java.util.Map;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/** Additions to a small map, each step to one of its own, which has to grow for them. */
final class GrowthTrial extends Trial {

    private static final int BEFORE = 8;
    private static final int AFTER = 40;

    private final Supplier<ConcurrentMap<Key, Object>> factory;
    private final Key[] keys = new Key[AFTER];
    private final Object[] values = new Object[AFTER];
    private ConcurrentMap<?, ?>[] maps = {};

    GrowthTrial(String name, Supplier<ConcurrentMap<Key, Object>> factory) {
        super(name);
        this.factory = factory;
        for (int i = 0; i < AFTER; i++) {
            keys[i] = new Key(i);
            values[i] = new Object();
        }
    }

    @Override
    void prepare() {
        maps = new ConcurrentMap<?, ?>[STEPS];
        for (int step = 0; step < STEPS; step++) {
            ConcurrentMap<Key, Object> map = factory.get();
            for (int i = 0; i < BEFORE; i++) {
                map.put(keys[i], values[i]);
            }
            maps[step] = map;
        }
    }

    @Override
    void at(int step) {
        ConcurrentMap<Key, Object> map = map(step);
        for (int i = BEFORE; i < AFTER; i++) {
            map.put(keys[i], values[i]);
        }
    }

    @Override
    void check(int step, boolean returned) {
        ConcurrentMap<Key, Object> map = map(step);
        for (int i = 0; i < AFTER; i++) {
            expect(map.get(keys[i]) == values[i] || (!returned && i >= BEFORE), "an entry was lost as it grew");
            map.put(keys[i], values[i]);
        }
        expect(map.size() == AFTER, "it does not have all entries after it grew");
        int seen = 0;
        for (Map.Entry<Key, Object> each : map.entrySet()) {
            expect(map.get(each.getKey()) == each.getValue(), "an iterator shows what cannot be read");
            seen++;
        }
        expect(seen == AFTER, "an iterator does not show all entries after it grew");
    }

    @SuppressWarnings("unchecked")
    private ConcurrentMap<Key, Object> map(int step) {
        return (ConcurrentMap<Key, Object>) maps[step];
    }

    @Override
    void end() {
        maps = new ConcurrentMap<?, ?>[0];
    }
}

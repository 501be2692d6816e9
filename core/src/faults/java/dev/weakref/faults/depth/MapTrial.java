package dev.weakref.faults.depth;

import dev.weakref.WeakKeyMap;
import dev.weakref.WeakValueMap;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/** An operation of a map. Each step has a key of its own. */
final class MapTrial extends Trial {

    /** Which keys are in the map before the steps begin. */
    enum Filled {
        NONE(0),
        UNLINKED_BEFORE_SAMPLING(16),
        ALL(STEPS);

        private final int keys;

        Filled(int keys) {
            this.keys = keys;
        }
    }

    final ConcurrentMap<Key, Object> map;
    Key[] keys = {};
    Object[] values = {};
    Object[] others = {};
    final Object[] results = new Object[STEPS];

    private final Filled filled;
    private final boolean always;
    private final Body<MapTrial> body;
    private int batches;

    MapTrial(String name, ConcurrentMap<Key, Object> map, Filled filled, boolean always, Body<MapTrial> body) {
        super(name);
        this.map = map;
        this.filled = filled;
        this.always = always;
        this.body = body;
    }

    @Override
    boolean overflowsAlways() {
        return always;
    }

    @Override
    void prepare() {
        map.clear();
        keys = new Key[STEPS];
        values = new Object[STEPS];
        others = new Object[STEPS];
        for (int i = 0; i < STEPS; i++) {
            keys[i] = new Key(batches * STEPS + i);
            values[i] = new Object();
            others[i] = new Object();
            if (i < filled.keys) {
                map.put(keys[i], values[i]);
            }
        }
        batches++;
    }

    @Override
    void at(int step) throws Throwable {
        body.run(this, step);
    }

    @Override
    void check(int step, boolean returned) {
        Key key = keys[step];
        Object before = map.get(key);
        expect(before == null || before == values[step] || before == others[step], "a value that was never put");
        map.put(key, values[step]);
        expect(map.get(key) == values[step], "what was put cannot be read");
        map.compute(key, (same, old) -> others[step]);
        expect(map.get(key) == others[step], "what was computed cannot be read");
        expect(map.computeIfAbsent(key, same -> values[step]) == others[step], "an entry has gone");
        map.merge(key, values[step], (old, given) -> given);
        expect(map.remove(key) == values[step], "what was merged cannot be removed");
        expect(!map.containsKey(key), "what was removed is still there");
        if (before != null) {
            map.put(key, before);
        }
    }

    @Override
    void end() {
        int seen = 0;
        for (Map.Entry<Key, Object> each : map.entrySet()) {
            expect(map.get(each.getKey()) == each.getValue(), "an iterator shows what cannot be read");
            seen++;
        }
        expect(map.size() == seen, "size and iterator differ");
        keys = new Key[0];
        values = new Object[0];
        others = new Object[0];
        Arrays.fill(results, null);
        if (map instanceof WeakValueMap<Key, Object> weak) {
            Bystanders.empties(name, weak::estimatedSize);
        } else if (map instanceof WeakKeyMap<Key, Object> weak) {
            Bystanders.empties(name, weak::estimatedSize);
        }
    }

    /** All operations that maps have in common. */
    static List<Operation> operations(String kind, Supplier<ConcurrentMap<Key, Object>> maps) {
        MapCatalogue list = new MapCatalogue(kind, maps);
        list.addAll();
        return list.operations();
    }

    /** Walks, so that each element is looked at. */
    static int walk(Iterable<?> elements) {
        int seen = 0;
        for (Iterator<?> each = elements.iterator(); each.hasNext(); each.next()) {
            seen++;
        }
        return seen;
    }
}

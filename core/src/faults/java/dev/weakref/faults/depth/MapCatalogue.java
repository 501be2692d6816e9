package dev.weakref.faults.depth;

import dev.weakref.WeakKeyMap;
import dev.weakref.WeakValueMap;
import dev.weakref.faults.depth.MapTrial.Filled;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/** The operations of maps of one kind. */
final class MapCatalogue {

    private static final String EQUALS = "equals";
    private final List<Operation> operations = new ArrayList<>();
    private final String kind;
    private final Supplier<ConcurrentMap<Key, Object>> maps;

    MapCatalogue(String kind, Supplier<ConcurrentMap<Key, Object>> maps) {
        this.kind = kind;
        this.maps = maps;
    }

    List<Operation> operations() {
        return operations;
    }

    void addAll() {
        addReads();
        addWrites();
        addFunctions();
        addViews();
        add("put that grows", name -> new GrowthTrial(name, maps));
    }

    private void addReads() {
        add("get", Filled.ALL, (t, i) -> t.results[i] = t.map.get(t.keys[i]));
        add("getOrDefault", Filled.NONE, (t, i) -> t.results[i] = t.map.getOrDefault(t.keys[i], t.values[i]));
        add("containsKey", Filled.ALL, (t, i) -> t.map.containsKey(t.keys[i]));
        add("containsValue", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.map.containsValue(t.values[i]));
        add("size", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.map.size());
        add("isEmpty", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.map.isEmpty());
        add(EQUALS, Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.map.equals(Map.of()));
        add("hashCode", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.map.hashCode());
        add("toString", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.results[i] = t.map.toString());
        add("forEach", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.map.forEach((key, value) -> t.results[i] = value));
    }

    private void addWrites() {
        add("put", Filled.NONE, (t, i) -> t.map.put(t.keys[i], t.values[i]));
        add("put over another", Filled.ALL, (t, i) -> t.map.put(t.keys[i], t.others[i]));
        add("putIfAbsent", Filled.NONE, (t, i) -> t.map.putIfAbsent(t.keys[i], t.values[i]));
        add("putIfAbsent over another", Filled.ALL, (t, i) -> t.map.putIfAbsent(t.keys[i], t.others[i]));
        add("replace", Filled.ALL, (t, i) -> t.map.replace(t.keys[i], t.others[i]));
        add("replace one value", Filled.ALL, (t, i) -> t.map.replace(t.keys[i], t.values[i], t.others[i]));
        add("remove", Filled.ALL, (t, i) -> t.map.remove(t.keys[i]));
        add("remove one value", Filled.ALL, (t, i) -> t.map.remove(t.keys[i], t.values[i]));
        add("clear", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.map.clear());
        add("putAll", Filled.NONE, (t, i) -> t.map.putAll(Map.of(t.keys[i], t.values[i])));
    }

    private void addFunctions() {
        add("computeIfAbsent", Filled.NONE, (t, i) -> t.map.computeIfAbsent(t.keys[i], same -> t.values[i]));
        add("computeIfPresent", Filled.ALL, (t, i) -> t.map.computeIfPresent(t.keys[i], (same, old) -> t.others[i]));
        add("compute", Filled.NONE, (t, i) -> t.map.compute(t.keys[i], (same, old) -> t.values[i]));
        add("compute over another", Filled.ALL, (t, i) -> t.map.compute(t.keys[i], (same, old) -> t.others[i]));
        add("compute to nothing", Filled.ALL, (t, i) -> t.map.compute(t.keys[i], (same, old) -> null));
        add("merge", Filled.NONE, (t, i) -> t.map.merge(t.keys[i], t.values[i], (old, given) -> given));
        add("merge with another", Filled.ALL, (t, i) -> t.map.merge(t.keys[i], t.others[i], (old, given) -> given));
        add("replaceAll", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.map.replaceAll((key, old) -> old));
        addOverflowing("computeIfAbsent", Filled.NONE, (t, i) -> t.map.computeIfAbsent(t.keys[i], same -> endless(0)));
        addOverflowing(
                "computeIfPresent", Filled.ALL, (t, i) -> t.map.computeIfPresent(t.keys[i], (same, old) -> endless(0)));
        addOverflowing("compute", Filled.NONE, (t, i) -> t.map.compute(t.keys[i], (same, old) -> endless(0)));
        addOverflowing(
                "compute over another", Filled.ALL, (t, i) -> t.map.compute(t.keys[i], (same, old) -> endless(0)));
        addOverflowing("merge", Filled.ALL, (t, i) -> t.map.merge(t.keys[i], t.others[i], (old, given) -> endless(0)));
    }

    private void addViews() {
        add(
                "keySet().iterator",
                Filled.UNLINKED_BEFORE_SAMPLING,
                (t, i) -> t.results[i] = MapTrial.walk(t.map.keySet()));
        add("keySet().remove", Filled.ALL, (t, i) -> t.map.keySet().remove(t.keys[i]));
        add("keySet().removeAll", Filled.ALL, (t, i) -> t.map.keySet().removeAll(Set.of(t.keys[i])));
        add(
                "values().iterator",
                Filled.UNLINKED_BEFORE_SAMPLING,
                (t, i) -> t.results[i] = MapTrial.walk(t.map.values()));
        add(
                "values().contains",
                Filled.UNLINKED_BEFORE_SAMPLING,
                (t, i) -> t.map.values().contains(t.values[i]));
        add(
                "values().removeIf",
                Filled.UNLINKED_BEFORE_SAMPLING,
                (t, i) -> t.map.values().removeIf(value -> value == t.values[i]));
        add(
                "entrySet().iterator",
                Filled.UNLINKED_BEFORE_SAMPLING,
                (t, i) -> t.results[i] = MapTrial.walk(t.map.entrySet()));
        add("entrySet().contains", Filled.ALL, (t, i) -> t.map.entrySet().contains(Map.entry(t.keys[i], t.values[i])));
        add("entrySet().remove", Filled.ALL, (t, i) -> t.map.entrySet().remove(Map.entry(t.keys[i], t.values[i])));
        add(
                "entrySet().stream",
                Filled.UNLINKED_BEFORE_SAMPLING,
                (t, i) -> t.results[i] = t.map.entrySet().stream().count());
        add("Iterator.remove", Filled.ALL, (t, i) -> {
            Iterator<Key> each = t.map.keySet().iterator();
            each.next();
            each.remove();
        });
        add("Entry.setValue", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> {
            Map.Entry<Key, Object> entry = t.map.entrySet().iterator().next();
            entry.setValue(entry.getValue());
        });
    }

    /** What only weak maps with weak values have. */
    static List<Operation> ofWeakValues(String kind) {
        MapCatalogue list = new MapCatalogue(kind, WeakValueMap::create);
        list.add("create", Filled.NONE, (t, i) -> t.results[i] = WeakValueMap.create());
        list.add("copyOf", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.results[i] = WeakValueMap.copyOf(t.map));
        list.add(
                "copy",
                Filled.UNLINKED_BEFORE_SAMPLING,
                (t, i) -> t.results[i] = values(t).copy());
        list.add(
                "union",
                Filled.UNLINKED_BEFORE_SAMPLING,
                (t, i) -> t.results[i] = values(t).union(new HashMap<>(t.map)));
        list.add("popEntry", Filled.ALL, (t, i) -> t.results[i] = values(t).popEntry());
        list.add(
                "valueRefs",
                Filled.UNLINKED_BEFORE_SAMPLING,
                (t, i) -> t.results[i] = values(t).valueRefs());
        list.add(
                "stats",
                Filled.UNLINKED_BEFORE_SAMPLING,
                (t, i) -> t.results[i] = values(t).stats());
        list.add(
                "estimatedSize",
                Filled.UNLINKED_BEFORE_SAMPLING,
                (t, i) -> t.results[i] = values(t).estimatedSize());
        list.add(
                "builder",
                Filled.NONE,
                (t, i) -> t.results[i] = WeakValueMap.<Key, Object>builder()
                        .name("built")
                        .expectedSize(8)
                        .onRemoval((key, cause) -> {})
                        .build());
        return list.operations;
    }

    /** What only weak maps with weak keys have. */
    static List<Operation> ofWeakKeys(String kind) {
        MapCatalogue list = new MapCatalogue(kind, WeakKeyMap::create);
        list.add("create", Filled.NONE, (t, i) -> t.results[i] = WeakKeyMap.create());
        list.add("identity", Filled.NONE, (t, i) -> t.results[i] = WeakKeyMap.identity());
        list.add("copyOf", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.results[i] = WeakKeyMap.copyOf(t.map));
        list.add("copy", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.results[i] = keys(t).copy());
        list.add(
                "union", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.results[i] = keys(t).union(new HashMap<>(t.map)));
        list.add("popEntry", Filled.ALL, (t, i) -> t.results[i] = keys(t).popEntry());
        list.add("keyRefs", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.results[i] = keys(t).keyRefs());
        list.add("stats", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.results[i] = keys(t).stats());
        list.add("estimatedSize", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.results[i] = keys(t).estimatedSize());
        return list.operations;
    }

    private static WeakValueMap<Key, Object> values(MapTrial trial) {
        return (WeakValueMap<Key, Object>) trial.map;
    }

    private static WeakKeyMap<Key, Object> keys(MapTrial trial) {
        return (WeakKeyMap<Key, Object>) trial.map;
    }

    private static Object endless(int depth) {
        return depth < 0 ? null : endless(depth + 1);
    }

    private void add(String operation, Filled filled, Trial.Body<MapTrial> body) {
        add(operation, name -> new MapTrial(name, maps.get(), filled, false, body));
    }

    private void addOverflowing(String operation, Filled filled, Trial.Body<MapTrial> body) {
        add(operation + " with a function that overflows", name -> new MapTrial(name, maps.get(), filled, true, body));
    }

    private void add(String operation, java.util.function.Function<String, Trial> trials) {
        operations.add(new Operation(kind + " " + operation, trials));
    }
}

package dev.weakref.faults.depth;

import dev.weakref.WeakInterner;
import dev.weakref.WeakSet;
import dev.weakref.faults.depth.MapTrial.Filled;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/** An operation of a set. Each step has an element of its own. */
final class SetTrial extends Trial {

    private final WeakSet<Key> set;
    private final WeakInterner<Key> interner = WeakInterner.create();
    private final Filled filled;
    private final Body<SetTrial> body;
    private final List<Key> others = new ArrayList<>();
    private Key[] keys = {};
    private Object result;
    private int batches;

    SetTrial(String name, WeakSet<Key> set, Filled filled, Body<SetTrial> body) {
        super(name);
        this.set = set;
        this.filled = filled;
        this.body = body;
    }

    @Override
    void prepare() {
        set.clear();
        others.clear();
        keys = new Key[STEPS];
        for (int i = 0; i < STEPS; i++) {
            keys[i] = new Key(batches * STEPS + i);
            if (filled != Filled.NONE && (filled == Filled.ALL || i < 16)) {
                set.add(keys[i]);
            }
            if (i % 16 == 0) {
                others.add(keys[i]);
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
        boolean before = set.contains(key);
        set.add(key);
        expect(set.contains(key), "what was added is not there");
        expect(!set.add(key), "an element can be added twice");
        expect(set.remove(key), "what was added cannot be removed");
        expect(!set.contains(key), "what was removed is still there");
        if (before) {
            set.add(key);
        }
        expect(interner.intern(key) == key, "another instance than the only one");
    }

    @Override
    void end() {
        int seen = 0;
        for (Key each : set) {
            expect(set.contains(each), "an iterator shows what is not there");
            seen++;
        }
        expect(set.size() == seen, "size and iterator differ");
        keys = new Key[0];
        others.clear();
        result = null;
        Bystanders.empties(name, set::estimatedSize);
    }

    /** The operations of sets of one kind. */
    static List<Operation> operations(String kind, Supplier<WeakSet<Key>> sets) {
        List<Operation> list = new ArrayList<>();
        Adder adder = (operation, filled, body) ->
                list.add(new Operation(kind + " " + operation, name -> new SetTrial(name, sets.get(), filled, body)));
        addElements(adder);
        addWhole(adder);
        addAlgebra(adder);
        return list;
    }

    static List<Operation> ofInterner() {
        return List.of(
                new Operation(
                        "WeakInterner intern",
                        name -> new SetTrial(
                                name,
                                WeakSet.create(),
                                Filled.NONE,
                                (t, i) -> t.result = t.interner.intern(t.keys[i]))),
                new Operation(
                        "WeakInterner create",
                        name -> new SetTrial(
                                name, WeakSet.create(), Filled.NONE, (t, i) -> t.result = WeakInterner.create())));
    }

    @FunctionalInterface
    private interface Adder {
        void add(String operation, Filled filled, Body<SetTrial> body);
    }

    private static void addElements(Adder list) {
        list.add("add", Filled.NONE, (t, i) -> t.set.add(t.keys[i]));
        list.add("add again", Filled.ALL, (t, i) -> t.set.add(t.keys[i]));
        list.add("contains", Filled.ALL, (t, i) -> t.set.contains(t.keys[i]));
        list.add("remove", Filled.ALL, (t, i) -> t.set.remove(t.keys[i]));
        list.add("popElement", Filled.ALL, (t, i) -> t.result = t.set.popElement());
        list.add("iterator", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.result = MapTrial.walk(t.set));
        list.add(
                "stream",
                Filled.UNLINKED_BEFORE_SAMPLING,
                (t, i) -> t.result = t.set.stream().count());
        list.add("forEach", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.set.forEach(each -> t.result = each));
        list.add("removeIf", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.set.removeIf(each -> each == t.keys[i]));
    }

    private static void addWhole(Adder list) {
        list.add("create", Filled.NONE, (t, i) -> t.result = WeakSet.create());
        list.add("identity", Filled.NONE, (t, i) -> t.result = WeakSet.identity());
        list.add(
                "builder",
                Filled.NONE,
                (t, i) -> t.result = WeakSet.<Key>builder().expectedSize(4).build());
        list.add("copyOf", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.result = WeakSet.copyOf(t.others));
        list.add("copy", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.result = t.set.copy());
        list.add("size", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.set.size());
        list.add("isEmpty", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.set.isEmpty());
        list.add("clear", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.set.clear());
        list.add("estimatedSize", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.set.estimatedSize());
        list.add("stats", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.result = t.set.stats());
        list.add("refs", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.result = t.set.refs());
        list.add("toArray", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.result = t.set.toArray());
        list.add("toString", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.result = t.set.toString());
        list.add("equals", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.set.equals(java.util.Set.of()));
        list.add("hashCode", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.set.hashCode());
    }

    private static void addAlgebra(Adder list) {
        list.add("addAll", Filled.NONE, (t, i) -> t.set.addAll(some(t)));
        list.add("removeAll", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.set.removeAll(some(t)));
        list.add("retainAll", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.set.retainAll(some(t)));
        list.add("containsAll", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.set.containsAll(some(t)));
        list.add("union", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.result = t.set.union(some(t)));
        list.add("intersection", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.result = t.set.intersection(some(t)));
        list.add("difference", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.result = t.set.difference(some(t)));
        list.add(
                "symmetricDifference",
                Filled.UNLINKED_BEFORE_SAMPLING,
                (t, i) -> t.result = t.set.symmetricDifference(some(t)));
        list.add("isSubsetOf", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.set.isSubsetOf(some(t)));
        list.add("isSupersetOf", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.set.isSupersetOf(some(t)));
        list.add("isDisjointFrom", Filled.UNLINKED_BEFORE_SAMPLING, (t, i) -> t.set.isDisjointFrom(some(t)));
    }

    private static Collection<Key> some(SetTrial trial) {
        return trial.others;
    }
}

package dev.weakref;

import dev.weakref.internal.reap.Reaper;
import dev.weakref.internal.table.TableChains;
import dev.weakref.internal.table.TableNode;
import dev.weakref.internal.table.TableOptions;
import dev.weakref.internal.table.WeakTable;
import java.lang.ref.Reference;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each operation of a weak collection takes effect in one step, also while entries die and are reaped. Lincheck makes
 * up scenarios of a few operations, runs each under many schedules, and looks for an order that explains the results.
 *
 * <p>The collection of an object is its node, enqueued by hand; to the specification it is the removal of the entry.
 * What an operation holds cannot be collected, so no object dies here while an operation has it.
 */
class Linearizability {

    /** How many times as many scenarios as in CI. */
    private static final int FACTOR = Integer.getInteger("schedules.factor", 1);

    /** Lincheck waits for each thread that is started, so the one that never runs is started before Lincheck looks. */
    private static final Reaper IDLE = SimulatedCollector.idleReaper();

    private static final WeakInterner<Object> KEEPS_THE_SHARED_REAPER = WeakInterner.create();

    @BeforeAll
    static void startTheReapers() {
        IDLE.watch(new WeakTable<>(TableOptions.Kind.WEAK_VALUES, IDLE));
        KEEPS_THE_SHARED_REAPER.intern(KEEPS_THE_SHARED_REAPER);
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                WeakValues.class,
                GrowingWeakValues.class,
                WeakKeys.class,
                WeakIdentityKeys.class,
                Elements.class,
                Interned.class
            })
    void eachOperationTakesEffectInOneStepUnderControlledSchedules(Class<?> operations) {
        check(operations, new ModelCheckingOptions().iterations(5 * FACTOR).invocationsPerIteration(30));
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                WeakValues.class,
                GrowingWeakValues.class,
                WeakKeys.class,
                WeakIdentityKeys.class,
                Elements.class,
                Interned.class
            })
    void eachOperationTakesEffectInOneStepUnderLoad(Class<?> operations) {
        check(operations, new StressOptions().iterations(10 * FACTOR).invocationsPerIteration(100));
    }

    private static void check(Class<?> operations, Options<?, ?> options) {
        options.threads(2)
                .actorsBefore(2)
                .actorsPerThread(3)
                .actorsAfter(2)
                .sequentialSpecification(Specification.class)
                .check(operations);
    }

    /**
     * A key or a value. All have one hash, so that their entries are in one chain. Lincheck cannot see into a record.
     */
    private static final class Thing {
        private final int number;

        Thing(int number) {
            this.number = number;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Thing thing && thing.number == number;
        }

        @Override
        public int hashCode() {
            return 1;
        }
    }

    /** A collection whose dead entries only the operation {@link #reap()} removes. */
    abstract static class WithTable {

        abstract WeakTable<Thing, ?> table();

        final void reapByHand() {
            table().watched = true;
        }

        @Operation(nonParallelGroup = "reaper")
        public void reap() {
            Reference<?> first = table().queue.poll();
            if (first != null) {
                table().reap(first, false);
            }
        }

        /** Collects the weak side of the entry of a key, if it refers to that object. */
        final void collect(Object key, Object referent) {
            TableNode node;
            do {
                node = node(key);
            } while (node instanceof TableNode.Reserved); // the mapping function holds what is there
            if (node != null && node.refersTo(referent)) {
                node.enqueue();
            }
        }

        /** The node of the live entry of a key. */
        final TableNode node(Object key) {
            TableNode[] chains = table().chains();
            for (int bin = 0; bin < chains.length; bin++) {
                for (TableNode node = TableChains.headOf(chains, bin); node != null; node = node.next()) {
                    Thing live = table().liveKey(node);
                    if (live != null && isSame(live, key)) {
                        return node;
                    }
                }
            }
            return null;
        }

        private boolean isSame(Thing live, Object key) {
            return table().kind == TableOptions.Kind.WEAK_IDENTITY_KEYS ? live == key : live.equals(key);
        }
    }

    /**
     * What all maps can do. A key has an instance of its own for each value that it may get; equal ones but for
     * identity maps.
     */
    @Param(name = "key", gen = IntGen.class, conf = "1:2")
    @Param(name = "value", gen = IntGen.class, conf = "1:2")
    abstract static class Entries extends WithTable {

        abstract ConcurrentMap<Thing, Thing> map();

        abstract Thing key(int key, int value);

        abstract Thing value(int key, int value);

        /** From now on the key of an entry does not die. Values that are replaced need no such care: it is noticed. */
        void hold(int key) {}

        void release(int key) {}

        @Operation(params = {"key", "value"})
        public int put(int key, int value) {
            hold(key);
            try {
                return number(map().put(key(key, value), value(key, value)));
            } finally {
                release(key);
            }
        }

        @Operation(params = {"key", "value"})
        public int putIfAbsent(int key, int value) {
            return number(map().putIfAbsent(key(key, value), value(key, value)));
        }

        @Operation(params = {"key", "value"})
        public int computeIfAbsent(int key, int value) {
            return number(map().computeIfAbsent(key(key, value), same -> value(key, value)));
        }

        @Operation(params = {"key", "value"})
        public int compute(int key, int value) {
            hold(key);
            try {
                return number(map().compute(
                                key(key, value), (same, old) -> old == value(key, value) ? null : value(key, value)));
            } finally {
                release(key);
            }
        }

        @Operation(params = {"key", "value"})
        public int merge(int key, int value) {
            hold(key);
            try {
                return number(
                        map().merge(key(key, value), value(key, value), (old, given) -> old == given ? null : given));
            } finally {
                release(key);
            }
        }

        @Operation(params = {"key", "value"})
        public int replace(int key, int value) {
            hold(key);
            try {
                return number(map().replace(key(key, value), value(key, value)));
            } finally {
                release(key);
            }
        }

        /** Replaces a value by the other one. */
        @Operation(params = {"key", "value"})
        public boolean replaceIfEqual(int key, int value) {
            hold(key);
            try {
                return map().replace(key(key, value), value(key, value), value(key, 3 - value));
            } finally {
                release(key);
            }
        }

        @Operation(params = "key")
        public int remove(int key) {
            return number(map().remove(key(key, 1)));
        }

        @Operation(params = {"key", "value"})
        public boolean removeIfEqual(int key, int value) {
            return map().remove(key(key, value), value(key, value));
        }

        @Operation(params = "key")
        public int get(int key) {
            return number(map().get(key(key, 2)));
        }

        @Operation(params = "key")
        public boolean containsKey(int key) {
            return map().containsKey(key(key, 1));
        }

        private static int number(Thing value) {
            return value == null ? 0 : value.number;
        }
    }

    abstract static class WeakValueEntries extends Entries {

        private final WeakValueMap<Thing, Thing> map =
                WeakValueMap.<Thing, Thing>builder().reaper(IDLE).build();
        private final Thing[] values = {new Thing(1), new Thing(2), new Thing(1), new Thing(2)};

        WeakValueEntries() {
            reapByHand();
        }

        @Override
        WeakTable<Thing, ?> table() {
            return map.table;
        }

        @Override
        ConcurrentMap<Thing, Thing> map() {
            return map;
        }

        @Override
        Thing key(int key, int value) {
            return new Thing(key);
        }

        /** Of one key only, so that no other entry dies with it. */
        @Override
        Thing value(int key, int value) {
            return values[key * 2 + value - 3];
        }
    }

    public static class WeakValues extends WeakValueEntries {

        @Operation(params = {"key", "value"})
        public void dieWithValue(int key, int value) {
            collect(key(key, value), value(key, value));
        }
    }

    /**
     * So full that one entry more makes it grow. Nothing dies, since that by hand could not be in one step with a copy.
     */
    public static class GrowingWeakValues extends WeakValueEntries {

        private final Thing filler = new Thing(0);

        public GrowingWeakValues() {
            for (int number = 3; number < 18; number++) {
                map().put(new Thing(number), filler);
            }
        }
    }

    abstract static class WeakKeyEntries extends Entries {

        private final WeakKeyMap<Thing, Thing> map;
        private final Thing[] keys = {new Thing(1), new Thing(1), new Thing(2), new Thing(2)};
        private final Thing[] values = {new Thing(1), new Thing(2)};
        private final ReadWriteLock[] held = {new ReentrantReadWriteLock(), new ReentrantReadWriteLock()};

        WeakKeyEntries(WeakKeyMap.Builder<Thing, Thing> builder) {
            map = builder.reaper(IDLE).build();
            reapByHand();
        }

        @Override
        WeakTable<Thing, ?> table() {
            return map.table;
        }

        @Override
        ConcurrentMap<Thing, Thing> map() {
            return map;
        }

        @Override
        Thing key(int key, int value) {
            return keys[key * 2 + value - 3];
        }

        @Override
        Thing value(int key, int value) {
            return values[value - 1];
        }

        @Override
        void hold(int key) {
            held[key - 1].readLock().lock();
        }

        @Override
        void release(int key) {
            held[key - 1].readLock().unlock();
        }

        @Operation(params = "key")
        public void die(int key) {
            Lock unheld = held[key - 1].writeLock();
            unheld.lock();
            try {
                TableNode node = node(key(key, 1));
                if (node != null) {
                    collect(key(key, 1), node.get());
                }
            } finally {
                unheld.unlock();
            }
        }
    }

    public static class WeakKeys extends WeakKeyEntries {

        public WeakKeys() {
            super(WeakKeyMap.builder());
        }
    }

    public static class WeakIdentityKeys extends WeakKeyEntries {

        public WeakIdentityKeys() {
            super(WeakKeyMap.<Thing, Thing>builder().identity());
        }

        @Override
        Thing key(int key, int value) {
            return super.key(key, 1);
        }
    }

    @Param(name = "element", gen = IntGen.class, conf = "1:2")
    @Param(name = "instance", gen = IntGen.class, conf = "1:2")
    public static class Elements extends WithTable {

        private final WeakSet<Thing> set = WeakSet.<Thing>builder().reaper(IDLE).build();
        private final Thing[] instances = {new Thing(1), new Thing(1), new Thing(2), new Thing(2)};

        public Elements() {
            reapByHand();
        }

        @Override
        WeakTable<Thing, ?> table() {
            return set.table;
        }

        private Thing instance(int element, int instance) {
            return instances[element * 2 + instance - 3];
        }

        @Operation(params = {"element", "instance"})
        public boolean add(int element, int instance) {
            return set.add(instance(element, instance));
        }

        @Operation(params = {"element", "instance"})
        public boolean removeElement(int element, int instance) {
            return set.remove(instance(element, instance));
        }

        @Operation(params = {"element", "instance"})
        public boolean contains(int element, int instance) {
            return set.contains(instance(element, instance));
        }

        @Operation(params = {"element", "instance"})
        public void dieWithElement(int element, int instance) {
            collect(instance(element, instance), instance(element, instance));
        }
    }

    @Param(name = "element", gen = IntGen.class, conf = "1:2")
    @Param(name = "instance", gen = IntGen.class, conf = "1:2")
    public static class Interned extends WithTable {

        private final WeakInterner<Thing> interner = WeakInterner.create();
        private final Thing[] instances = {new Thing(1), new Thing(1), new Thing(2), new Thing(2)};

        public Interned() {
            reapByHand();
        }

        @Override
        WeakTable<Thing, ?> table() {
            return interner.table;
        }

        private Thing instance(int element, int instance) {
            return instances[element * 2 + instance - 3];
        }

        @Operation(params = {"element", "instance"})
        public int intern(int element, int instance) {
            return interner.intern(instance(element, instance)) == instance(element, 1) ? 1 : 2;
        }

        @Operation(params = {"element", "instance"})
        public void dieWithElement(int element, int instance) {
            collect(instance(element, instance), instance(element, instance));
        }
    }

    /** What all of these collections do if nothing happens at the same time. */
    public static class Specification {

        private final Map<Integer, Integer> map = new HashMap<>();

        public int put(int key, int value) {
            return number(map.put(key, value));
        }

        public int putIfAbsent(int key, int value) {
            return number(map.putIfAbsent(key, value));
        }

        public int computeIfAbsent(int key, int value) {
            return number(map.computeIfAbsent(key, same -> value));
        }

        public int compute(int key, int value) {
            return number(map.compute(key, (same, old) -> old != null && old == value ? null : (Integer) value));
        }

        public int merge(int key, int value) {
            return number(map.merge(key, value, (old, given) -> old.equals(given) ? null : given));
        }

        public int replace(int key, int value) {
            return number(map.replace(key, value));
        }

        public boolean replaceIfEqual(int key, int value) {
            return map.replace(key, value, 3 - value);
        }

        public int remove(int key) {
            return number(map.remove(key));
        }

        public boolean removeIfEqual(int key, int value) {
            return map.remove(key, value);
        }

        public int get(int key) {
            return number(map.get(key));
        }

        public boolean containsKey(int key) {
            return map.containsKey(key);
        }

        public boolean add(int element, int instance) {
            return map.putIfAbsent(element, instance) == null;
        }

        public boolean removeElement(int element, int instance) {
            return map.remove(element) != null;
        }

        public boolean contains(int element, int instance) {
            return map.containsKey(element);
        }

        public int intern(int element, int instance) {
            return map.computeIfAbsent(element, same -> instance);
        }

        public void die(int key) {
            map.remove(key);
        }

        public void dieWithValue(int key, int value) {
            map.remove(key, value);
        }

        public void dieWithElement(int element, int instance) {
            map.remove(element, instance);
        }

        public void reap() {
            // It is not seen from outside.
        }

        private static int number(Integer value) {
            return value == null ? 0 : value;
        }
    }
}

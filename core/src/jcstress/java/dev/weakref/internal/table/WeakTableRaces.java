package dev.weakref.internal.table;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.weakref.SimulatedCollector;
import dev.weakref.internal.reap.Reaper;
import dev.weakref.internal.table.TableOptions.Kind;
import dev.weakref.internal.table.WeakTable.When;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** What may not happen to the entries of a table. The collection of a value is its node, put on the queue by hand. */
public class WeakTableRaces {

    private static final Integer FIRST = 1;
    private static final Integer SECOND = 2;

    /** A table with a reaper that works when it is told to. The keys and values here never die by themselves. */
    abstract static class Shared {
        final Reaper reaper = SimulatedCollector.idleReaper();
        final WeakTable<String, Integer> table;

        /** Of weak values. */
        Shared() {
            this(Kind.WEAK_VALUES);
        }

        Shared(Kind kind) {
            table = new WeakTable<>(kind, reaper);
        }

        void put(String key, Integer value) {
            table.put(key, value, When.ALWAYS);
        }

        int get(String key) {
            return orZero(table.get(key));
        }

        static int orZero(Integer value) {
            return value == null ? 0 : value;
        }
    }

    @JCStressTest
    @Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "The new entry stays, and is the only one")
    @State
    public static class PutAgainstLateReaping extends Shared {

        public PutAgainstLateReaping() {
            put("key", FIRST);
            SimulatedCollector.collect(table, "key");
        }

        @Actor
        public void put() {
            put("key", SECOND);
        }

        @Actor
        public void reap() {
            reaper.pass();
        }

        @Arbiter
        public void result(II_Result r) {
            r.r1 = get("key");
            r.r2 = (int) table.nodes();
        }
    }

    @JCStressTest
    @Outcome(id = "2, 2, 1", expect = ACCEPTABLE, desc = "The new entry stays, and the old one was collected once")
    @State
    public static class BuryInAWriterAgainstReaping extends Shared {

        public BuryInAWriterAgainstReaping() {
            put("key", FIRST);
            SimulatedCollector.collect(table, "key");
            table.backlog.threshold = Long.MIN_VALUE; // so that it is always too long
            table.backlog.update(() -> 0);
        }

        @Actor
        public void help() {
            put("other", FIRST);
        }

        @Actor
        public void reapAndPut() {
            reaper.pass(); // finds it on the queue, or has to leave it to the writer
            put("key", SECOND);
        }

        @Arbiter
        public void result(III_Result r) {
            r.r1 = get("key");
            r.r2 = (int) table.nodes();
            r.r3 = (int) table.counts().collected();
        }
    }

    @JCStressTest
    @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "The old value was found, then it died")
    @Outcome(id = "2, 2, 1", expect = ACCEPTABLE, desc = "The old value had died, and a new one was computed")
    @State
    public static class ComputeIfAbsentAgainstDeath extends Shared {

        private final TableNode node;

        public ComputeIfAbsentAgainstDeath() {
            put("key", FIRST);
            node = SimulatedCollector.node(table, "key");
        }

        @Actor
        public void compute(III_Result r) {
            r.r1 = orZero(table.compute("key", When.ABSENT, (key, old) -> SECOND));
        }

        @Actor
        public void die() {
            node.enqueue();
            reaper.pass();
        }

        @Arbiter
        public void result(III_Result r) {
            reaper.pass();
            r.r2 = get("key");
            r.r3 = (int) table.nodes();
        }
    }

    @JCStressTest
    @Outcome(id = "101, 1", expect = ACCEPTABLE, desc = "Removed before the walk came by")
    @Outcome(id = "102, 1", expect = ACCEPTABLE, desc = "The same, and the new one was met")
    @Outcome(id = "111, 1", expect = ACCEPTABLE, desc = "Removed after the walk came by")
    @State
    public static class IterateAgainstRemove extends Shared {

        public IterateAgainstRemove() {
            put("AaAa", 1);
            put("AaBB", 10); // the same hash
            put("BBAa", 100); // and again
        }

        @Actor
        public void iterate(II_Result r) {
            int sum = 0;
            for (var values = new TableIterator<>(table, WeakTable::liveValue); values.hasNext(); ) {
                sum += values.next();
            }
            r.r1 = sum;
        }

        @Actor
        public void remove() {
            table.remove("AaBB", null);
            put("BBBB", FIRST); // comes before the others, where the walk has been
            table.remove("BBBB", null);
        }

        @Arbiter
        public void result(II_Result r) {
            r.r2 = get("AaAa");
        }
    }

    @JCStressTest
    @Outcome(id = "0, 1, 2", expect = ACCEPTABLE, desc = "The first, then the second")
    @Outcome(id = "2, 0, 1", expect = ACCEPTABLE, desc = "The second, then the first")
    @State
    public static class PutAgainstPut extends Shared {

        @Actor
        public void first(III_Result r) {
            r.r1 = orZero(table.put("key", FIRST, When.ALWAYS));
        }

        @Actor
        public void second(III_Result r) {
            r.r2 = orZero(table.put("key", SECOND, When.ALWAYS));
        }

        @Arbiter
        public void result(III_Result r) {
            r.r3 = get("key") + 10 * (int) (table.nodes() - 1);
        }
    }

    @JCStressTest
    @Outcome(id = "1, 2, 1", expect = ACCEPTABLE, desc = "One adds, the other finds what was added")
    @Outcome(id = "2, 1, 1", expect = ACCEPTABLE, desc = "The same the other way round")
    @State
    public static class ComputeAgainstPutIfAbsent extends Shared {

        @Actor
        public void compute(III_Result r) {
            r.r1 = table.compute("key", When.ALWAYS, (key, old) -> old == null ? FIRST : SECOND);
        }

        @Actor
        public void put(III_Result r) {
            r.r2 = table.put("key", FIRST, When.ABSENT) == null ? 1 : 2;
        }

        @Arbiter
        public void result(III_Result r) {
            r.r3 = (int) table.nodes();
        }
    }

    /** A value that is written into its node. */
    abstract static class StrongValue extends Shared {

        StrongValue() {
            super(Kind.WEAK_KEYS);
            put("key", FIRST);
        }
    }

    @JCStressTest
    @Outcome(id = "1, 2, 0", expect = ACCEPTABLE, desc = "Replaced, then removed")
    @Outcome(id = "0, 1, 2", expect = ACCEPTABLE, desc = "Removed, then put")
    @State
    public static class ReplaceAgainstRemove extends StrongValue {

        @Actor
        public void put(III_Result r) {
            r.r1 = orZero(table.put("key", SECOND, When.ALWAYS));
        }

        @Actor
        public void remove(III_Result r) {
            r.r2 = orZero(table.remove("key", null));
        }

        @Arbiter
        public void result(III_Result r) {
            r.r3 = get("key");
        }
    }

    @JCStressTest
    @Outcome(id = "1, 2, 3", expect = ACCEPTABLE, desc = "Replaced, then computed")
    @Outcome(id = "3, 1, 2", expect = ACCEPTABLE, desc = "Computed, then replaced")
    @State
    public static class ReplaceAgainstCompute extends StrongValue {

        private static final Integer THIRD = 3;

        @Actor
        public void put(III_Result r) {
            r.r1 = orZero(table.put("key", SECOND, When.ALWAYS));
        }

        @Actor
        public void compute(III_Result r) {
            table.compute("key", When.ALWAYS, (key, old) -> {
                r.r2 = orZero(old);
                return THIRD;
            });
        }

        @Arbiter
        public void result(III_Result r) {
            r.r3 = get("key");
        }
    }

    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Kept as it was before or after both")
    @Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "Kept as it was between, and replaced then")
    @State
    public static class ReplaceThereAndBackAgainstKeep extends StrongValue {

        @Actor
        public void put() {
            put("key", SECOND);
            put("key", FIRST);
        }

        @Actor
        public void keep(II_Result r) {
            r.r1 = table.compute("key", When.ALWAYS, (key, old) -> old);
        }

        @Arbiter
        public void result(II_Result r) {
            r.r2 = get("key");
        }
    }

    @JCStressTest
    @Outcome(id = "0, 2, 16", expect = ACCEPTABLE, desc = "Nothing is lost, and nothing comes back")
    @State
    public static class ReplaceAndRemoveAgainstResize extends AboutToGrow {

        public ReplaceAndRemoveAgainstResize() {
            super(Kind.WEAK_KEYS);
        }

        @Actor
        public void replace() {
            put("key 7", SECOND);
            put("key 3", SECOND);
            table.remove("key 3", null);
        }

        @Actor
        public void grow() {
            put("new", FIRST);
            put("newer", FIRST);
        }

        @Arbiter
        public void result(III_Result r) {
            r.r1 = get("key 3");
            r.r2 = get("key 7");
            r.r3 = (int) table.nodes() + 100 * (16 - (int) table.count());
        }
    }

    /** Sixteen entries make the first array grow. */
    abstract static class AboutToGrow extends Shared {

        private final String[] keys = new String[15]; // held, where they are weak

        AboutToGrow() {
            this(Kind.WEAK_VALUES);
        }

        AboutToGrow(Kind kind) {
            super(kind);
            for (int i = 0; i < 15; i++) {
                keys[i] = "key " + i;
                put(keys[i], FIRST);
            }
        }
    }

    @JCStressTest
    @Outcome(id = "2, 0, 16", expect = ACCEPTABLE, desc = "Nothing is lost, and nothing comes back")
    @State
    public static class PutAndRemoveAgainstResize extends AboutToGrow {

        @Actor
        public void put() {
            put("new", FIRST);
            put("key 7", SECOND);
            table.remove("key 3", null);
        }

        @Actor
        public void grow() {
            put("newer", FIRST);
        }

        @Arbiter
        public void result(III_Result r) {
            r.r1 = get("key 7");
            r.r2 = get("key 3");
            r.r3 = (int) table.nodes() + 100 * (16 - (int) table.count());
        }
    }

    @JCStressTest
    @Outcome(id = "1, 2, 17", expect = ACCEPTABLE, desc = "Readers see the old value, then the new one")
    @Outcome(id = "2, 2, 17", expect = ACCEPTABLE, desc = "Readers see the new value")
    @State
    public static class ComputeAgainstResize extends AboutToGrow {

        @Actor
        public void compute(III_Result r) {
            r.r2 = table.compute("key 7", When.ALWAYS, (key, old) -> SECOND);
        }

        @Actor
        public void grow(III_Result r) {
            put("new", FIRST);
            put("newer", FIRST);
            r.r1 = get("key 7");
        }

        @Arbiter
        public void result(III_Result r) {
            r.r3 = get("key 7") == SECOND ? (int) table.nodes() : -1;
        }
    }

    @JCStressTest
    @Outcome(id = "16, 0", expect = ACCEPTABLE, desc = "The dead one goes, whoever meets it first")
    @State
    public static class ReapAgainstResize extends AboutToGrow {

        public ReapAgainstResize() {
            SimulatedCollector.collect(table, "key 7");
        }

        @Actor
        public void reap() {
            reaper.pass();
        }

        @Actor
        public void grow() {
            put("new", FIRST);
            put("newer", FIRST);
        }

        @Arbiter
        public void result(II_Result r) {
            reaper.pass();
            r.r1 = (int) table.nodes();
            r.r2 = get("key 7") + (int) (1 - table.counts().collected());
        }
    }
}

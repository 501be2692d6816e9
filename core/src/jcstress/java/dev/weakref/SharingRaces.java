package dev.weakref;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.weakref.internal.reap.Reaper;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.ZI_Result;
import org.openjdk.jcstress.infra.results.Z_Result;

/** What there is once for each object is there once, whoever asks first: reference, proxy, hash. */
public class SharingRaces {

    @JCStressTest
    @Outcome(id = "true", expect = ACCEPTABLE, desc = "One reference")
    @State
    public static class References {

        private final Object referent = new Object();
        private WeakRef<Object> first;
        private WeakRef<Object> second;

        @Actor
        public void one() {
            first = WeakRef.of(referent);
        }

        @Actor
        public void two() {
            second = WeakRef.of(referent);
        }

        @Arbiter
        public void end(Z_Result r) {
            r.r1 = first == second && first.get() == referent;
        }
    }

    /** Two threads ask for the reference; the program had dropped the one before, whose entry is removed meanwhile. */
    @JCStressTest
    @Outcome(id = "true, 1", expect = ACCEPTABLE, desc = "One new reference, and the old entry has gone")
    @State
    public static class ReferencesAfterADrop {

        private final Object referent = new Object();
        private final Reaper reaper = SimulatedCollector.idleReaper();
        private final SharedReferences holders = new SharedReferences(reaper);
        private final WeakRef<Object> dropped = WeakRef.shared(holders, referent);
        private WeakRef<Object> first;
        private WeakRef<Object> second;

        public ReferencesAfterADrop() {
            SimulatedCollector.drop(holders, referent);
        }

        @Actor
        public void one() {
            first = WeakRef.shared(holders, referent);
        }

        @Actor
        public void two() {
            reaper.pass();
            second = WeakRef.shared(holders, referent);
        }

        @Arbiter
        public void end(ZI_Result r) {
            reaper.pass();
            r.r1 = first == second && first != dropped && WeakRef.shared(holders, referent) == first;
            r.r2 = (int) holders.table.nodes();
        }
    }

    @JCStressTest
    @Outcome(id = "true", expect = ACCEPTABLE, desc = "One proxy for each set of interfaces")
    @State
    public static class Proxies {

        private final Thread referent = new Thread();
        private Object first;
        private Object second;
        private Object other;

        @Actor
        public void one() {
            first = WeakProxy.of(referent, Runnable.class);
        }

        @Actor
        public void two() {
            other = WeakProxy.of((Object) new Thread(), Runnable.class);
            second = WeakProxy.of((Object) referent, Runnable.class, Runnable.class);
        }

        @Arbiter
        public void end(Z_Result r) {
            r.r1 = first == second && other != first;
        }
    }

    @JCStressTest
    @Outcome(
            id = {"1, 1", "2, 2"},
            expect = ACCEPTABLE,
            desc = "Taken once, and kept")
    @State
    public static class Hashes {

        private final AtomicInteger asked = new AtomicInteger();
        private final Object referent = new Object() {
            @Override
            public int hashCode() {
                return asked.incrementAndGet();
            }
        };
        private final WeakRef<Object> reference = new WeakRef<>(referent) {};

        @Actor
        public void one(II_Result r) {
            r.r1 = reference.hashCode();
        }

        @Actor
        public void two(II_Result r) {
            r.r2 = reference.hashCode();
        }
    }
}

package dev.weakref;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** Exactly once, whoever comes together: a call, a detachment, a collection, the exit pass, a late registration. */
public class FinalizerRaces {

    abstract static class Shared {
        final FinalizerRegistry registry = FinalizerRegistry.builder()
                .reaper(SimulatedCollector.idleReaper())
                .build();
        final Object referent = new Object();
        final AtomicInteger runs = new AtomicInteger();

        FinalizerNode<Void> register() {
            return (FinalizerNode<Void>) registry.register(referent, runs, AtomicInteger::incrementAndGet);
        }
    }

    @JCStressTest
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "Registered in time, and run by the exit pass")
    @Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "Refused, not run, and no matter of the deadline")
    @State
    public static class CloseAgainstRegister extends Shared {

        @Actor
        public void register(III_Result r) {
            try {
                register();
                r.r1 = 1;
            } catch (IllegalStateException closed) {
                r.r1 = 0;
            }
        }

        @Actor
        public void close(III_Result r) {
            r.r3 = registry.shutdown().skipped();
        }

        @Arbiter
        public void result(III_Result r) {
            r.r2 = runs.get();
        }
    }

    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Run once, by the call")
    @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "Run once, by the exit pass")
    @State
    public static class CallAgainstExit extends Shared {

        private final FinalizerNode<Void> finalizer = register();

        @Actor
        public void call() {
            finalizer.close();
        }

        @Actor
        public void exit() {
            registry.close();
        }

        @Arbiter
        public void result(II_Result r) {
            r.r1 = runs.get();
            r.r2 = finalizer.trigger() == Finalizer.Trigger.EXIT ? 2 : 1;
        }
    }

    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Detached, and never run")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Run once")
    @State
    public static class DetachAgainstCallAgainstExit extends Shared {

        private final FinalizerNode<Void> finalizer = register();

        @Actor
        public void detach(II_Result r) {
            r.r1 = finalizer.detach() == null ? 0 : 1;
        }

        @Actor
        public void callAndExit() {
            finalizer.close();
            registry.close();
        }

        @Arbiter
        public void result(II_Result r) {
            r.r2 = runs.get();
        }
    }

    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Run once")
    @State
    public static class CallAgainstCollection extends Shared {

        private final FinalizerNode<Void> finalizer = register();

        @Actor
        public void call() {
            finalizer.close();
        }

        @Actor
        public void collect() {
            finalizer.enqueue();
            if (finalizer.claim()) { // what the sweep does
                finalizer.run(); // and then the dispatcher
            }
        }

        @Arbiter
        public void result(II_Result r) {
            r.r1 = runs.get();
            r.r2 = finalizer.isAlive() ? 0 : 1;
        }
    }
}

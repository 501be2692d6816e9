package dev.weakref;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * At most once, and never after it was cancelled, whoever comes together: the sweep, {@code clear()}, the collector
 * that takes the reference itself. The referents live, so that nobody but the actors gathers.
 */
public class CallbackRaces {

    abstract static class Shared {
        final Object referent = new Object();
        final AtomicInteger runs = new AtomicInteger();
        final WeakRef<Object> reference = WeakRef.of(referent, dead -> runs.incrementAndGet());
        final CallbackNode node = reference.node;

        /** What the sweep does, and then the relay. */
        final void collect() {
            if (node.claim()) {
                node.run();
            }
        }

        final void result(II_Result r) {
            r.r1 = runs.get();
            r.r2 = node.isDone() && !node.claim() ? 1 : 0;
        }
    }

    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Run, and done")
    @State
    public static class CollectTwice extends Shared {

        @Actor
        public void one() {
            collect();
        }

        @Actor
        public void two() {
            collect();
        }

        @Arbiter
        public void end(II_Result r) {
            result(r);
        }
    }

    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Cancelled in time, and done")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Run, and done")
    @State
    public static class ClearAgainstCallback extends Shared {

        @Actor
        public void clear() {
            reference.clear();
        }

        @Actor
        public void run() {
            collect();
        }

        @Arbiter
        public void end(II_Result r) {
            result(r);
        }
    }

    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The cancellation has won, and nothing runs")
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The run has won")
    @State
    public static class CancelIsDecidedOnce extends Shared {

        @Actor
        public void cancel(II_Result r) {
            r.r2 = node.cancel() ? 1 : 0;
        }

        @Actor
        public void run() {
            collect();
        }

        @Arbiter
        public void end(II_Result r) {
            r.r1 = runs.get();
        }
    }

    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Cancelled, and not revived by a failed hand-over")
    @State
    public static class ClearAgainstFailedHandOver extends Shared {

        @Actor
        public void clear() {
            reference.clear();
        }

        @Actor
        public void submit() {
            if (node.claim()) {
                node.unclaim();
            }
        }

        @Arbiter
        public void end(II_Result r) {
            result(r);
        }
    }

    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The reference was collected first: no callback, and done")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Run, and done")
    @State
    public static class DropAgainstCallback extends Shared {

        @Actor
        public void drop() {
            node.owner.clear();
        }

        @Actor
        public void run() {
            collect();
        }

        @Arbiter
        public void end(II_Result r) {
            result(r);
        }
    }
}

package dev.weakref.faults.depth;

import dev.weakref.FinalizerRegistry;
import dev.weakref.FinalizerScope;
import java.util.ArrayList;
import java.util.List;

/** An operation of guards: each resource is closed exactly once, unless it stayed with the caller. */
final class GuardTrial extends Trial {

    /** What is guarded. */
    interface Resource extends AutoCloseable {
        /** Does nothing. */
        int use();

        @Override
        void close();
    }

    private static final class Counting implements Resource {
        private final Ticket ticket = new Ticket();
        private Resource handle;

        @Override
        public int use() {
            return 1;
        }

        @Override
        public void close() {
            ticket.close();
        }
    }

    private final FinalizerRegistry registry = FinalizerTrial.registry("guards");
    private final FinalizerScope scope = registry.openScope("guards");
    private final boolean guarded;
    private final Body<GuardTrial> body;
    private final List<Counting> all = new ArrayList<>();
    private Counting[] resources = {};
    private Object result;

    GuardTrial(String name, boolean guarded, Body<GuardTrial> body) {
        super(name);
        this.guarded = guarded;
        this.body = body;
    }

    static List<Operation> operations() {
        return List.of(
                operation("GuardedHandle creation", false, (t, i) -> {
                    Counting mine = t.resources[i];
                    mine.handle = t.registry.guard(mine, Resource.class);
                }),
                operation("GuardedHandle creation in a scope", false, (t, i) -> {
                    Counting mine = t.resources[i];
                    mine.handle = t.scope.guard(mine, Resource.class);
                }),
                operation("GuardedHandle creation with options", false, (t, i) -> {
                    Counting mine = t.resources[i];
                    mine.handle = t.registry.guard(mine, Resource.class, options -> options.mustBeClosed());
                }),
                operation("GuardedHandle call", true, (t, i) -> t.resources[i].handle.use()),
                operation("GuardedHandle close", true, (t, i) -> t.resources[i].handle.close()),
                operation("GuardedHandle equals", true, (t, i) -> t.resources[i].handle.equals(t)),
                operation("GuardedHandle toString", true, (t, i) -> t.result = t.resources[i].handle.toString()));
    }

    private static Operation operation(String operation, boolean guarded, Body<GuardTrial> body) {
        return new Operation(operation, name -> new GuardTrial(name, guarded, body));
    }

    @Override
    void prepare() {
        resources = new Counting[STEPS];
        for (int i = 0; i < STEPS; i++) {
            resources[i] = new Counting();
            if (guarded) {
                resources[i].handle = registry.guard(resources[i], Resource.class);
            }
            all.add(resources[i]);
        }
    }

    @Override
    void at(int step) throws Throwable {
        body.run(this, step);
    }

    @Override
    void check(int step, boolean returned) {
        Counting mine = resources[step];
        if (mine.handle != null && step % 2 == 0) {
            expect(mine.handle.use() == 1, "a handle does not forward");
            mine.handle.close();
            expect(mine.ticket.runs() == 1, "a closed handle has closed its resource " + mine.ticket.runs() + " times");
        }
    }

    @Override
    void end() {
        registry.close();
        for (Counting each : all) {
            int runs = each.ticket.runs();
            expect(runs < 2, "a resource was closed twice");
            expect(runs == 1 || each.handle == null, "a resource was not closed");
        }
        all.clear();
        resources = new Counting[0];
        result = null;
    }
}

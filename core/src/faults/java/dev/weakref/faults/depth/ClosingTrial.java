package dev.weakref.faults.depth;

import dev.weakref.Finalizer;
import dev.weakref.FinalizerRegistry;
import dev.weakref.FinalizerScope;
import java.time.Duration;
import java.util.List;

/** The end of a registry, or of a scope, each step of one of its own with some finalizers. */
final class ClosingTrial extends Trial {

    private static final int FINALIZERS = 3;

    private final Body<ClosingTrial> body;
    private final Object referent = new Object();
    private FinalizerRegistry[] registries = {};
    private FinalizerScope[] scopes = {};
    private Ticket[] tickets = {};

    ClosingTrial(String name, Body<ClosingTrial> body) {
        super(name);
        this.body = body;
    }

    static List<Operation> operations() {
        return List.of(
                operation("FinalizerRegistry shutdown", (t, i) -> t.registries[i].shutdown()),
                operation(
                        "FinalizerRegistry shutdown at most",
                        (t, i) -> t.registries[i].shutdown(Duration.ofMinutes(9))),
                operation("FinalizerRegistry close", (t, i) -> t.registries[i].close()),
                operation("FinalizerScope close", (t, i) -> t.scopes[i].close()));
    }

    private static Operation operation(String operation, Body<ClosingTrial> body) {
        return new Operation(operation, name -> new ClosingTrial(name, body));
    }

    @Override
    void prepare() {
        registries = new FinalizerRegistry[STEPS];
        scopes = new FinalizerScope[STEPS];
        tickets = new Ticket[STEPS * FINALIZERS];
        for (int i = 0; i < STEPS; i++) {
            registries[i] = FinalizerTrial.registry("closing");
            scopes[i] = registries[i].openScope("closing");
            for (int j = 0; j < FINALIZERS; j++) {
                Ticket ticket = new Ticket();
                tickets[i * FINALIZERS + j] = ticket;
                Finalizer<Void> finalizer = scopes[i].register(referent, ticket);
                expect(finalizer.isAlive(), "a new finalizer is dead");
            }
        }
    }

    @Override
    void at(int step) throws Throwable {
        body.run(this, step);
    }

    @Override
    void check(int step, boolean returned) {
        scopes[step].close();
        registries[step].close();
        expect(registries[step].isClosed(), "a registry is open after it was closed");
        for (int j = 0; j < FINALIZERS; j++) {
            int runs = tickets[step * FINALIZERS + j].runs();
            expect(runs > 0, "an action is lost");
            expect(runs < 2, "an action ran twice");
        }
    }

    @Override
    void end() {
        for (int i = 0; i < registries.length; i++) { // those of steps that were not taken
            registries[i].close();
        }
        registries = new FinalizerRegistry[0];
        scopes = new FinalizerScope[0];
    }
}

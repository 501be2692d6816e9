package dev.weakref.faults.depth;

import java.lang.ref.Cleaner;
import java.util.List;

/** The JDK's cleaner, for comparison. */
final class CleanerTrial extends Trial {

    private static final Cleaner CLEANER = Cleaner.create();

    private final boolean registered;
    private final Body<CleanerTrial> body;
    private final Object referent = new Object();
    private Ticket[] tickets = {};
    private Cleaner.Cleanable[] cleanables = {};

    CleanerTrial(String name, boolean registered, Body<CleanerTrial> body) {
        super(name);
        this.registered = registered;
        this.body = body;
    }

    static List<Operation> operations() {
        return List.of(
                operation(
                        "Cleaner register",
                        false,
                        (t, i) -> t.cleanables[i] = CLEANER.register(t.referent, t.tickets[i]::run)),
                operation("Cleaner clean", true, (t, i) -> t.cleanables[i].clean()));
    }

    private static Operation operation(String operation, boolean registered, Body<CleanerTrial> body) {
        return new Operation(operation, name -> new CleanerTrial(name, registered, body));
    }

    @Override
    void prepare() {
        tickets = new Ticket[STEPS];
        cleanables = new Cleaner.Cleanable[STEPS];
        for (int i = 0; i < STEPS; i++) {
            tickets[i] = new Ticket();
            if (registered) {
                cleanables[i] = CLEANER.register(referent, tickets[i]::run);
            }
        }
    }

    @Override
    void at(int step) throws Throwable {
        body.run(this, step);
    }

    @Override
    void check(int step, boolean returned) {
        if (cleanables[step] != null) {
            cleanables[step].clean();
            expect(tickets[step].runs() > 0, "an action is lost");
            expect(tickets[step].runs() < 2, "an action ran twice");
        }
    }

    @Override
    void end() {
        tickets = new Ticket[0];
        cleanables = new Cleaner.Cleanable[0];
    }
}

package dev.weakref.faults.depth;

import dev.weakref.Finalizer;
import dev.weakref.Finalizer.Detached;
import dev.weakref.FinalizerInfo;
import dev.weakref.FinalizerRegistry;
import dev.weakref.FinalizerScope;
import dev.weakref.faults.Asked;
import dev.weakref.faults.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * An operation of a registry, or of the finalizer of the step. In the end a third of the finalizers have been called, a
 * third of the referents have died, and the registry is closed: each action has run exactly once. One whose
 * registration overflowed may have been registered or not; but if the registry lists it, it runs.
 */
final class FinalizerTrial extends Trial {

    private static final Duration NEVER = Duration.ofMinutes(10);

    /** What a step works on. */
    static final class Step {
        final Ticket ticket = new Ticket();
        Object referent = new Object();
        Finalizer<?> finalizer;
        Detached detached;
        Object result;
        boolean listed;
    }

    final FinalizerRegistry registry = registry("tried");
    final FinalizerScope scope = registry.openScope("tried");
    Step[] steps = {};

    private final boolean registered;
    private final Body<FinalizerTrial> body;
    private final List<Step> all = new ArrayList<>();

    FinalizerTrial(String name, boolean registered, Body<FinalizerTrial> body) {
        super(name);
        this.registered = registered;
        this.body = body;
    }

    /** A registry in which no limit expires while the suite runs, and where failures of actions are faults. */
    static FinalizerRegistry registry(String name) {
        return FinalizerRegistry.builder()
                .name(name)
                .actionLimit(NEVER)
                .exitLimit(NEVER)
                .onFailure(
                        (info, failure) -> Verdict.fault("an action of the registry '" + name + "' threw " + failure))
                .build();
    }

    @Override
    void prepare() {
        steps = new Step[STEPS];
        for (int i = 0; i < STEPS; i++) {
            Step step = new Step();
            steps[i] = step;
            if (registered) {
                step.finalizer = registry.register(step.referent, step.ticket);
            }
            all.add(step);
        }
    }

    @Override
    void at(int step) throws Throwable {
        body.run(this, step);
    }

    @Override
    void check(int number, boolean returned) throws Exception {
        Step step = steps[number];
        if (step.finalizer != null && number % 3 == 0) {
            step.finalizer.call();
            expect(!step.finalizer.isAlive(), "a finalizer lives after its call");
            Asked.becameSo( // a call that was asked for earlier may be about to run it in a thread of the registry
                    name + ": an action is lost",
                    Verdict.DEADLINE_MILLIS * 2 / 3,
                    () -> step.ticket.runs() >= fewest(step));
            expectOnce(step);
        }
        if (number % 3 == 1) {
            step.referent = null;
        }
    }

    @Override
    void end() throws Exception {
        Map<Ticket, Step> byTicket = new IdentityHashMap<>();
        all.forEach(step -> byTicket.put(step.ticket, step));
        registry.finalizers().map(FinalizerInfo::id).toList().forEach(id -> list(id, byTicket));
        for (int i = 1; i < all.size(); i += 3) {
            all.get(i).referent = null;
        }
        Asked.collected(name + ": an action does not run after its referent has died", () -> {
            for (int i = 1; i < all.size(); i += 3) {
                if (all.get(i).ticket.runs() < fewest(all.get(i))) {
                    return false;
                }
            }
            return true;
        });
        registry.close();
        all.forEach(this::expectOnce);
        expect(registry.stats().live() == 0, "finalizers count as live after the registry was closed");
        all.clear();
        steps = new Step[0];
    }

    private void list(long id, Map<Ticket, Step> byTicket) {
        registry.get(id).map(Finalizer::peek).ifPresent(found -> {
            for (Object each : new Object[] {found.action(), found.state()}) {
                if (each instanceof Ticket ticket && byTicket.containsKey(ticket)) {
                    byTicket.get(ticket).listed = true;
                }
            }
        });
    }

    private void expectOnce(Step step) {
        int runs = step.ticket.runs();
        expect(runs < 2, "an action ran twice");
        expect(runs >= fewest(step), "an action is lost");
        expect(runs == 0 || step.detached == null, "a detached action ran");
    }

    private static int fewest(Step step) {
        return step.detached == null && (step.finalizer != null || step.listed) ? 1 : 0;
    }

    /** All operations of registries and finalizers that work on one registry. */
    static List<Operation> operations() {
        List<Operation> list = new ArrayList<>();
        addRegistrations(list);
        addFinalizers(list);
        addQuestions(list);
        return list;
    }

    private static void addRegistrations(List<Operation> list) {
        add(
                list,
                "FinalizerRegistry register",
                false,
                (t, s) -> s.finalizer = t.registry.register(s.referent, s.ticket));
        add(
                list,
                "FinalizerRegistry register with a state",
                false,
                (t, s) -> s.finalizer = t.registry.register(s.referent, s.ticket, Ticket::run));
        add(
                list,
                "FinalizerRegistry finalizer.run",
                false,
                (t, s) -> s.finalizer = t.registry
                        .finalizer(s.referent)
                        .name("named")
                        .limit(NEVER)
                        .mustBeClosed()
                        .run(s.ticket));
        add(
                list,
                "FinalizerRegistry finalizer.overdueAfter.run",
                false,
                (t, s) -> s.finalizer =
                        t.registry.finalizer(s.referent).overdueAfter(NEVER).run(s.ticket));
        add(
                list,
                "FinalizerRegistry finalizer.call",
                false,
                (t, s) -> s.finalizer = t.registry.finalizer(s.referent).call(s.ticket));
        add(
                list,
                "FinalizerRegistry finalizer.state.run",
                false,
                (t, s) -> s.finalizer =
                        t.registry.finalizer(s.referent).state(s.ticket).run(Ticket::run));
        add(
                list,
                "FinalizerRegistry finalizer.state.call",
                false,
                (t, s) -> s.finalizer =
                        t.registry.finalizer(s.referent).state(s.ticket).call(Ticket::call));
        add(
                list,
                "FinalizerRegistry finalizer.onTrigger",
                false,
                (t, s) -> s.finalizer = t.registry.finalizer(s.referent).onTrigger(s.ticket));
        add(list, "FinalizerScope register", false, (t, s) -> s.finalizer = t.scope.register(s.referent, s.ticket));
        add(
                list,
                "FinalizerScope register with a state",
                false,
                (t, s) -> s.finalizer = t.scope.register(s.referent, s.ticket, Ticket::run));
        add(
                list,
                "FinalizerScope finalizer.call",
                false,
                (t, s) -> s.finalizer = t.scope.finalizer(s.referent).call(s.ticket));
        add(list, "FinalizerScope isClosed", false, (t, s) -> s.result = t.scope.isClosed());
        add(list, "FinalizerScope toString", false, (t, s) -> s.result = t.scope.toString());
    }

    private static void addFinalizers(List<Operation> list) {
        add(list, "Finalizer call", true, (t, s) -> s.finalizer.call());
        add(list, "Finalizer close", true, (t, s) -> s.finalizer.close());
        add(list, "Finalizer detach", true, (t, s) -> s.detached = s.finalizer.detach());
        add(list, "Finalizer peek", true, (t, s) -> s.result = s.finalizer.peek() == null ? null : s);
        add(list, "Finalizer isAlive", true, (t, s) -> s.finalizer.isAlive());
        add(list, "Finalizer setAtExit", true, (t, s) -> s.finalizer.setAtExit(true));
        add(list, "Finalizer isAtExit", true, (t, s) -> s.finalizer.isAtExit());
        add(list, "Finalizer name", true, (t, s) -> s.result = s.finalizer.name());
        add(list, "Finalizer id", true, (t, s) -> s.finalizer.id());
        add(list, "Finalizer createdAt", true, (t, s) -> s.result = s.finalizer.createdAt());
        add(list, "Finalizer trigger", true, (t, s) -> s.result = s.finalizer.trigger());
        add(list, "Finalizer toString", true, (t, s) -> s.result = s.finalizer.toString());
    }

    private static void addQuestions(List<Operation> list) {
        add(list, "FinalizerRegistry find", true, (t, s) -> s.result = t.registry.find(s.finalizer.id()));
        add(list, "FinalizerRegistry get", true, (t, s) -> s.result = t.registry.get(s.finalizer.id()));
        add(list, "FinalizerRegistry callLater", true, (t, s) -> t.registry.callLater(s.finalizer.id()));
        add(
                list,
                "FinalizerRegistry finalizers",
                true,
                (t, s) -> s.result = t.registry.finalizers().limit(5).toList());
        add(
                list,
                "FinalizerRegistry finalizersBefore",
                true,
                (t, s) ->
                        s.result = t.registry.finalizersBefore(s.finalizer.id()).findFirst());
        add(
                list,
                "FinalizerRegistry finalizersAfter",
                true,
                (t, s) -> s.result = t.registry.finalizersAfter(0).findFirst());
        add(list, "FinalizerRegistry stats", true, (t, s) -> s.result = t.registry.stats());
        add(list, "FinalizerRegistry leaks", true, (t, s) -> s.result = t.registry.leaks());
        add(list, "FinalizerRegistry leakLevel", true, (t, s) -> s.result = t.registry.leakLevel());
        add(list, "FinalizerRegistry setLeakLevel", true, (t, s) -> t.registry.setLeakLevel(t.registry.leakLevel()));
        add(list, "FinalizerRegistry isClosed", true, (t, s) -> t.registry.isClosed());
        add(list, "FinalizerRegistry name", true, (t, s) -> s.result = t.registry.name());
        add(list, "FinalizerRegistry toString", true, (t, s) -> s.result = t.registry.toString());
        add(list, "FinalizerRegistry open", true, (t, s) -> s.result = FinalizerRegistry.open());
        add(list, "FinalizerRegistry openScope", true, (t, s) -> s.result = t.registry.openScope("another"));
        add(list, "FinalizerRegistry global", true, (t, s) -> s.result = FinalizerRegistry.global());
        add(list, "FinalizerRegistry create", true, (t, s) -> s.result = FinalizerRegistry.create());
    }

    /** What an operation does with its step. */
    @FunctionalInterface
    private interface OnStep {
        void run(FinalizerTrial trial, Step step) throws Exception;
    }

    private static void add(List<Operation> list, String operation, boolean registered, OnStep body) {
        list.add(new Operation(
                operation,
                name -> new FinalizerTrial(name, registered, (trial, step) -> body.run(trial, trial.steps[step]))));
    }
}

package dev.weakref.faults.depth;

import dev.weakref.WeakMethod;
import dev.weakref.WeakProxy;
import dev.weakref.WeakRef;
import dev.weakref.WeakRefs;
import dev.weakref.faults.Asked;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * An operation of references, proxies or methods, each step with a referent of its own. Who was returned with a
 * callback is called back once when its referent has died.
 */
final class ReferenceTrial extends Trial {

    /** What a referent does. */
    interface Greeting extends Runnable {
        /** A number. */
        int greet();
    }

    /** A referent. */
    static final class Greeter implements Greeting {
        @Override
        public int greet() {
            return 1;
        }

        @Override
        public void run() {}
    }

    /** What a step works on. */
    static final class Step {
        private final AtomicInteger calls = new AtomicInteger();
        private Greeter referent = new Greeter();
        private WeakRef<Greeter> ref;
        private Greeting proxy;
        private WeakMethod<Greeter, Supplier<Integer>> method;
        private boolean cleared;
        private boolean callsBack;
        private Object result;
    }

    /** To count references, all objects of the library are walked, so only some of the steps do it. */
    private static final int STEPS_FOR_A_COUNT = 16;

    private static final Function<Greeter, Supplier<Integer>> BINDER = greeter -> greeter::greet;

    private final Made made;
    private final OnStep body;
    private final List<Step> all = new ArrayList<>();
    private Step[] steps = {};

    /** Makes what the operation needs before it, or is the operation. */
    @FunctionalInterface
    private interface OnStep {
        void run(Step step) throws Exception;
    }

    private enum Made {
        NOTHING,
        REF,
        PROXY,
        METHOD
    }

    ReferenceTrial(String name, Made made, OnStep body) {
        super(name);
        this.made = made;
        this.body = body;
    }

    @Override
    void prepare() {
        steps = new Step[STEPS];
        for (int i = 0; i < STEPS; i++) {
            Step step = new Step();
            steps[i] = step;
            all.add(step);
            switch (made) {
                case REF -> ref(step);
                case PROXY -> proxy(step);
                case METHOD -> method(step);
                case NOTHING -> {}
            }
        }
    }

    private static void ref(Step step) {
        AtomicInteger calls = step.calls;
        step.ref = WeakRef.of(step.referent, dead -> calls.incrementAndGet());
        step.callsBack = true;
    }

    private static void proxy(Step step) {
        AtomicInteger calls = step.calls;
        step.proxy = WeakProxy.of(step.referent, Greeting.class, dead -> calls.incrementAndGet());
        step.callsBack = true;
    }

    private static void method(Step step) {
        AtomicInteger calls = step.calls;
        step.method = WeakMethod.of(step.referent, BINDER, dead -> calls.incrementAndGet());
        step.callsBack = true;
    }

    @Override
    void at(int step) throws Throwable {
        body.run(steps[step]);
    }

    @Override
    void check(int number, boolean returned) {
        Step step = steps[number];
        WeakRef<Greeter> shared = WeakRef.of(step.referent);
        expect(
                shared.get() == step.referent && WeakRef.of(step.referent) == shared,
                "a shared reference is not shared");
        Greeting proxy = WeakProxy.of(step.referent, Greeting.class);
        expect(proxy.greet() == 1, "a proxy does not forward");
        if (number % STEPS_FOR_A_COUNT == 0) {
            expect(WeakRefs.count(step.referent) >= 2, "references do not count");
        }
        if (step.method != null) {
            expect(step.method.get() != null, "a method is dead before its receiver");
        }
        Reference.reachabilityFence(shared);
        Reference.reachabilityFence(proxy);
    }

    @Override
    void end() {
        for (Step each : all) {
            each.referent = null;
        }
        Asked.collected(
                name + ": a callback does not come",
                () -> all.stream().allMatch(each -> each.calls.get() > 0 || !each.callsBack || each.cleared));
        for (Step each : all) {
            expect(each.calls.get() < 2, "a callback came twice");
        }
        all.clear();
        steps = new Step[0];
    }

    static List<Operation> operations() {
        List<Operation> list = new ArrayList<>();
        addReferences(list);
        addProxies(list);
        addMethods(list);
        return list;
    }

    private static void addReferences(List<Operation> list) {
        add(list, "WeakRef of", Made.NOTHING, s -> s.ref = WeakRef.of(s.referent));
        add(list, "WeakRef of with a callback", Made.NOTHING, ReferenceTrial::ref);
        add(list, "WeakRef get", Made.REF, s -> s.result = s.ref.get() == null ? null : s);
        add(list, "WeakRef callback", Made.REF, s -> s.result = s.ref.callback());
        add(list, "WeakRef equals", Made.REF, s -> s.ref.equals(s));
        add(list, "WeakRef hashCode", Made.REF, s -> s.ref.hashCode());
        add(list, "WeakRef toString", Made.REF, s -> s.result = s.ref.toString());
        add(list, "WeakRef clear", Made.REF, s -> {
            s.cleared = true;
            s.ref.clear();
        });
        add(list, "WeakRef enqueue", Made.REF, s -> s.ref.enqueue());
        add(list, "WeakRefs count", Made.REF, s -> s.result = WeakRefs.count(s.referent));
        add(
                list,
                "WeakRefs of",
                Made.REF,
                s -> s.result = WeakRefs.of(s.referent).size());
    }

    private static void addProxies(List<Operation> list) {
        add(list, "WeakProxy of", Made.NOTHING, s -> s.proxy = WeakProxy.of(s.referent, Greeting.class));
        add(list, "WeakProxy of all", Made.NOTHING, s -> s.result = WeakProxy.of(s.referent, new Class<?>[0]));
        add(list, "WeakProxy of with a callback", Made.NOTHING, ReferenceTrial::proxy);
        add(list, "WeakProxy call", Made.PROXY, s -> s.proxy.greet());
        add(list, "WeakProxy equals", Made.PROXY, s -> s.proxy.equals(s));
        add(list, "WeakProxy toString", Made.PROXY, s -> s.result = s.proxy.toString());
        add(list, "WeakProxy describe", Made.PROXY, s -> s.result = WeakProxy.describe(s.proxy));
        add(list, "WeakProxy isProxy", Made.PROXY, s -> s.result = WeakProxy.isProxy(s.proxy));
        add(list, "WeakProxy isCallable", Made.PROXY, s -> s.result = WeakProxy.isCallable(s.proxy));
    }

    private static void addMethods(List<Operation> list) {
        add(list, "WeakMethod of", Made.NOTHING, s -> s.method = WeakMethod.of(s.referent, BINDER));
        add(list, "WeakMethod of with a callback", Made.NOTHING, ReferenceTrial::method);
        add(list, "WeakMethod get", Made.METHOD, s -> s.result = s.method.get() == null ? null : s);
        add(list, "WeakMethod equals", Made.METHOD, s -> s.method.equals(s));
        add(list, "WeakMethod hashCode", Made.METHOD, s -> s.method.hashCode());
        add(list, "WeakMethod toString", Made.METHOD, s -> s.result = s.method.toString());
    }

    private static void add(List<Operation> list, String operation, Made made, OnStep body) {
        list.add(new Operation(operation, name -> new ReferenceTrial(name, made, body)));
    }
}

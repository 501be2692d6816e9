package dev.weakref.faults.depth;

import dev.weakref.ExitReport;
import dev.weakref.Finalizer.Outcome;
import dev.weakref.Finalizer.Trigger;
import dev.weakref.FinalizerInfo;
import dev.weakref.FinalizerRegistry;
import dev.weakref.FinalizerRun;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A generated method of a record, which must work after an overflow inside it. */
final class RecordTrial extends Trial {

    private static final String LINKING = "weakref-linking";

    private final Record mine;
    private final Record equal;
    private final Body<RecordTrial> body;
    private Object result = "";

    RecordTrial(String name, Record mine, Record equal, Body<RecordTrial> body) {
        super(name);
        this.mine = mine;
        this.equal = equal;
        this.body = body;
        awaitLinked();
    }

    /** The library links these methods in a thread that no caller waits for. */
    private static void awaitLinked() {
        FinalizerRegistry.create();
        for (Thread each : Thread.getAllStackTraces().keySet()) {
            if (each.getName().startsWith(LINKING)) {
                join(each);
            }
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException stop) {
            throw new IllegalStateException(stop);
        }
    }

    @Override
    void prepare() {}

    @Override
    void at(int step) throws Throwable {
        body.run(this, step);
    }

    @Override
    void check(int step, boolean returned) {
        expect(mine.toString().equals(equal.toString()), "it has another text");
        expect(mine.hashCode() == equal.hashCode(), "it has another hash code");
        expect(mine.equals(equal), "it is not equal to an equal one");
    }

    @Override
    void end() {
        result = "";
    }

    static List<Operation> operations() {
        List<Operation> list = new ArrayList<>();
        for (int kind = 0; kind < records().size(); kind++) {
            int which = kind;
            String type = records().get(kind).getClass().getSimpleName();
            add(list, type + " toString", which, (t, i) -> t.result = t.mine.toString());
            add(list, type + " hashCode", which, (t, i) -> t.result = t.mine.hashCode() == 0 ? t : null);
            add(list, type + " equals", which, (t, i) -> t.result = t.mine.equals(t.equal) ? t : null);
        }
        return list;
    }

    private static void add(List<Operation> list, String operation, int kind, Body<RecordTrial> body) {
        list.add(new Operation(
                operation,
                name -> new RecordTrial(name, records().get(kind), records().get(kind), body)));
    }

    private static List<Record> records() {
        FinalizerInfo info = new FinalizerInfo(
                1, "name", "Type", "Action", true, Instant.EPOCH, "creator", true, false, List.of("frame"));
        return List.of(
                info,
                new FinalizerRun(info, Trigger.EXIT, Outcome.SUCCESS, Duration.ofSeconds(1), null),
                new ExitReport(1, 0, 0, 0, Duration.ofSeconds(1), List.of("left")));
    }
}

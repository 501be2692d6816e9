package dev.weakref.faults.depth;

import dev.weakref.ExitReport;
import dev.weakref.Finalizer.Outcome;
import dev.weakref.Finalizer.Trigger;
import dev.weakref.FinalizerInfo;
import dev.weakref.FinalizerRun;
import dev.weakref.Leftover;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The text of a record, which must work after an overflow inside it. */
final class RecordTrial extends Trial {

    private final Record mine;
    private final Record equal;
    private final Body<RecordTrial> body;
    private Object result = "";

    RecordTrial(String name, Record mine, Record equal, Body<RecordTrial> body) {
        super(name);
        this.mine = mine;
        this.equal = equal;
        this.body = body;
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
        Leftover left = new Leftover(1, "name", "Action", Leftover.Reason.SKIPPED);
        return List.of(
                info,
                new FinalizerRun(info, Trigger.EXIT, Outcome.SUCCESS, Duration.ofSeconds(1), null),
                left,
                new ExitReport(1, 0, 0, 0, Duration.ofSeconds(1), List.of(left)));
    }
}

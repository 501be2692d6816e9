package dev.weakref.faults;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Objects die while memory is full, on each collector of the JDK. */
class ShortageFaults {

    private static final int OBJECTS = 1_000;
    private static final String RAN_ACTIONS = "RAN actions ";

    /** A collector, with a heap that it can live with. */
    private enum Collector {
        SERIAL("-XX:+UseSerialGC", "-Xmx32m"),
        PARALLEL("-XX:+UseParallelGC", "-Xmx32m"),
        G1("-XX:+UseG1GC", "-Xmx32m"),
        Z("-XX:+UseZGC", "-Xmx64m");

        private final String[] options;

        Collector(String... options) {
            this.options = options;
        }
    }

    @ParameterizedTest
    @EnumSource
    void allActionsRunWhenMemoryIsFreeAgain(Collector collector) {
        List<Child> children = new ArrayList<>();
        for (int i = 0; i < Options.jvms(1); i++) {
            children.add(Child.of(ShortageProgram.class, Options.areShort() ? 1_000 : 6_000, OBJECTS)
                    .with(collector.options));
        }
        Figures figures = new Figures("shortage on " + collector);
        long ran = 0;
        int silent = 0;
        for (Child.End end : Child.runAll(children)) {
            figures.add(end);
            ran += end.output().stream()
                    .filter(line -> line.startsWith(RAN_ACTIONS))
                    .mapToLong(line -> Long.parseLong(line.split(" ")[2]))
                    .sum();
            silent += saysWhatWasShort(end) ? 0 : 1;
        }
        figures.print("actions=" + ran + " of=" + (long) OBJECTS * children.size() + " silent=" + silent)
                .expectAllPassed();
    }

    private static boolean saysWhatWasShort(Child.End end) {
        return end.output().stream()
                .anyMatch(line ->
                        !line.startsWith("VERDICT") && (line.contains("memory") || line.contains("OutOfMemory")));
    }
}

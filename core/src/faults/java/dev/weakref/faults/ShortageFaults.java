package dev.weakref.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

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

    /** All collectors at the same time, as the programs mostly wait for the library's threads to end. */
    @Test
    void allActionsRunWhenMemoryIsFreeAgain() {
        int jvms = Options.jvms(1);
        List<Child> children = new ArrayList<>();
        for (Collector collector : Collector.values()) {
            for (int i = 0; i < jvms; i++) {
                children.add(Child.of(ShortageProgram.class, Options.areShort() ? 1_000 : 6_000, OBJECTS)
                        .with(collector.options)
                        .with("-Xlog:exceptions=info"));
            }
        }
        List<Child.End> ends = Child.runAll(children, 2 * Options.AT_A_TIME);
        List<Figures> figures = new ArrayList<>();
        for (Collector collector : Collector.values()) {
            int from = collector.ordinal() * jvms;
            figures.add(figures(collector, ends.subList(from, from + jvms)));
        }
        figures.forEach(Figures::expectAllPassed);
        assertThat(ends)
                .as("JVMs in which a thread of the library had no memory, and no line of the log says so")
                .noneMatch(end -> isSilent(end));
    }

    private static Figures figures(Collector collector, List<Child.End> ends) {
        Figures figures = new Figures("shortage on " + collector);
        long ran = 0;
        int silent = 0;
        for (Child.End end : ends) {
            figures.add(end);
            ran += end.output().stream()
                    .filter(line -> line.startsWith(RAN_ACTIONS))
                    .mapToLong(line -> Long.parseLong(line.split(" ")[2]))
                    .sum();
            silent += isSilent(end) ? 1 : 0;
        }
        return figures.print("actions=" + ran + " of=" + (long) OBJECTS * ends.size() + " silent=" + silent);
    }

    private static boolean isSilent(Child.End end) {
        return lacksMemory(end) && !saysWhatWasShort(end);
    }

    /** Whether the JVM says that a thread of the library had no memory. Otherwise collections took all the time. */
    private static boolean lacksMemory(Child.End end) {
        boolean noMemory = false;
        for (String line : end.output()) {
            if (line.contains("Exception <a ")) {
                noMemory = line.contains("OutOfMemoryError");
            }
            if (noMemory && line.contains("for thread ") && line.contains("(weakref-")) {
                return true;
            }
        }
        return false;
    }

    /** In a line of the log: that the JVM says so of a thread that has ended by it does not count. */
    private static boolean saysWhatWasShort(Child.End end) {
        return end.output().stream()
                .anyMatch(line -> line.startsWith("java.lang.OutOfMemoryError")
                        || (line.startsWith("WARNING: ")
                                && line.toLowerCase(Locale.ROOT).contains("memory")));
    }
}

package dev.weakref.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.faults.depth.DepthProgram;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Every operation is called at every depth of the stack: interpreted and compiled, cold and warm. */
class DepthFaults {

    private static final List<String> PARTS =
            List.of("VALUE_MAPS", "KEY_MAPS", "OTHER_KEY_MAPS", "SETS", "REFERENCES", "FINALIZERS");

    /** How many operations each JVM tries; in the short form just as many that all JVMs together try each of them. */
    private static final int OPERATIONS = 150;

    private static final int OPERATIONS_IN_SHORT_FORM = 30;
    private static final int JVMS_IN_SHORT_FORM = 12;

    private static final String OPERATION = "OPERATION ";

    /** How the JVM runs code. */
    private enum Mode {
        INTERPRETED("-Xint"),
        C1("-XX:TieredStopAtLevel=1", "-XX:CompileThresholdScaling=0.05"),
        TIERED("-XX:CompileThresholdScaling=0.05");

        private final String[] options;

        Mode(String... options) {
            this.options = options;
        }
    }

    @Test
    void nothingHangsAndNothingIsLostAfterAnOverflow() {
        List<Child> children = new ArrayList<>();
        int jvms = Options.jvms(JVMS_IN_SHORT_FORM);
        for (int number = 0; number < jvms; number++) {
            children.add(child(number, PARTS));
        }
        Map<String, Integer> overflows = run("depth", children).overflows();
        assertThat(overflows)
                .as("operations inside which no overflow struck")
                .isNotEmpty()
                .doesNotContainValue(0);
    }

    /** The JDK's own, for comparison: only reported. */
    @Test
    void controls() {
        List<Child> children = new ArrayList<>();
        for (int number = 0; number < Options.jvms(2); number++) {
            children.add(child(number, List.of("CONTROLS")));
        }
        report("depth of ConcurrentHashMap and Cleaner", children);
    }

    /** Each number is another combination, of other operations. */
    private static Child child(int number, List<String> parts) {
        Mode mode = Mode.values()[number % 3];
        String start = number / 3 % 2 == 0 ? "cold" : "warm";
        String caught = number / 6 % 2 == 0 ? "there" : "top";
        List<Object> arguments = new ArrayList<>(
                List.of(start, caught, number, Options.areShort() ? OPERATIONS_IN_SHORT_FORM : OPERATIONS));
        arguments.addAll(parts);
        return Child.of(DepthProgram.class, arguments.toArray())
                .with(mode.options)
                .with("-Xmx128m", "-XX:+UseSerialGC", "-XX:MaxJavaStackTraceDepth=40")
                .with("-XX:CompileCommand=quiet", "-XX:CompileCommand=dontinline,dev/weakref/faults/depth/Dive.*");
    }

    private record Report(Figures figures, Map<String, Integer> overflows) {}

    private static Report run(String what, List<Child> children) {
        Report report = report(what, children);
        report.figures.expectAllPassed();
        return report;
    }

    private static Report report(String what, List<Child> children) {
        Figures figures = new Figures(what);
        Map<String, Integer> overflows = new TreeMap<>();
        for (Child.End end : Child.runAll(children)) {
            figures.add(end);
            end.output().stream()
                    .filter(line -> line.startsWith(OPERATION))
                    .forEach(line -> addOverflows(overflows, line.substring(OPERATION.length())));
        }
        int all = overflows.values().stream().mapToInt(each -> each).sum();
        Map.Entry<String, Integer> fewest =
                overflows.entrySet().stream().min(Map.Entry.comparingByValue()).orElse(Map.entry("none", 0));
        figures.print("operations=" + overflows.size() + " overflows=" + all + " fewest=" + fewest.getValue() + " ("
                + fewest.getKey() + ")");
        if (!Options.areShort()) {
            overflows.forEach((operation, count) -> System.out.println("    " + operation + " overflows=" + count));
        }
        return new Report(figures, overflows);
    }

    private static void addOverflows(Map<String, Integer> overflows, String line) {
        String name = line.substring(0, line.lastIndexOf(": overflows="));
        String count =
                line.substring(line.lastIndexOf('=', line.indexOf(" places=") - 1) + 1, line.indexOf(" places="));
        overflows.merge(name, Integer.valueOf(count), Integer::sum);
    }
}

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
            List.of("VALUE_MAPS", "KEY_MAPS", "OTHER_KEY_MAPS", "SETS", "REFERENCES", "FINALIZERS", "RECORDS");

    /** More than there are: all interpreted JVMs together try at least as many, and so each one. */
    private static final int ALL = 400;

    private static final int AT_LEAST = 180;

    /** How many a JVM tries that compiles, which takes longer. */
    private static final int COMPILED = 60;

    private static final int COMPILED_IN_SHORT_FORM = 10;

    /** Two of each mode; there are twelve combinations. */
    private static final int JVMS_IN_SHORT_FORM = 6;

    private static final int CONTROLS_AT_MOST = 12;

    private static final String OPERATION = "OPERATION ";
    private static final String OPERATIONS_IN_ALL = "OPERATIONS ";

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
        Report report = report("depth", children);
        report.figures.expectAllPassed();
        assertThat(report.overflows).as("operations that were tried").hasSize(report.operations);
        assertThat(report.overflows)
                .as("operations inside which no overflow struck")
                .isNotEmpty()
                .doesNotContainValue(0);
    }

    /** The JDK's own, for comparison: only reported, and only in the long form. */
    @Test
    void controls() {
        List<Child> children = new ArrayList<>();
        for (int number = 0; number < Math.min(Options.jvms(0), CONTROLS_AT_MOST); number++) {
            children.add(child(number, List.of("CONTROLS")));
        }
        if (!children.isEmpty()) {
            report("depth of ConcurrentHashMap and Cleaner", children);
        }
    }

    /** Each number is another combination, of other operations. */
    private static Child child(int number, List<String> parts) {
        Mode mode = Mode.values()[number % 3];
        int rest = number / 3;
        boolean cold = Options.areShort() ? mode == Mode.INTERPRETED : rest / 2 % 2 == 0;
        String start = cold ? "cold" : "warm";
        String caught = rest % 2 == 0 ? "there" : "top";
        int operations =
                mode == Mode.INTERPRETED ? interpreted() : Options.areShort() ? COMPILED_IN_SHORT_FORM : COMPILED;
        int first = mode == Mode.INTERPRETED ? rest * operations : number * COMPILED;
        List<Object> arguments = new ArrayList<>(List.of(start, caught, number, first, operations));
        arguments.addAll(parts);
        return Child.of(DepthProgram.class, arguments.toArray())
                .with(mode.options)
                .with("-Xmx128m", "-XX:+UseSerialGC", "-XX:MaxJavaStackTraceDepth=40")
                .with("-XX:CompileCommand=quiet", "-XX:CompileCommand=dontinline,dev/weakref/faults/depth/Dive.*");
    }

    /** How many operations an interpreted JVM tries. Compilers may inline a short one, in which none overflows then. */
    private static int interpreted() {
        int jvms = (Options.jvms(JVMS_IN_SHORT_FORM) + 2) / 3;
        return Math.max(Options.areShort() ? 1 : AT_LEAST, ALL / jvms + 1);
    }

    private record Report(Figures figures, int operations, Map<String, Integer> overflows) {}

    private static Report report(String what, List<Child> children) {
        Figures figures = new Figures(what);
        Map<String, Integer> overflows = new TreeMap<>();
        int operations = 0;
        for (Child.End end : Child.runAll(children)) {
            figures.add(end);
            operations = Math.max(operations, operations(end));
            end.output().stream()
                    .filter(line -> line.startsWith(OPERATION))
                    .forEach(line -> addOverflows(overflows, line.substring(OPERATION.length())));
        }
        int all = overflows.values().stream().mapToInt(each -> each).sum();
        Map.Entry<String, Integer> fewest =
                overflows.entrySet().stream().min(Map.Entry.comparingByValue()).orElse(Map.entry("none", 0));
        figures.print("operations=" + overflows.size() + " of=" + operations + " overflows=" + all + " fewest="
                + fewest.getValue() + " (" + fewest.getKey() + ")");
        if (!Options.areShort()) {
            overflows.forEach((operation, count) -> System.out.println("    " + operation + " overflows=" + count));
        }
        return new Report(figures, operations, overflows);
    }

    /** How many operations there are to be tried. */
    private static int operations(Child.End end) {
        return end.output().stream()
                .filter(line -> line.startsWith(OPERATIONS_IN_ALL))
                .mapToInt(line -> Integer.parseInt(line.substring(OPERATIONS_IN_ALL.length())))
                .findFirst()
                .orElse(0);
    }

    private static void addOverflows(Map<String, Integer> overflows, String line) {
        String name = line.substring(0, line.lastIndexOf(": overflows="));
        String count =
                line.substring(line.lastIndexOf('=', line.indexOf(" places=") - 1) + 1, line.indexOf(" places="));
        overflows.merge(name, Integer.valueOf(count), Integer::sum);
    }
}

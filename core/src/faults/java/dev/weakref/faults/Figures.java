package dev.weakref.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Prints what came of some JVMs as one line, {@code FIGURE <what> jvms=… passed=… hung=… failed=…}, and fails unless
 * all passed.
 */
final class Figures {

    private static final int SHOWN_AT_MOST = 200;

    private final String what;
    private final List<Child.End> failed = new ArrayList<>();
    private int jvms;
    private int hung;

    Figures(String what) {
        this.what = what + " jdk=" + Options.JDK.getFileName();
    }

    void add(Child.End end) {
        jvms++;
        if (!end.passed()) {
            failed.add(end);
        }
        if (end.code() == -1 || end.code() == Verdict.HANGS) {
            hung++;
        }
    }

    /** Prints the line, with more figures at its end. */
    Figures print(String more) {
        System.out.println("FIGURE " + what + " jvms=" + jvms + " passed=" + (jvms - failed.size()) + " hung=" + hung
                + " failed=" + (failed.size() - hung) + (more.isEmpty() ? "" : " " + more));
        verdicts().forEach((verdict, count) -> System.out.println("    " + count + " x " + verdict));
        return this;
    }

    private Map<String, Integer> verdicts() {
        Map<String, Integer> verdicts = new TreeMap<>();
        failed.forEach(end -> verdicts.merge(end.verdict(), 1, Integer::sum));
        return verdicts;
    }

    /** Fails, with the output of the first that failed, unless all passed. */
    void expectAllPassed() {
        if (!failed.isEmpty()) {
            List<String> output = failed.get(0).output();
            int from = Math.max(0, output.size() - SHOWN_AT_MOST);
            assertThat(failed)
                    .withFailMessage(
                            "%s: %d of %d JVMs failed: %s%nThe output of the first:%n%s",
                            what,
                            failed.size(),
                            jvms,
                            verdicts(),
                            String.join("\n", output.subList(from, output.size())))
                    .isEmpty();
        }
    }
}

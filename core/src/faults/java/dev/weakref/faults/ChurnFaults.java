package dev.weakref.faults;

import dev.weakref.faults.ChurnProgram.What;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Registrations and references without end, for objects that die at once. */
class ChurnFaults {

    private static final String CHURN = "CHURN rate=";

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CLEANER")
    void memoryLasts(What what) {
        churn(what).forEach(Figures::expectAllPassed);
    }

    /** The JDK's own, for comparison: only reported, and only in the long form. */
    @Test
    void controls() {
        if (!Options.areShort()) {
            churn(What.CLEANER);
        }
    }

    private static List<Figures> churn(What what) {
        Figures two = churn(what, 2);
        return Options.areShort() ? List.of(two) : List.of(two, churn(what, 1));
    }

    private static Figures churn(What what, int threads) {
        List<Child> children = new ArrayList<>();
        for (int i = 0; i < Options.jvms(1); i++) {
            children.add(Child.of(ChurnProgram.class, what, threads, Options.areShort() ? 1 : 60)
                    .with("-Xmx256m"));
        }
        Figures figures = new Figures("churn of " + what + " threads=" + threads);
        List<Long> rates = new ArrayList<>();
        for (Child.End end : Child.runOneByOne(children)) {
            figures.add(end);
            end.output().stream()
                    .filter(line -> line.startsWith(CHURN) && end.passed())
                    .forEach(line -> rates.add(Long.valueOf(line.substring(CHURN.length(), line.indexOf(" made=")))));
        }
        rates.sort(null);
        return figures.print(
                rates.isEmpty()
                        ? "rate=none"
                        : "rate/s median=" + rates.get(rates.size() / 2) + " min=" + rates.get(0) + " max="
                                + rates.get(rates.size() - 1));
    }
}

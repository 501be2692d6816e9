package dev.weakref.faults;

import dev.weakref.faults.EndsProgram.Deed;
import dev.weakref.faults.EndsProgram.Owner;
import dev.weakref.faults.EndsProgram.Place;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The program or a registry is ended by code that the library runs, and no limit has to expire for that. */
class EndsFaults {

    private static final int DEADLINE_SECONDS = 60;

    /** The shortest limit that could have expired is the one of the actions of the global registry, which is 10 s. */
    private static final long SHORTER_THAN_ANY_LIMIT_MILLIS = 9_000;

    private record Case(Owner owner, Place place, Deed deed) {}

    @ParameterizedTest
    @EnumSource
    void theEndFromInsideWaitsForNoLimit(Deed deed) {
        Figures figures = new Figures("end from inside by " + deed);
        List<Case> cases = cases(deed);
        List<Child> children = new ArrayList<>();
        for (Case each : cases) {
            children.add(Child.of(EndsProgram.class, each.owner, each.place, each.deed)
                    .deadlineSeconds(DEADLINE_SECONDS));
        }
        List<Child.End> ends = Child.runAll(children);
        for (int i = 0; i < ends.size(); i++) {
            Child.End end = ends.get(i);
            String fault = fault(cases.get(i), end);
            List<String> output = new ArrayList<>(end.output());
            if (!fault.isEmpty()) {
                output.add("VERDICT failed: " + cases.get(i) + " " + fault);
            }
            int code = fault.isEmpty() ? 0 : end.code() == -1 ? Verdict.HANGS : Verdict.FAILED;
            figures.add(new Child.End(code, output, end.endedAt()));
        }
        figures.print("").expectAllPassed();
    }

    private static List<Case> cases(Deed deed) {
        List<Case> cases = new ArrayList<>();
        for (int i = 0; i < Options.jvms(1); i++) {
            for (Owner owner : Owner.values()) {
                for (Place place : Place.values()) {
                    boolean none = owner == Owner.GLOBAL && (place.needsOptions() || deed == Deed.CLOSE_GLOBAL);
                    if (!none) {
                        cases.add(new Case(owner, place, deed));
                    }
                }
            }
        }
        return cases;
    }

    private static String fault(Case tried, Child.End end) {
        if (end.code() == -1) {
            return "does not end in " + DEADLINE_SECONDS + " s";
        }
        if (end.code() != (tried.deed.endsProgram() ? EndsProgram.CODE : 0)) {
            return "ends with code " + end.code();
        }
        if (tried.owner == Owner.GLOBAL && sinceItsEndBegan(end) > SHORTER_THAN_ANY_LIMIT_MILLIS) {
            return "waits for a limit";
        }
        for (int i = 0; i < EndsProgram.OTHERS; i++) {
            long runs = end.count("ran " + i);
            if (runs > 1 || (runs == 0 && tried.deed != Deed.HALT)) {
                return "another action ran " + runs + " times";
            }
        }
        return "";
    }

    private static long sinceItsEndBegan(Child.End end) {
        return end.output().stream()
                .filter(line -> line.startsWith(EndsProgram.ENDS))
                .mapToLong(line -> end.endedAt() - Long.parseLong(line.substring(EndsProgram.ENDS.length())))
                .findFirst()
                .orElse(Long.MAX_VALUE);
    }
}

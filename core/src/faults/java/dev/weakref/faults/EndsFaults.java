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

    private static final long DEADLINE_SECONDS = Verdict.DEADLINE_MILLIS / 1000;

    /** The shortest limit that could have expired is the one of the actions of the global registry, which is 10 s. */
    private static final long SHORTER_THAN_ANY_LIMIT_MILLIS = 9_000;

    /** A busy machine may take as long once; who waits for a limit takes as long each time. */
    private static final int ATTEMPTS = 3;

    private static final String WAITS = "waits for a limit";

    private record Case(Owner owner, Place place, Deed deed) {

        Child child() {
            return Child.of(EndsProgram.class, owner, place, deed).deadlineSeconds(DEADLINE_SECONDS);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theEndFromInsideWaitsForNoLimit(Deed deed) {
        Figures figures = new Figures("end from inside by " + deed);
        List<Case> cases = cases(deed);
        List<Child.End> ends = Child.runAll(cases.stream().map(Case::child).toList());
        for (int i = 0; i < ends.size(); i++) {
            Child.End end = ends.get(i);
            String fault = fault(cases.get(i), end);
            for (int attempt = 1; attempt < ATTEMPTS && fault.equals(WAITS); attempt++) {
                end = Child.runOneByOne(List.of(cases.get(i).child())).get(0);
                fault = fault(cases.get(i), end);
            }
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
                    boolean leftOut =
                            Options.areShort() && deed != Deed.EXIT && place.ordinal() % 4 != deed.ordinal() % 4;
                    if (!none && !leftOut) {
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
            return WAITS;
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

package dev.weakref.faults.depth;

import java.util.HashSet;
import java.util.Set;

/** The overflows that struck inside of one operation: in the library, or in what it has called. */
final class Overflows {

    private static final String OWN = "dev.weakref.faults.";

    private final Set<String> places = new HashSet<>();
    private int steps;
    private int inside;

    void add(Dive.Outcome outcome) {
        steps += outcome.steps();
        for (StackOverflowError each : outcome.struck()) {
            if (each != null && struckInside(each)) {
                inside++;
            }
        }
    }

    /** Struck before the operation was reached, there are frames of the suite only. */
    private boolean struckInside(StackOverflowError error) {
        for (StackTraceElement frame : error.getStackTrace()) {
            if (frame.getClassName().equals(Dive.class.getName())) {
                return false;
            }
            if (!frame.getClassName().startsWith(OWN)) {
                places.add(frame.getClassName() + "." + frame.getMethodName());
                return true;
            }
        }
        return true;
    }

    int inside() {
        return inside;
    }

    @Override
    public String toString() {
        return "overflows=" + inside + " places=" + places.size() + " steps=" + steps;
    }
}

package dev.weakref.benchmarks.report;

import dev.weakref.benchmarks.measurement.Ratio;

/**
 * What core has set itself.
 *
 * @param atLeast whether more is better
 */
public record Target(String what, boolean atLeast, double bound, Ratio measured) {

    boolean isMissed() {
        return measured.isKnown() && !holds();
    }

    private boolean holds() {
        return atLeast ? measured.median() >= bound : measured.median() <= bound;
    }

    /** What it is, as the first cells of a line of a table. */
    String goal() {
        return "| " + what + " | " + (atLeast ? "≥ " : "≤ ") + Ratio.show(bound) + " ";
    }

    /** What became of it, as further cells. */
    String verdict() {
        return measured.isKnown()
                ? "| " + measured + " | " + (holds() ? "holds " : "**missed** ")
                : "| not measured | ";
    }
}

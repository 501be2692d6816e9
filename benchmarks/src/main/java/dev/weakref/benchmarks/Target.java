package dev.weakref.benchmarks;

/**
 * What core has set itself.
 *
 * @param atLeast whether more is better
 */
record Target(String what, boolean atLeast, double bound, Ratio measured) {

    boolean holds() {
        return atLeast ? measured.median() >= bound : measured.median() <= bound;
    }

    /** A line of a table. */
    String line() {
        String verdict = !measured.isKnown() ? "not measured" : holds() ? "holds" : "**missed**";
        return "| " + what + " | " + (atLeast ? "≥ " : "≤ ") + Ratio.show(bound) + " | " + measured + " | " + verdict
                + " |";
    }
}

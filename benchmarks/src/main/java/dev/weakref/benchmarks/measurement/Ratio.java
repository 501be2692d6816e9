package dev.weakref.benchmarks.measurement;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;

/** A figure, or how two compare: the median over the rounds, and what lies between the extremes. */
public record Ratio(double median, double least, double most) {

    /** Nearer to 1 than this says nothing on a machine with other work. */
    private static final double NOISE = 1.2;

    public static Ratio of(double... rounds) {
        double[] sorted = rounds.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length == 0
                ? Double.NaN
                : sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return sorted.length == 0
                ? new Ratio(median, median, median)
                : new Ratio(median, sorted[0], sorted[sorted.length - 1]);
    }

    /** Compares what was measured in the same rounds. */
    public static Ratio of(double[] upper, double[] lower) {
        return of(IntStream.range(0, Math.min(upper.length, lower.length))
                .mapToDouble(round -> upper[round] / lower[round])
                .toArray());
    }

    public boolean isKnown() {
        return !Double.isNaN(median);
    }

    public boolean isNoise() {
        return median > 1 / NOISE && median < NOISE;
    }

    @Override
    public String toString() {
        String range = show(least) + "–" + show(most);
        return !isKnown() ? "–" : show(least).equals(show(most)) ? show(median) : show(median) + " (" + range + ")";
    }

    public static String show(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%,.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    }
}

package dev.weakref.benchmarks.measurement;

/** Something that is measured for one peer, in a JVM of its own. */
public interface Measurement {

    void measure(Peer peer, Scale scale, Recorder recorder) throws Exception;

    /** Takes what was found. */
    interface Recorder {
        /**
         * Takes a figure.
         *
         * @param section the table in which the row stands
         * @param unit {@code ns}, {@code ms} and {@code ops/ms}, of which only ratios are shown; others as they are
         */
        void record(String section, String row, double value, String unit);
    }
}

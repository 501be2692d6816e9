package dev.weakref.benchmarks.measurement;

import java.util.List;

/**
 * How much is measured.
 *
 * @param name what it is called on the command line
 * @param rounds how many JVMs each figure is the median of
 * @param sizes of the collections whose operations are measured
 * @param many the entries, finalizers or references where "a million" is wanted
 * @param times how often they die in one JVM, which counts by its median
 * @param warmups iterations of JMH that do not count
 * @param iterations iterations of JMH
 * @param sliceMillis the length of such an iteration
 * @param collections how many small collections
 * @param collidingKeys how many keys of one hash
 * @param survivorsAmong how many are registered for one survivor in each chunk
 * @param growth the sizes of the curves
 * @param churnMillis how long short-lived entries come and go
 */
public record Scale(
        String name,
        int rounds,
        List<Integer> sizes,
        int many,
        int times,
        int warmups,
        int iterations,
        int sliceMillis,
        int collections,
        int collidingKeys,
        int survivorsAmong,
        List<Integer> growth,
        int churnMillis) {

    private static final int MILLION = 1_000_000;

    /** To see in some minutes what is far off. */
    static final Scale SHORT = new Scale(
            "short",
            2,
            List.of(1 << 17),
            MILLION,
            1,
            10,
            10,
            20,
            100_000,
            1_000,
            MILLION,
            List.of(1_000, 1_000_000),
            4_000);

    /** For the page in docs. */
    public static final Scale FULL = new Scale(
            "full",
            4,
            List.of(1 << 10, 1 << 17, 1 << 20),
            MILLION,
            3,
            10,
            10,
            20,
            100_000,
            10_000,
            10_000_000,
            List.of(1_000, 10_000, 100_000, 1_000_000, 10_000_000),
            120_000);

    /** For the test, which only sees that everything runs. */
    public static final Scale TINY =
            new Scale("tiny", 1, List.of(64), 256, 1, 0, 1, 1, 20, 50, 1_000, List.of(100), 40);

    public static Scale of(String name) {
        for (Scale scale : List.of(SHORT, FULL, TINY)) {
            if (scale.name.equals(name)) {
                return scale;
            }
        }
        throw new IllegalArgumentException("There is no run called " + name + "; take short or full");
    }
}

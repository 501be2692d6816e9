package dev.weakref.benchmarks.measurement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.runner.options.WarmupMode;

/**
 * Operations that JMH measures, without a fork of its own: it is in one already, in which all operations of one peer
 * are measured on one collection, whose call sites have then seen all of them.
 */
public record Operations(
        String section,
        String rowEnding,
        Class<?> benchmark,
        List<String> methods,
        int threads,
        Map<String, String> parameters)
        implements Measurement {

    public static final String ONE_HASH = "keys of one hash";
    public static final String FINALIZERS = "finalizers";
    public static final String LEAK_LEVELS = "leak levels";
    public static final String PROXIES = "proxies";
    public static final String REFERENCES = "references";

    private static final int BATCH = 1 << 17;

    /** All operations of a kind of collection. */
    public static Operations of(Family family, int size, int threads) {
        List<String> methods = new ArrayList<>(List.of("getHit"));
        if (family != Family.INTERNER) {
            methods.addAll(List.of("getMiss", "putReplacing", "putAndRemove", "ninetyTenMixed"));
            if (family != Family.SETS) {
                methods.add("computeIfAbsentHit");
            }
            if (threads == 1) {
                methods.add("iteration");
            }
        }
        return new Operations(
                family.label,
                String.format(Locale.ROOT, ", %,d entries", size),
                MapBenchmark.class,
                methods,
                threads,
                Map.of("family", family.name(), "size", String.valueOf(size)));
    }

    /** Looking for keys that all have one hash. */
    public static Operations ofOneHash(Family family, int size) {
        return new Operations(
                ONE_HASH,
                String.format(Locale.ROOT, " of %s, %,d entries", family.label, size),
                MapBenchmark.class,
                List.of("getHit"),
                1,
                Map.of("family", family.name(), "size", String.valueOf(size), "colliding", "true"));
    }

    /** One method of a class. */
    public static Operations of(String section, Class<?> benchmark, String method, int threads) {
        return new Operations(section, "", benchmark, List.of(method), threads, Map.of());
    }

    @Override
    public void measure(Peer peer, Scale scale, Recorder recorder) throws RunnerException {
        for (RunResult result : run(peer, scale)) {
            String operation = words(result.getPrimaryResult().getLabel());
            String row = operation + rowEnding + (threads == 1 ? ", 1 thread" : ", " + threads + " threads");
            recorder.record(section, row, nanos(result), "ns");
        }
    }

    private Collection<RunResult> run(Peer peer, Scale scale) throws RunnerException {
        OptionsBuilder options = new OptionsBuilder();
        String anyMethod = "(" + String.join("|", methods) + ")";
        options.include("^" + benchmark.getName().replace(".", "\\.") + "\\." + anyMethod + "$");
        parameters.forEach(options::param);
        int batch = benchmark == FinalizerBenchmark.class ? Math.min(BATCH, scale.many()) : 1;
        options.param("peer", peer.name())
                .forks(0)
                .threads(threads)
                .warmupMode(
                        methods.size() == 1 ? WarmupMode.INDI : WarmupMode.BULK) // as all in a program that uses all
                .warmupIterations(scale.warmups())
                .warmupTime(TimeValue.milliseconds(scale.sliceMillis()))
                .warmupBatchSize(batch)
                .measurementIterations(scale.iterations())
                .measurementTime(TimeValue.milliseconds(scale.sliceMillis()))
                .measurementBatchSize(batch)
                .addProfiler(CpuTime.class)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT);
        return new Runner(options.build()).run();
    }

    /** {@code getHit} is "get hit". */
    private static String words(String method) {
        return method.replaceAll("([A-Z])", " $1").toLowerCase(Locale.ROOT);
    }

    /** One thread: the median of its processor time. Several: the best fifth of the wall clock. */
    private double nanos(RunResult result) {
        List<Double> times = new ArrayList<>();
        result.getBenchmarkResults()
                .forEach(fork -> fork.getIterationResults().forEach(iteration -> times.add(nanos(iteration))));
        double[] sorted =
                times.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return threads == 1
                ? sorted[sorted.length / 2]
                : Arrays.stream(sorted)
                        .limit(Math.max(1, sorted.length / 5))
                        .average()
                        .orElseThrow();
    }

    private double nanos(IterationResult iteration) {
        double wall = iteration.getPrimaryResult().getScore();
        Result<?> share = Objects.requireNonNull(iteration.getSecondaryResults().get(CpuTime.SHARE));
        return threads == 1 ? wall * share.getScore() : wall;
    }
}

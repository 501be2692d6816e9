package dev.weakref.benchmarks.measurement;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Tells JMH which part of an iteration its thread has had a processor. The time of one thread times this part does not
 * depend on what else the machine does.
 */
public final class CpuTime implements InternalProfiler {

    static final String SHARE = "cpu.share";

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final AtomicLong CPU_NANOS = new AtomicLong();
    private static final AtomicLong WALL_NANOS = new AtomicLong();

    @Override
    public String getDescription() {
        return "the part of an iteration that its threads had a processor";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        CPU_NANOS.set(0);
        WALL_NANOS.set(0);
    }

    @Override
    public Collection<? extends Result<?>> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        double share = (double) CPU_NANOS.get() / Math.max(1, WALL_NANOS.get());
        return List.of(new ScalarResult(SHARE, share, "", AggregationPolicy.AVG));
    }

    /** What one thread has used since it was made. */
    static final class Slice {

        private final long wall = System.nanoTime();
        private final long cpu = THREADS.getCurrentThreadCpuTime();

        void end() {
            CPU_NANOS.addAndGet(THREADS.getCurrentThreadCpuTime() - cpu);
            WALL_NANOS.addAndGet(System.nanoTime() - wall);
        }
    }
}

package dev.weakref.benchmarks.measurement;

import dev.weakref.benchmarks.measurement.Registrar.Resource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * Registers actions, and calls them explicitly. An iteration is one batch, so that no referent dies while it is
 * measured and nothing has to be collected.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH writes the parameters
public class FinalizerBenchmark {

    @Param
    Peer peer;

    private Registrar registrar;
    private Object[] referents;
    private Object[] actions;
    private Object[] handles;
    private AtomicInteger awaited;

    @Setup(Level.Iteration)
    public void prepare(BenchmarkParams params) {
        registrar = Registrar.of(peer);
        int size = params.getMeasurement().getBatchSize() * params.getThreads();
        referents = Entries.array(size, i -> new Object());
        actions = Entries.array(size, i -> registrar.action(new Resource()));
        handles = new Object[size];
        awaited = new AtomicInteger(params.getThreads());
        if (params.getBenchmark().endsWith("call")) {
            for (int i = 0; i < size; i++) {
                handles[i] = registrar.register(referents[i], actions[i]);
            }
        }
        Heap.collect();
    }

    @TearDown(Level.Iteration)
    public void release() {
        for (Object handle : handles) {
            registrar.call(handle);
        }
        registrar.close();
    }

    @Benchmark
    public void register(Place place) {
        int i = place.next++;
        handles[i] = registrar.register(referents[i], actions[i]);
    }

    @Benchmark
    public void call(Place place) {
        registrar.call(handles[place.next++]);
    }

    /** Where a thread is in the arrays, each in a part of its own. */
    @State(Scope.Thread)
    public static class Place {

        private int next;
        private CpuTime.Slice slice;

        /** Waits for the others, awake: else a batch might be over before the next thread has begun with its own. */
        @Setup(Level.Iteration)
        public void begin(FinalizerBenchmark prepared, ThreadParams threads) {
            next = threads.getThreadIndex() * (prepared.handles.length / threads.getThreadCount());
            prepared.awaited.decrementAndGet();
            while (prepared.awaited.get() > 0) {
                Thread.onSpinWait();
            }
            slice = new CpuTime.Slice();
        }

        @TearDown(Level.Iteration)
        public void end() {
            slice.end();
        }
    }
}

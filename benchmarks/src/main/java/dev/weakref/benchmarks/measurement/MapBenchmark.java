package dev.weakref.benchmarks.measurement;

import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
import org.openjdk.jmh.infra.Blackhole;
import org.openjdk.jmh.infra.ThreadParams;

/** The operations of a weak collection that is filled and stays so. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH writes the parameters
public class MapBenchmark {

    /** What was filled last in this JVM; the next operation is measured on it as well. */
    private static @Nullable Entries filled;

    private static @Nullable Parameters filledFor;

    @Param
    Family family;

    @Param
    Peer peer;

    @Param("1024")
    int size;

    /** Whether all keys have one hash. */
    @Param("false")
    boolean colliding;

    private Subject subject;
    private Entries entries;
    private Object[] probes;
    private Object[] writes;
    private Object[] absent;
    private Object[] values;

    @Setup
    public void fill() {
        Parameters parameters = new Parameters(family, peer, size, colliding);
        if (!parameters.equals(filledFor)) {
            filled = null;
            filled = Entries.of(family, peer, size, colliding);
            Heap.collect(); // what is asked with lies in random order from now on, however much a peer allocates
            filledFor = parameters;
        }
        entries = Objects.requireNonNull(filled);
        subject = entries.subject;
        probes = entries.probes;
        writes = entries.writes;
        absent = entries.absent;
        values = entries.values;
    }

    @Benchmark
    public @Nullable Object getHit(Cursor cursor) {
        return subject.get(probes[cursor.next()]);
    }

    @Benchmark
    public @Nullable Object getMiss(Cursor cursor) {
        return subject.get(absent[cursor.next()]);
    }

    @Benchmark
    public @Nullable Object computeIfAbsentHit(Cursor cursor) {
        return subject.computeIfAbsent(probes[cursor.next()], key -> key);
    }

    @Benchmark
    public @Nullable Object putReplacing(Cursor cursor) {
        return subject.put(writes[cursor.nextWrite()], values[cursor.otherValue()]);
    }

    @Benchmark
    public @Nullable Object putAndRemove(Cursor cursor) {
        int next = cursor.next();
        subject.put(absent[next], values[next]);
        return subject.remove(absent[next]);
    }

    @Benchmark
    public @Nullable Object ninetyTenMixed(Cursor cursor) {
        int next = cursor.next();
        return next % 10 == 0
                ? subject.put(writes[cursor.nextWrite()], values[cursor.otherValue()])
                : subject.get(probes[next]);
    }

    @Benchmark
    public void iteration(Cursor cursor, Blackhole blackhole) {
        for (Object element : subject.elements()) {
            blackhole.consume(element);
        }
    }

    private record Parameters(Family family, Peer peer, int size, boolean colliding) {}

    /** Where a thread is in the arrays; each begins somewhere else. */
    @State(Scope.Thread)
    public static class Cursor {

        private int mask;
        private int next;
        private int nextWrite;
        private int shift;
        private CpuTime.Slice slice;

        @Setup
        public void place(MapBenchmark map, ThreadParams threads) {
            mask = Integer.highestOneBit(map.size) - 1;
            next = threads.getThreadIndex() * (map.size / threads.getThreadCount());
            nextWrite = map.entries.nextWrite + next;
            shift = ThreadLocalRandom.current().nextInt(map.size); // others put with these keys as well
        }

        @TearDown
        public void leave(MapBenchmark map) {
            map.entries.nextWrite = nextWrite;
        }

        @Setup(Level.Iteration)
        public void begin() {
            slice = new CpuTime.Slice();
        }

        @TearDown(Level.Iteration)
        public void end() {
            slice.end();
        }

        int next() {
            return next++ & mask;
        }

        /** Goes on where the benchmark before it has ended. */
        int nextWrite() {
            return nextWrite++ & (2 * mask + 1);
        }

        /** The place of a value that is not the one which is there already. */
        int otherValue() {
            return (nextWrite + shift) & mask;
        }
    }
}

package dev.weakref.benchmarks.measurement;

import dev.weakref.WeakProxy;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;
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

/**
 * Calls a method of an interface, straight or through a proxy that holds its object weakly. As in a program that has
 * many proxies, what is called has been called before with objects of five classes, and for methods of two interfaces.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH writes the parameters
public class ProxyBenchmark {

    private static final int CALLS = 20_000;

    @Param
    Peer peer;

    private final List<Gauge> gauges =
            List.of(new Meter(), more -> more, more -> -more, more -> more * 2, more -> more / 2);
    private final List<IntUnaryOperator> operators = List.of(more -> more + 1, more -> more - 1);
    private Gauge gauge;
    private CpuTime.Slice slice;

    @Setup
    public void create(Blackhole blackhole) {
        List<Gauge> asked =
                gauges.stream().map(each -> before(each, Gauge.class)).toList();
        List<IntUnaryOperator> applied = operators.stream()
                .map(each -> before(each, IntUnaryOperator.class))
                .toList();
        for (int i = 0; i < CALLS; i++) {
            for (Gauge each : asked) {
                gauge = each;
                blackhole.consume(call());
            }
            for (IntUnaryOperator each : applied) {
                blackhole.consume(each.applyAsInt(1));
            }
        }
        gauge = asked.get(0);
    }

    /** What stands before an object: nothing, or a proxy. */
    private <T> T before(T referent, Class<T> type) {
        return switch (peer) {
            case DIRECT -> referent;
            case CORE -> WeakProxy.of(referent, type);
            case REFLECTIVE -> reflective(new WeakReference<>(referent), type);
            default -> throw new IllegalArgumentException(peer + " has no proxies");
        };
    }

    @Setup(Level.Iteration)
    public void begin() {
        slice = new CpuTime.Slice();
    }

    @TearDown(Level.Iteration)
    public void end() {
        slice.end();
    }

    @Benchmark
    public int call() {
        return gauge.read(1);
    }

    private static <T> T reflective(Reference<T> reference, Class<T> type) {
        ClassLoader loader = ProxyBenchmark.class.getClassLoader();
        return type.cast(Proxy.newProxyInstance(loader, new Class<?>[] {type}, (proxy, method, arguments) -> {
            T target = reference.get();
            if (target == null) {
                throw new IllegalStateException("gone");
            }
            return invoke(target, method, arguments);
        }));
    }

    private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException failure) {
            throw failure.getCause();
        }
    }

    /** What is called. */
    public interface Gauge {
        /** Adds to what it has read. */
        int read(int more);
    }

    private static final class Meter implements Gauge {

        private int read;

        @Override
        public int read(int more) {
            read += more;
            return read;
        }
    }
}

package dev.weakref.benchmarks;

import dev.weakref.WeakProxy;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.TimeUnit;
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

/** Calls a method of an interface, straight or through a proxy that holds its object weakly. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH writes the parameters
public class ProxyBenchmark {

    @Param
    Peer peer;

    private Gauge referent;
    private Gauge gauge;
    private CpuTime.Slice slice;

    @Setup
    public void create() {
        referent = new Meter();
        gauge = switch (peer) {
            case DIRECT -> referent;
            case CORE -> WeakProxy.of(referent, Gauge.class);
            case REFLECTIVE -> reflective(new WeakReference<>(referent));
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

    private static Gauge reflective(Reference<Gauge> reference) {
        return (Gauge) Proxy.newProxyInstance(
                Gauge.class.getClassLoader(), new Class<?>[] {Gauge.class}, (proxy, method, arguments) -> {
                    Gauge target = reference.get();
                    if (target == null) {
                        throw new IllegalStateException("gone");
                    }
                    return invoke(target, method, arguments);
                });
    }

    private static Object invoke(Gauge target, Method method, Object[] arguments) throws Throwable {
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

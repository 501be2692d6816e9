package dev.weakref.benchmarks.measurement;

import dev.weakref.CaptureCheck;
import dev.weakref.FinalizerRegistry;
import dev.weakref.spring.lifecycle.PrototypeDestruction;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.function.Supplier;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** Beans that are to be destroyed at the end: what their creation costs, beside those that Spring forgets. */
public record Prototypes() implements Measurement {

    public static final String ROW = "creation of a prototype bean that is to be destroyed, in its thread";

    private static final int WARM_UPS = 3;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    @Override
    public void measure(Peer peer, Scale scale, Recorder recorder) {
        try (FinalizerRegistry registry = FinalizerRegistry.builder()
                        .captureCheck(CaptureCheck.OFF)
                        .build();
                AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            DefaultListableBeanFactory beans = context.getDefaultListableBeanFactory();
            context.registerBean(Dependency.class);
            context.registerBean(Prototype.class, definition -> definition.setScope("prototype"));
            if (peer == Peer.CORE) {
                Supplier<PrototypeDestruction> destruction = () -> new PrototypeDestruction(beans, registry);
                context.registerBean(PrototypeDestruction.class, destruction);
            }
            context.refresh();
            double nanos = 0;
            for (int i = 0; i <= WARM_UPS; i++) {
                Heap.collect();
                nanos = nanosEach(beans, scale.many() / 4);
            }
            recorder.record(Operations.FINALIZERS, ROW, nanos, "ns");
        }
    }

    private static double nanosEach(DefaultListableBeanFactory beans, int many) {
        long begin = THREADS.getCurrentThreadCpuTime();
        Prototype last = null;
        for (int i = 0; i < many; i++) {
            last = beans.getBean(Prototype.class);
        }
        long end = THREADS.getCurrentThreadCpuTime();
        if (last == null || last.dependency == null) {
            throw new IllegalStateException("No bean was made");
        }
        return (double) (end - begin) / many;
    }

    static final class Dependency {}

    static final class Prototype implements AutoCloseable {

        private final Dependency dependency;

        Prototype(Dependency dependency) {
            this.dependency = dependency;
        }

        @Override
        public void close() {}
    }
}

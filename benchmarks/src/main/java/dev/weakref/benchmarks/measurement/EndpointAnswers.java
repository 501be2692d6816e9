package dev.weakref.benchmarks.measurement;

import com.sun.management.ThreadMXBean;
import dev.weakref.CaptureCheck;
import dev.weakref.FinalizerRegistry;
import dev.weakref.benchmarks.measurement.Registrar.Resource;
import dev.weakref.spring.endpoint.WeakRefsDescriptor;
import dev.weakref.spring.endpoint.WeakRefsEndpoint;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.actuate.endpoint.Show;

/**
 * Answers of the endpoint, before they are JSON, as there are a thousand finalizers, and as there are a million, in the
 * processor time of their thread.
 */
public record EndpointAnswers() implements Measurement {

    public static final String SECTION = "answers of the endpoint";
    public static final String OLDEST = "the first page, oldest first";
    public static final String GROUPED = "the first counts by name";
    public static final String TIMES = ", a million beside a thousand";
    public static final String SECONDS = " of a million, seconds";
    public static final String MEGABYTES = " of a million, megabytes allocated";
    public static final String ALL = "all counts of a million by name, request by request, seconds";

    private static final int FEW = 1_000;
    private static final int NAMES = 50;
    private static final int WARM_UPS = 50;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Override
    public void measure(Peer peer, Scale scale, Recorder recorder) {
        Object[] referents = Entries.array(scale.many(), i -> new Object());
        try (FinalizerRegistry few = registered(referents, FEW);
                FinalizerRegistry many = registered(referents, referents.length)) {
            WeakRefsEndpoint small = endpoint(few);
            WeakRefsEndpoint large = endpoint(many);
            compare(OLDEST, () -> page(small), () -> page(large), recorder);
            compare(GROUPED, () -> counts(small, null), () -> counts(large, null), recorder);
            recorder.record(SECTION, ALL, seconds(() -> allCounts(large)), "seconds");
        }
        Heap.keep(referents);
    }

    private static void compare(String what, Supplier<Object> ofFew, Supplier<Object> ofMany, Recorder recorder) {
        for (int i = 0; i < WARM_UPS; i++) {
            Heap.keep(ofFew.get());
            Heap.keep(ofMany.get());
        }
        double few = median(ofFew);
        double many = median(ofMany);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        Object answer = ofMany.get();
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        Heap.keep(answer);
        recorder.record(SECTION, what + TIMES, many / few, "times");
        recorder.record(SECTION, what + SECONDS, many, "seconds");
        recorder.record(SECTION, what + MEGABYTES, allocated / 1e6, "megabytes");
    }

    private static double median(Supplier<Object> answer) {
        double[] seconds = new double[WARM_UPS];
        for (int i = 0; i < seconds.length; i++) {
            seconds[i] = seconds(answer);
        }
        return Ratio.of(seconds).median();
    }

    private static double seconds(Supplier<Object> answer) {
        long begin = THREADS.getCurrentThreadCpuTime();
        Heap.keep(answer.get());
        return (THREADS.getCurrentThreadCpuTime() - begin) / 1e9;
    }

    private static Object page(WeakRefsEndpoint endpoint) {
        return endpoint.weakRefs(null, null, null, null, null, "oldest", null, null, null);
    }

    private static WeakRefsDescriptor counts(WeakRefsEndpoint endpoint, @Nullable String cursor) {
        return endpoint.weakRefs(null, null, null, null, null, null, "name", cursor, null);
    }

    private static Object allCounts(WeakRefsEndpoint endpoint) {
        WeakRefsDescriptor answer = counts(endpoint, null);
        while (answer.cursor() != null) {
            answer = counts(endpoint, answer.cursor());
        }
        return answer;
    }

    private static FinalizerRegistry registered(Object[] referents, int many) {
        FinalizerRegistry registry =
                FinalizerRegistry.builder().captureCheck(CaptureCheck.OFF).build();
        Resource resource = new Resource();
        for (int i = 0; i < Math.min(many, referents.length); i++) {
            registry.finalizer(referents[i]).name("name " + i % NAMES).run(resource::release);
        }
        return registry;
    }

    private static WeakRefsEndpoint endpoint(FinalizerRegistry registry) {
        DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
        beans.registerSingleton("registry", registry);
        return new WeakRefsEndpoint(beans, List.of(), Show.NEVER);
    }
}

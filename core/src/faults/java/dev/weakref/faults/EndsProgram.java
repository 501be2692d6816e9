package dev.weakref.faults;

import dev.weakref.FinalizerRegistry;
import dev.weakref.WeakRef;
import dev.weakref.WeakValueMap;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Code that the library runs ends the program, or a registry. Arguments: the registry, where that code runs, and what
 * it does. Other actions of the registry print a line each.
 */
public final class EndsProgram {

    /** What is printed when the end begins, with the time. */
    static final String ENDS = "ENDS ";

    static final int OTHERS = 3;
    static final int CODE = 7;

    private static final Duration NEVER = Duration.ofMinutes(10);

    /** Whose actions these are. */
    enum Owner {
        /** With limits that expire long after the suite has lost its patience, and closed by a hook of the program. */
        OWN,
        /** With the limits of the library. */
        GLOBAL
    }

    /** What runs the code. */
    enum Place {
        CALL,
        DISPATCH,
        EXECUTOR,
        EXIT_PASS,
        FAILURE_HANDLER,
        LISTENER,
        CALLBACK,
        REMOVAL_LISTENER;

        /** Whether only a registry with options has it. */
        boolean needsOptions() {
            return this == EXECUTOR || this == FAILURE_HANDLER || this == LISTENER;
        }
    }

    /** What the code does. */
    enum Deed {
        EXIT,
        HALT,
        CLOSE,
        SHUTDOWN_AT_MOST,
        CLOSE_GLOBAL;

        boolean endsProgram() {
            return this == EXIT || this == HALT;
        }
    }

    /** Lives to the end; static, as an action must not hold its own referent. */
    private static final Object ALIVE = new Object();

    private final CountDownLatch done = new CountDownLatch(1);
    private final ExecutorService executor = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "faults-executor");
        thread.setDaemon(true);
        return thread;
    });
    private final Place place;
    private final Deed deed;
    private final FinalizerRegistry registry;
    private boolean ended;

    private EndsProgram(Owner owner, Place place, Deed deed) {
        this.place = place;
        this.deed = deed;
        registry = owner == Owner.OWN ? own() : FinalizerRegistry.global();
    }

    private FinalizerRegistry own() {
        FinalizerRegistry.Builder builder =
                FinalizerRegistry.builder().name("own").actionLimit(NEVER).exitLimit(NEVER);
        if (place == Place.EXECUTOR) {
            builder.executor(executor);
        }
        if (place == Place.FAILURE_HANDLER) {
            builder.onFailure((info, failure) -> end());
        }
        if (place == Place.LISTENER) {
            builder.listener(run -> end());
        }
        FinalizerRegistry own = builder.build();
        Runtime.getRuntime().addShutdownHook(new Thread(own::close));
        return own;
    }

    /** Runs it. */
    public static void main(String[] args) throws InterruptedException {
        new EndsProgram(Owner.valueOf(args[0]), Place.valueOf(args[1]), Deed.valueOf(args[2])).run();
    }

    private void run() throws InterruptedException {
        for (int i = 0; i < OTHERS; i++) {
            String line = "ran " + i;
            registry.register(ALIVE, () -> System.out.println(line));
        }
        WeakValueMap<String, Object> map = WeakValueMap.<String, Object>builder()
                .onRemoval((key, cause) -> end())
                .build();
        Object held = begin(map);
        while (!done.await(10, TimeUnit.MILLISECONDS)) {
            System.gc();
        }
        Reference.reachabilityFence(held);
    }

    /** Makes the place run the code; what has to be held for that. */
    private Object begin(WeakValueMap<String, Object> map) {
        switch (place) {
            case CALL -> registry.register(ALIVE, this::end).close();
            case LISTENER -> registry.register(ALIVE, () -> {}).close();
            case DISPATCH, EXECUTOR -> registry.register(new Object(), this::end);
            case FAILURE_HANDLER ->
                registry.register(new Object(), () -> {
                    throw new IllegalStateException("on purpose");
                });
            case EXIT_PASS -> {
                registry.register(ALIVE, this::end);
                registry.close();
            }
            case CALLBACK -> {
                return WeakRef.of(new Object(), dead -> end());
            }
            case REMOVAL_LISTENER -> map.put("dies", new Object());
        }
        return map;
    }

    private void end() {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
        }
        System.out.println(ENDS + System.currentTimeMillis());
        switch (deed) {
            case EXIT -> System.exit(CODE);
            case HALT -> Runtime.getRuntime().halt(CODE);
            case CLOSE -> registry.close();
            case SHUTDOWN_AT_MOST -> registry.shutdown(NEVER);
            case CLOSE_GLOBAL -> FinalizerRegistry.global().close();
        }
        done.countDown();
    }
}

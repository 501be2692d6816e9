package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.Finalizer.Trigger;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that loads the library anew for each deployment gets rid of it with the deployment. */
@Tag("collects")
@Timeout(900)
class RedeployTests {

    private static final int ROUNDS = 25;

    /**
     * One that uses everything, and one that uses little, so that most classes are not loaded while it lives. Side by
     * side, since the threads of all take the same ten seconds to end. Each is the last one once, since what Java 25
     * may keep is only the loader that was used last.
     */
    @Test
    void classLoadersOfTheLibraryAreCollectedOnceItsThreadsHaveEnded() throws Exception {
        areCollected(List.of(Application.class, LeakingApplication.class));
        areCollected(List.of(LeakingApplication.class, Application.class));
    }

    private static void areCollected(List<Class<?>> applications) throws Exception {
        Map<Class<?>, List<WeakReference<ClassLoader>>> deployed = new HashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            for (Class<?> application : applications) {
                deployed.computeIfAbsent(application, first -> new ArrayList<>())
                        .add(deployAndUndeploy(application));
            }
        }

        for (Class<?> application : applications) {
            Gc.awaitTrue(
                    () -> deployed.get(application).stream().allMatch(loader -> loader.refersTo(null)),
                    Duration.ofMinutes(6),
                    "class loaders of " + application.getSimpleName() + " are still reachable");
        }
    }

    /** As by a server that closes the loader while the application has left something to watch. */
    @Test
    void closedClassLoaderDoesNotMakeTheReaperStartThreadAfterThread() throws Exception {
        Object referent = new Object();
        try (URLClassLoader loader = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
            loader.loadClass(WeakRef.class.getName())
                    .getMethod("of", Object.class)
                    .invoke(null, referent);
        }
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long before = threads.getTotalStartedThreadCount();
        AtomicInteger collections = new AtomicInteger();

        Gc.awaitTrue(
                () -> collections.incrementAndGet() > 100,
                Duration.ofMinutes(6),
                "a hundred collections were not made");

        assertThat(threads.getTotalStartedThreadCount() - before).isLessThan(50);
        Reference.reachabilityFence(referent);
    }

    private static WeakReference<ClassLoader> deployAndUndeploy(Class<?> application) throws Exception {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
            Thread.currentThread().setContextClassLoader(loader);
            Class<?> deployed = loader.loadClass(application.getName());
            assertThat(deployed).isNotSameAs(application);

            ((Runnable) deployed.getConstructor().newInstance()).run();

            return new WeakReference<>(loader);
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    private static URL[] classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(java.io.File.pathSeparator))
                .map(entry -> {
                    try {
                        return Path.of(entry).toUri().toURL();
                    } catch (MalformedURLException impossible) {
                        throw new AssertionError(impossible);
                    }
                })
                .toArray(URL[]::new);
    }

    /** Closes what was not closed before; loaded by a class loader of its own. */
    public static final class LeakingApplication implements Runnable {

        @Override
        public void run() {
            Object referent = new Object();
            FinalizerRegistry registry =
                    FinalizerRegistry.builder().reportOpenAtExit(true).build();
            registry.finalizer(referent).mustBeClosed().run(() -> {});
            registry.close();
            Reference.reachabilityFence(referent);
        }
    }

    /** Uses every part of the library; loaded by a class loader of its own. */
    public static final class Application implements Runnable {

        private static final Function<Object, Runnable> HASH = object -> object::hashCode;

        private final AtomicInteger called = new AtomicInteger();

        @Override
        public void run() {
            try {
                referencesAndCollections();
                finalizers();
            } catch (Exception failure) {
                throw new AssertionError(failure);
            }
        }

        private void referencesAndCollections() throws Exception {
            Runnable referent = new Runnable() {
                @Override
                public void run() {}
            };
            CountDownLatch calledBack = new CountDownLatch(1);
            WeakRef<Runnable> callingBack = WeakRef.of(referent, dead -> calledBack.countDown());
            WeakRef.of(referent);
            Runnable proxy = WeakProxy.of(referent, Runnable.class);
            proxy.run();
            WeakProxy.of(referent, Runnable.class, dead -> called.incrementAndGet());
            WeakMethod<Object, Runnable> method = WeakMethod.of(referent, HASH);
            method.get().run();
            WeakValueMap.<String, Object>builder()
                    .onRemoval((key, cause) -> called.incrementAndGet())
                    .build()
                    .put("key", referent);
            WeakKeyMap.<Object, String>identity().put(referent, "value");
            WeakSet.create().add(referent);
            WeakInterner.create().intern(referent);
            check(WeakRefs.count(referent) >= 4, "holds");
            callingBack.enqueue();
            calledBack.await();
            Reference.reachabilityFence(proxy);
            Reference.reachabilityFence(method);
        }

        private void finalizers() throws Exception {
            Object referent = new Object();
            FinalizerRegistry registry = FinalizerRegistry.builder()
                    .leakLevel(LeakLevel.PARANOID)
                    .reportOpenAtExit(true)
                    .leakListener(leak -> called.incrementAndGet())
                    .listener(run -> called.incrementAndGet())
                    .build();
            CountDownLatch ran = new CountDownLatch(1);
            ((FinalizerNode<?>) registry.register(referent, ran::countDown)).enqueue();
            ran.await();
            registry.register(referent, called, AtomicInteger::incrementAndGet).close();
            registry.finalizer(referent).overdueAfter(Duration.ofHours(1)).run(() -> {});
            registry.finalizer(referent).mustBeClosed().run(() -> {});
            registry.finalizer(referent).call(() -> CompletableFuture.completedFuture("done"));
            try (FinalizerScope scope = registry.openScope("deployment")) {
                scope.register(referent, () -> {});
            }
            TempFiles.of(registry).file(referent, "weakref", "");
            registry.guard(called::incrementAndGet, AutoCloseable.class).close();
            Finalizer<Void> atExit = registry.register(referent, () -> {});
            check(registry.shutdown().failed() == 0, "failures");
            check(atExit.trigger() == Trigger.EXIT, "exit");
            FinalizerRegistry.global().register(referent, () -> {});
            FinalizerRegistry.global().close();
        }

        private static void check(boolean condition, String what) {
            if (!condition) {
                throw new AssertionError(what);
            }
        }
    }
}

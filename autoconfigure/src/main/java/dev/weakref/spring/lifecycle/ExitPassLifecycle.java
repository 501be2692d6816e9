package dev.weakref.spring.lifecycle;

import dev.weakref.ExitReport;
import dev.weakref.FinalizerRegistry;
import dev.weakref.WeakSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.DestructionAwareBeanPostProcessor;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.DefaultSingletonBeanRegistry;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;

/**
 * Closes the finalizer registries of an application context when it closes, and only then.
 *
 * <p>All registries that are singletons of this very context are closed one after another, the youngest first, as the
 * context destroys its beans: what a bean was made with outlives it. Registries of a parent stay open, and so do
 * scoped ones, prototypes, and those that were never created; what a factory bean makes is created by this.
 *
 * <h2>Why this works</h2>
 *
 * <p><b>When it runs.</b> {@value #PHASE} is a phase below those of the web server, the executors and all other
 * life cycles, and above the logging system; singletons are destroyed after the last phase. So no request is in
 * flight, and every bean still works. {@code stop} is also called for {@code context.stop()}, a pause and a
 * checkpoint: only a context that is closed says so.
 *
 * <p><b>What if that phase is never reached.</b> A refresh that fails destroys singletons without a word. Their
 * destruction is seen by this post-processor, whose callback comes before those of the first bean; it asks for the
 * stack, because a single singleton may also be destroyed in a context that lives on. Of other scopes it asks for no
 * callback: some have none, and a session would keep the bean for it.
 *
 * <p><b>What if it cannot begin.</b> Memory may be short, or a factory bean may fail with an error. Nothing is begun
 * then, the phase continues, and the destruction of each bean tries again. If memory is exhausted when a registry is
 * closed, that is repeated while there is time.
 *
 * <p><b>What if the classes are gone.</b> A rebuild deletes the classes of an application that still runs. Everything
 * that the pass needs is therefore loaded and initialized with this class.
 *
 * <p><b>Who waits.</b> The pass runs on a thread of its own, begun once under this object's lock. The phase waits for
 * it as long as its timeout says, and destruction for the rest of the limit. Each registry is given what those before
 * it have left of the limit. So a hanging action delays the close until then, and no registry works when beans are
 * destroyed. At the end of the close the thread itself has ended, unless it hangs: the end of the pass is one of its
 * last steps, and the close waits for the others within the same time.
 *
 * @since 0.1
 */
public final class ExitPassLifecycle
        implements SmartLifecycle, DestructionAwareBeanPostProcessor, PriorityOrdered, DisposableBean {

    /** The phase of the life cycle in which the pass runs. */
    public static final int PHASE = Integer.MIN_VALUE + 1024;

    private static final Log log = LogFactory.getLog(ExitPassLifecycle.class);

    /** For the report of a registry that has used up all of the time. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    /** Between two attempts while memory is exhausted: leaves the processor to others; short within the limit. */
    private static final Duration PAUSE = Duration.ofMillis(10);

    private final ConfigurableApplicationContext context;
    private final Duration limit;
    private final Shutdown shutdown;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final ExitPassObservers observers = new ExitPassObservers();
    private final AtomicReference<@Nullable WeakSet<Object>> scoped = new AtomicReference<>();
    private volatile boolean running;
    private volatile @Nullable Thread thread; // of the pass
    private boolean begun;
    private long begunAt;
    private boolean failureTold;
    private boolean destroyed;

    static {
        rehearse();
    }

    /** Goes through what the pass needs, with nothing to close. */
    private static void rehearse() {
        DefaultListableBeanFactory nothing = new DefaultListableBeanFactory();
        Map<String, FinalizerRegistry> none = LocalSingletons.of(FinalizerRegistry.class, nothing);
        CommonsSystemLogger.rehearse();
        new ExitPassObservers().rehearse(none, nothing);
        new ExitPassEndedEvent("", none.toString(), new ExitReport(0, 0, 0, 0, Duration.ZERO, List.of()));
    }

    /**
     * For the registries of this context.
     *
     * @param limit how long all registries together may take; none takes longer than its own exit limit
     */
    public ExitPassLifecycle(ConfigurableApplicationContext context, Duration limit) {
        this(context, limit, FinalizerRegistry::shutdown);
    }

    /** For tests. */
    ExitPassLifecycle(ConfigurableApplicationContext context, Duration limit, Shutdown shutdown) {
        this.context = context;
        this.limit = limit;
        this.shutdown = shutdown;
        CommonsSystemLogger.contextIsOpen();
    }

    /** Closes a registry on behalf of a thread that waits for that. */
    interface Shutdown {
        ExitReport of(FinalizerRegistry registry, Duration atMost, Thread waiting);
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Never paused. Overrides a method that Spring has from 7.0 on. */
    public boolean isPauseable() {
        return false;
    }

    @Override
    public void stop() {
        stop(() -> {});
    }

    @Override
    public void stop(Runnable callback) {
        running = false;
        if (context.isClosed() && begin()) {
            CompletableFuture<Void> unused = ended.thenRun(callback);
        } else {
            callback.run();
        }
    }

    /** Notes which beans are of another scope, which the next question does not say. */
    @Override
    public Object postProcessBeforeInitialization(Object bean, String beanName) {
        ConfigurableListableBeanFactory beanFactory = context.getBeanFactory();
        if (beanFactory.containsBeanDefinition(beanName)) {
            BeanDefinition definition = beanFactory.getMergedBeanDefinition(beanName);
            if (!definition.isSingleton() && !definition.isPrototype()) {
                scoped().add(bean);
            }
        }
        return bean;
    }

    /** Made for the first of them, and without the lock, under which a factory bean may wait for another thread. */
    private WeakSet<Object> scoped() {
        return Objects.requireNonNull(scoped.updateAndGet(before -> before != null ? before : WeakSet.identity()));
    }

    /** Of singletons, to see the first one go. */
    @Override
    public boolean requiresDestruction(Object bean) {
        WeakSet<Object> set = scoped.get();
        return set == null || !set.contains(bean);
    }

    @Override
    public void postProcessBeforeDestruction(Object bean, String beanName) {
        if (!ended.isDone()
                && context.getBeanFactory().containsSingleton(beanName)
                && allAreBeingDestroyed()
                && begin()) {
            awaitEnd();
        }
    }

    /** The last that Spring does with it, after a refresh that has failed as well: the library no longer logs here. */
    @Override
    public void destroy() {
        if (!destroyed) {
            destroyed = true;
            awaitThread();
            CommonsSystemLogger.contextIsClosed();
        }
    }

    /** A server reports a thread that an application leaves behind, also one that is about to end. */
    private void awaitThread() {
        Thread ofThePass = thread;
        if (ofThePass == null || ofThePass == Thread.currentThread() || !ended.isDone()) {
            return;
        }
        long left = left().plus(GRACE).toMillis();
        boolean interrupted = Thread.interrupted(); // or it would not wait
        try {
            if (left > 0) { // zero would be for ever
                ofThePass.join(left);
            }
        } catch (InterruptedException stop) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Looks at the frames of the bean factory only: behind them the beans of another one may be in destruction.
     */
    private static boolean allAreBeingDestroyed() {
        return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
                .walk(frames -> frames.dropWhile(frame -> frame.getDeclaringClass() == ExitPassLifecycle.class)
                        .takeWhile(frame -> isOfABeanFactory(frame.getDeclaringClass()))
                        .anyMatch(frame -> frame.getMethodName().equals("destroySingletons")));
    }

    private static boolean isOfABeanFactory(Class<?> type) {
        return type.getPackage() == DefaultSingletonBeanRegistry.class.getPackage()
                || DefaultSingletonBeanRegistry.class.isAssignableFrom(type);
    }

    /**
     * Begins the pass, unless it has begun.
     *
     * @return whether it has begun; if not, its failure has been logged, and another call tries again
     */
    private boolean begin() {
        try {
            Runnable noThread = beginOrThrow();
            if (noThread != null) {
                noThread.run();
            }
            return true;
        } catch (Throwable failure) {
            if (!failureTold) {
                failureTold = true;
                warn("The exit pass could not begin; the destruction of each bean tries again", "", failure);
            }
            return false;
        }
    }

    /** Returns what this thread must do itself, if no other thread could be started. */
    private synchronized @Nullable Runnable beginOrThrow() {
        if (begun) {
            return null;
        }
        Map<String, FinalizerRegistry> beans = LocalSingletons.of(FinalizerRegistry.class, context.getBeanFactory());
        List<Map.Entry<String, FinalizerRegistry>> registries = new ArrayList<>(beans.entrySet());
        Collections.reverse(registries);
        begunAt = System.nanoTime();
        observers.contextCloses(beans, context.getBeanFactory());
        Thread closing = Thread.currentThread(); // if it runs an action, its registry does not wait for that
        Runnable closeAll = () -> closeAll(registries, closing);
        Thread ofThePass = new Thread(closeAll, "weakref-exit-pass");
        ofThePass.setDaemon(true);
        begun = true;
        try {
            ofThePass.start();
            thread = ofThePass;
            return null;
        } catch (Throwable noThread) {
            return closeAll;
        }
    }

    private void closeAll(List<Map.Entry<String, FinalizerRegistry>> registries, Thread closing) {
        try {
            for (Map.Entry<String, FinalizerRegistry> registry : registries) {
                try {
                    close(registry.getKey(), registry.getValue(), closing);
                } catch (Throwable failure) {
                    warn(
                            "The exit pass, or a listener to its end, failed for registry ",
                            registry.getValue().name(),
                            failure);
                }
            }
        } finally {
            ended.complete(null);
        }
    }

    private void close(String beanName, FinalizerRegistry registry, Thread closing) {
        List<ExitPassObserver.End> ends = observers.passBegins(beanName);
        ExitReport report;
        try {
            report = shutdownOrTryAgain(registry, closing);
        } catch (Throwable failure) {
            ExitPassObservers.passEnded(ends, null, failure);
            throw failure;
        }
        ExitPassObservers.passEnded(ends, report, null);
        if (context.isClosed()) {
            context.publishEvent(new ExitPassEndedEvent(observers.nameOf(beanName), beanName, report));
        }
    }

    /** Repeats it if memory is exhausted, while there is time: nothing closes the registry after this. */
    private ExitReport shutdownOrTryAgain(FinalizerRegistry registry, Thread closing) {
        while (true) {
            try {
                return shutdown.of(registry, left(), closing);
            } catch (OutOfMemoryError shortage) {
                if (System.nanoTime() - begunAt >= limit.toNanos()) {
                    throw shortage;
                }
                pause();
            }
        }
    }

    private static void pause() {
        boolean interrupted = Thread.interrupted(); // or it would not pause
        LockSupport.parkNanos(PAUSE.toNanos());
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Never fails: memory may be too short for the line, and more is left to do. */
    private static void warn(String message, String registry, Throwable failure) {
        try {
            log.warn(message + registry, failure);
        } catch (Throwable cannotBeLogged) {
            // Nothing else could tell of it.
        }
    }

    private Duration left() {
        return limit.minusNanos(System.nanoTime() - begunAt);
    }

    /** Goes on waiting when interrupted: it is bounded, and the beans are still in use. */
    private void awaitEnd() {
        boolean interrupted = false;
        while (true) {
            try {
                ended.get(left().plus(GRACE).toNanos(), TimeUnit.NANOSECONDS);
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (TimeoutException e) {
                if (ended.complete(null)) {
                    log.warn("The exit pass has not ended within " + limit + "; beans that its actions may use"
                            + " are destroyed now. Look for a listener or an ExitPassObserver that takes long, or"
                            + " for a registry that is being closed elsewhere");
                }
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

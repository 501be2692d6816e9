package dev.weakref.spring.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weakref.FinalizerRegistry;
import jakarta.annotation.PreDestroy;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.context.support.SimpleThreadScope;

@Timeout(60)
class ExitPassLifecycleTests {

    private static final Object REFERENT = new Object();

    private final List<String> events = new CopyOnWriteArrayList<>();
    private final FinalizerRegistry registry = FinalizerRegistry.create("tested");

    @Test
    void actionsRunNewestFirstWhenTheContextCloses() {
        GenericApplicationContext context = context(Duration.ofSeconds(20));
        context.refresh();
        registry.register(REFERENT, () -> events.add("older"));
        registry.register(REFERENT, () -> events.add("newer"));

        context.close();

        assertThat(events).containsExactly("newer", "older", "bean destroyed");
        assertThat(registry.isClosed()).isTrue();
    }

    @Test
    void registriesCloseInTheReverseOrderOfTheirCreation() {
        GenericApplicationContext context = context(Duration.ofSeconds(20));
        context.registerBean("younger", FinalizerRegistry.class, () -> {
            context.getBean("registry");
            return FinalizerRegistry.create("younger");
        });
        context.refresh();
        context.getBean("younger", FinalizerRegistry.class).register(REFERENT, () -> events.add("younger"));
        registry.register(REFERENT, () -> events.add("older"));

        context.close();

        assertThat(events).startsWith("younger", "older");
    }

    @Test
    void anActionThatClosesTheContextIsNotWaitedFor() throws Exception {
        FinalizerRegistry patient = FinalizerRegistry.builder()
                .name("patient")
                .actionLimit(Duration.ofHours(1))
                .exitLimit(Duration.ofHours(1))
                .build();
        GenericApplicationContext context = context(Duration.ofHours(1));
        context.registerBean("patient", FinalizerRegistry.class, () -> patient);
        context.refresh();
        patient.register(REFERENT, () -> events.add("left"));

        patient.register(REFERENT, context::close).call();

        assertThat(events).containsExactly("left", "bean destroyed");
    }

    /** A server reports the threads that an application leaves behind, also one that is about to end. */
    @Test
    void theThreadOfThePassEndsBeforeTheContextIsClosed() {
        for (int round = 0; round < 200; round++) {
            GenericApplicationContext context = context(Duration.ofMinutes(10));
            AtomicReference<Thread> ofThePass = new AtomicReference<>();
            context.addApplicationListener(
                    ApplicationListener.<ExitPassEndedEvent>forPayload(ended -> ofThePass.set(Thread.currentThread())));
            context.refresh();

            context.close();

            assertThat(ofThePass.get()).isNotNull().isNotSameAs(Thread.currentThread());
            assertThat(ofThePass.get().isAlive()).isFalse();
        }
    }

    @Test
    void theEndOfEachPassIsPublished() {
        GenericApplicationContext context = context(Duration.ofSeconds(20));
        context.addApplicationListener(
                ApplicationListener.<ExitPassEndedEvent>forPayload(ended -> events.add(ended.toString())));
        context.refresh();
        registry.register(REFERENT, () -> {
            throw new IllegalStateException("wanted by the test");
        });

        context.close();

        assertThat(events).hasSize(2);
        assertThat(events.get(0))
                .startsWith("ExitPassEndedEvent[registry=tested, beanName=registry, report=")
                .contains("run=1, failed=1");
    }

    /** On SIGTERM it has not: the recorder ends in a shutdown hook of its own. */
    @Test
    void aRecordingHasThePassOfAContextClosedExplicitly(@TempDir Path directory) throws IOException {
        GenericApplicationContext context = context(Duration.ofSeconds(20));
        context.refresh();
        registry.finalizer(REFERENT).name("recorded").run(() -> events.add("ran"));
        Path file = directory.resolve("recording.jfr");

        try (Recording recording = new Recording()) {
            recording.enable("weakref.FinalizerRun").withoutThreshold();
            recording.start();
            context.close();
            recording.stop();
            recording.dump(file);
        }

        assertThat(RecordingFile.readAllEvents(file))
                .filteredOn(event -> event.hasField("name")) // no pass of the reaper that was held up
                .extracting(event -> event.getString("name") + " " + event.getString("trigger"))
                .contains("recorded EXIT");
    }

    @Test
    void neitherStopNorStartRunsAnything() {
        GenericApplicationContext context = context(Duration.ofSeconds(20));
        context.refresh();
        registry.register(REFERENT, () -> events.add("ran"));

        context.stop();
        context.start();

        assertThat(events).isEmpty();
        assertThat(registry.isClosed()).isFalse();
        assertThat(context.getBean(ExitPassLifecycle.class).isRunning()).isTrue();
        context.close();
        assertThat(events).containsExactly("ran", "bean destroyed");
    }

    @Test
    void stopTellsItsCallerAtOnceWhenTheContextStaysOpen() {
        GenericApplicationContext context = context(Duration.ofSeconds(20));
        context.refresh();

        context.getBean(ExitPassLifecycle.class).stop(() -> events.add("told"));

        assertThat(events).containsExactly("told");
        context.close();
    }

    @Test
    void otherLifeCyclesHaveStoppedBefore() {
        GenericApplicationContext context = context(Duration.ofSeconds(20));
        context.registerBean(
                "other",
                Phase.class,
                () -> new Phase(ExitPassLifecycle.PHASE + 1, () -> {}, () -> events.add("stopped")));
        context.refresh();
        registry.register(REFERENT, () -> events.add("ran"));

        context.close();

        assertThat(events).containsExactly("stopped", "ran", "bean destroyed");
    }

    @Test
    void theAnnotatedDestructionOfTheFirstBeanWaitsAsWell() {
        GenericApplicationContext context = context(Duration.ofSeconds(20));
        context.registerBean("last", PreDestroyed.class, () -> new PreDestroyed(events));
        context.registerBean("failing", Object.class, () -> {
            registry.register(REFERENT, () -> events.add("ran"));
            throw new IllegalStateException("wanted by the test");
        });

        assertThatThrownBy(context::refresh).hasRootCauseMessage("wanted by the test");

        assertThat(events).containsExactly("ran", "destroyed as annotated", "bean destroyed");
    }

    @Test
    void aContextThatWasStoppedRunsThePassAllTheSame() {
        GenericApplicationContext context = context(Duration.ofSeconds(20));
        context.refresh();
        registry.register(REFERENT, () -> events.add("ran"));

        context.stop();
        context.close();

        assertThat(events).containsExactly("ran", "bean destroyed");
    }

    /** Spring has {@code pause()} from 7.0 on; before that there is nothing to call. */
    @Test
    void aPauseLeavesItRunning() throws Exception {
        GenericApplicationContext context = context(Duration.ofSeconds(20));
        context.refresh();
        registry.register(REFERENT, () -> events.add("ran"));

        for (Method method : ConfigurableApplicationContext.class.getMethods()) {
            if (method.getName().equals("pause")) {
                method.invoke(context);
            }
        }

        assertThat(context.getBean(ExitPassLifecycle.class).isRunning()).isTrue();
        assertThat(context.getBean(ExitPassLifecycle.class).isPauseable()).isFalse();
        assertThat(events).isEmpty();
        context.close();
    }

    @Test
    void actionsRunBeforeAnythingIsDestroyedWhenABeanCannotBeCreated() {
        GenericApplicationContext context = context(Duration.ofSeconds(20));
        context.registerBean("failing", Object.class, () -> {
            registry.register(REFERENT, () -> events.add("ran"));
            throw new IllegalStateException("wanted by the test");
        });

        assertThatThrownBy(context::refresh).hasRootCauseMessage("wanted by the test");

        assertThat(events).containsExactly("ran", "bean destroyed");
    }

    @Test
    void theEndOfAPassIsNotPublishedWhereTheStartHasFailed() {
        GenericApplicationContext context = context(Duration.ofSeconds(20));
        context.addApplicationListener(ApplicationListener.<ExitPassEndedEvent>forPayload(ended -> events.add("told")));
        context.registerBean("failing", Object.class, () -> {
            registry.register(REFERENT, () -> events.add("ran"));
            throw new IllegalStateException("wanted by the test");
        });

        assertThatThrownBy(context::refresh).hasRootCauseMessage("wanted by the test");

        assertThat(events).contains("ran").doesNotContain("told");
    }

    @Test
    void actionsRunBeforeAnythingIsDestroyedWhenALifecycleCannotStart() {
        GenericApplicationContext context = context(Duration.ofSeconds(20));
        context.registerBean(
                "failing",
                Phase.class,
                () -> new Phase(
                        () -> {
                            registry.register(REFERENT, () -> events.add("ran"));
                            throw new IllegalStateException("wanted by the test");
                        },
                        () -> {}));

        assertThatThrownBy(context::refresh).hasRootCauseMessage("wanted by the test");

        assertThat(events).containsExactly("ran", "bean destroyed");
    }

    @Test
    void actionsRunBeforeDestructionIfAListenerFailsTheRefresh() {
        GenericApplicationContext context = context(Duration.ofSeconds(20));
        context.addApplicationListener((ApplicationListener<ContextRefreshedEvent>) event -> {
            registry.register(REFERENT, () -> events.add("ran"));
            throw new IllegalStateException("wanted by the test");
        });

        assertThatThrownBy(context::refresh).hasMessage("wanted by the test");

        assertThat(events).containsExactly("ran", "bean destroyed");
    }

    @Test
    void theDestructionOfASingleBeanLeavesTheRegistryOpen() {
        GenericApplicationContext context = context(Duration.ofSeconds(20));
        context.refresh();

        context.getDefaultListableBeanFactory().destroySingleton("bean");

        assertThat(events).containsExactly("bean destroyed");
        assertThat(registry.isClosed()).isFalse();
        context.close();
    }

    @Test
    void destroyingOneBeanDuringTheCloseDoesNotBeginThePassEarly() {
        GenericApplicationContext context = context(Duration.ofSeconds(20));
        context.registerBean(
                "stopping",
                Phase.class,
                () -> new Phase(() -> {}, () -> {
                    context.getDefaultListableBeanFactory().destroySingleton("bean");
                    events.add(registry.isClosed() ? "closed already" : "still open");
                }));
        context.refresh();

        context.close();

        assertThat(events).containsExactly("bean destroyed", "still open");
        assertThat(registry.isClosed()).isTrue();
    }

    @Test
    void theCloseOfAChildLeavesTheRegistryOfTheParentOpen() {
        GenericApplicationContext parent = context(Duration.ofSeconds(20));
        parent.refresh();
        FinalizerRegistry ofChild = FinalizerRegistry.create("child");
        GenericApplicationContext child = new AnnotationConfigApplicationContext();
        child.setParent(parent);
        child.registerBean(
                "childRegistry", FinalizerRegistry.class, () -> ofChild, keep -> keep.setDestroyMethodName(""));
        child.registerBean(
                "childExitPass", ExitPassLifecycle.class, () -> new ExitPassLifecycle(child, Duration.ofSeconds(20)));
        child.refresh();

        child.close();

        assertThat(ofChild.isClosed()).isTrue();
        assertThat(registry.isClosed()).isFalse();
        parent.close();
    }

    @Test
    void aBeanDestroyedByOneOfAClosingChildLeavesTheRegistryOpen() {
        GenericApplicationContext parent = context(Duration.ofSeconds(20));
        parent.refresh();
        GenericApplicationContext child = new AnnotationConfigApplicationContext();
        child.setParent(parent);
        child.registerBean(
                "tenant",
                DisposableBean.class,
                () -> () -> parent.getDefaultListableBeanFactory().destroySingleton("bean"));
        child.refresh();

        child.close();

        assertThat(events).containsExactly("bean destroyed");
        assertThat(registry.isClosed()).isFalse();
        parent.close();
    }

    @Test
    void aRegistryThatAFactoryMakesIsClosedToo() {
        FinalizerRegistry made = FinalizerRegistry.create("made");
        GenericApplicationContext context = context(Duration.ofSeconds(20));
        context.registerBean("factory", RegistryFactory.class, () -> new RegistryFactory(made));
        context.refresh();
        context.getBean("factory", FinalizerRegistry.class).register(REFERENT, () -> events.add("ran"));

        context.close();

        assertThat(events).containsExactly("ran", "bean destroyed");
        assertThat(made.isClosed()).isTrue();
    }

    private record RegistryFactory(FinalizerRegistry made) implements FactoryBean<FinalizerRegistry> {

        @Override
        public FinalizerRegistry getObject() {
            return made;
        }

        @Override
        public Class<?> getObjectType() {
            return FinalizerRegistry.class;
        }
    }

    @Test
    void aFactoryThatFailsWithAnErrorKeepsNoRegistryOpen() {
        GenericApplicationContext context = context(Duration.ofSeconds(20));
        FailingFactory factory = new FailingFactory();
        context.registerBean("factory", FailingFactory.class, () -> factory);
        context.refresh();
        registry.register(REFERENT, () -> events.add("ran"));
        factory.fails = true;

        context.close();

        assertThat(events).containsExactly("ran", "bean destroyed");
    }

    private static final class FailingFactory implements FactoryBean<Object> {

        private boolean fails;

        @Override
        public Object getObject() {
            return new Object();
        }

        @Override
        public Class<?> getObjectType() {
            if (fails) {
                throw new NoClassDefFoundError("wanted by the test");
            }
            return Object.class;
        }
    }

    /** As the factory is asked under the lock of the life cycle. */
    @Test
    void aFactoryMayWaitForAThreadThatMakesAScopedBean() {
        GenericApplicationContext context = context(Duration.ofSeconds(20));
        context.getBeanFactory().registerScope("thread", new SimpleThreadScope());
        context.registerBean("scoped", Object.class, Object::new, definition -> definition.setScope("thread"));
        WaitingFactory factory = new WaitingFactory();
        context.registerBean("factory", WaitingFactory.class, () -> factory);
        context.refresh();
        ExitPassLifecycle exitPass = context.getBean(ExitPassLifecycle.class);
        factory.other = () -> exitPass.postProcessBeforeInitialization(new Object(), "scoped");

        context.close(); // does not hang

        assertThat(registry.isClosed()).isTrue();
        assertThat(factory.hasWaited).isTrue();
    }

    private static final class WaitingFactory implements FactoryBean<Object> {

        private Runnable other = () -> {};
        private boolean hasWaited;

        @Override
        public Object getObject() {
            return new Object();
        }

        @Override
        public Class<?> getObjectType() {
            CompletableFuture.runAsync(other, task -> new Thread(task).start()).join();
            hasWaited = true;
            return Object.class;
        }
    }

    @Test
    void whatCannotBeginInItsPhaseBeginsBeforeTheFirstBeanIsDestroyed() {
        AtomicInteger failures = new AtomicInteger();
        GenericApplicationContext context = context(
                Duration.ofSeconds(20), new AnnotationConfigApplicationContext(new DefaultListableBeanFactory() {
                    @Override
                    public String[] getSingletonNames() {
                        if (failures.getAndDecrement() > 0) {
                            throw new OutOfMemoryError("wanted by the test");
                        }
                        return super.getSingletonNames();
                    }
                }));
        context.refresh();
        registry.register(REFERENT, () -> events.add("ran"));
        failures.set(1);

        context.close();

        assertThat(events).containsExactly("ran", "bean destroyed");
    }

    @Test
    void aCloseThatFailsForWantOfMemoryIsRepeated() {
        AtomicInteger failures = new AtomicInteger(2);
        GenericApplicationContext context = contextThatFails(failures, Duration.ofSeconds(20));
        context.refresh();
        registry.register(REFERENT, () -> events.add("ran"));

        context.close();

        assertThat(events).containsExactly("ran", "told", "bean destroyed");
        assertThat(failures).hasValue(-1);
    }

    @Test
    void aCloseThatFailsForWantOfMemoryIsNotRepeatedForEver() {
        GenericApplicationContext context =
                contextThatFails(new AtomicInteger(Integer.MAX_VALUE), Duration.ofMillis(20));
        context.refresh();
        registry.register(REFERENT, () -> events.add("ran"));

        context.close();

        assertThat(events).containsExactly("bean destroyed");
        assertThat(registry.isClosed()).isFalse();
        registry.close();
    }

    private GenericApplicationContext contextThatFails(AtomicInteger failures, Duration limit) {
        GenericApplicationContext context = new AnnotationConfigApplicationContext();
        context.registerBean(
                "exitPass",
                ExitPassLifecycle.class,
                () -> new ExitPassLifecycle(context, limit, (registry, atMost, waiting) -> {
                    if (failures.getAndDecrement() > 0) {
                        throw new OutOfMemoryError("wanted by the test");
                    }
                    return registry.shutdown(atMost, waiting);
                }));
        registerBeans(context);
        context.addApplicationListener(ApplicationListener.<ExitPassEndedEvent>forPayload(ended -> events.add("told")));
        return context;
    }

    @Test
    void aListenerThatThrowsWhateverItDoesLeavesNoRegistryOpen() {
        GenericApplicationContext context = context(Duration.ofSeconds(20));
        context.registerBean("younger", FinalizerRegistry.class, () -> {
            context.getBean("registry");
            return FinalizerRegistry.create("younger");
        });
        context.addApplicationListener(ApplicationListener.<ExitPassEndedEvent>forPayload(
                ended -> ExitPassLifecycleTests.<RuntimeException>sneak(new Exception("wanted by the test"))));
        context.refresh();
        registry.register(REFERENT, () -> events.add("ran"));

        context.close();

        assertThat(events).containsExactly("ran", "bean destroyed");
    }

    @SuppressWarnings("unchecked")
    private static <E extends Exception> void sneak(Exception checked) throws E {
        throw (E) checked;
    }

    @Test
    void scopedBeansWithNothingToDestroyAreLeftAlone() {
        GenericApplicationContext context = context(Duration.ofSeconds(20));
        context.getBeanFactory().registerScope("thread", new SimpleThreadScope() {
            @Override
            public void registerDestructionCallback(String name, Runnable callback) {
                events.add(name + " is to be destroyed");
            }
        });
        context.registerBean("plain", Object.class, Object::new, bean -> bean.setScope("thread"));
        context.registerBean("disposable", DisposableBean.class, () -> () -> {}, bean -> bean.setScope("thread"));
        context.refresh();

        context.getBean("plain");
        context.getBean("disposable");

        assertThat(events).containsExactly("disposable is to be destroyed");
        context.close();
    }

    @Test
    void aHangingActionTimesOutAtTheDeadline() {
        CountDownLatch never = new CountDownLatch(1);
        GenericApplicationContext context = context(Duration.ofMillis(20));
        giveEachPhaseTenMillis(context);
        context.refresh();
        registry.register(REFERENT, () -> {
            awaitUninterruptibly(never);
            events.add("ended at last");
        });

        context.close();

        assertThat(events).containsExactly("bean destroyed");
        never.countDown();
    }

    @Test
    void allRegistriesTogetherHaveTheLimit() {
        CountDownLatch never = new CountDownLatch(1);
        GenericApplicationContext context = context(Duration.ofSeconds(2)); // within which the first action has begun
        context.registerBean("younger", FinalizerRegistry.class, () -> {
            context.getBean("registry");
            return FinalizerRegistry.create("younger");
        });
        context.addApplicationListener(ApplicationListener.<ExitPassEndedEvent>forPayload(ended ->
                events.add(ended.beanName() + " skipped " + ended.report().skipped())));
        context.refresh();
        context.getBean("younger", FinalizerRegistry.class).register(REFERENT, () -> awaitUninterruptibly(never));
        registry.register(REFERENT, () -> events.add("ran too late"));

        context.close();

        assertThat(events).containsExactly("younger skipped 0", "registry skipped 1", "bean destroyed");
        never.countDown();
    }

    @Test
    void aListenerThatHangsDelaysTheCloseForASecondMoreAndNoLonger() {
        CountDownLatch never = new CountDownLatch(1);
        GenericApplicationContext context = context(Duration.ofMillis(20));
        giveEachPhaseTenMillis(context);
        context.addApplicationListener(
                ApplicationListener.<ExitPassEndedEvent>forPayload(ended -> awaitUninterruptibly(never)));
        context.refresh();

        context.close();

        assertThat(events).containsExactly("bean destroyed");
        never.countDown();
    }

    @Test
    void destructionWaitsForThePassThoughItsThreadIsInterrupted() {
        Thread closing = Thread.currentThread();
        GenericApplicationContext context = context(Duration.ofSeconds(20));
        context.registerBean("interrupting", Phase.class, () -> new Phase(() -> {}, closing::interrupt));
        context.refresh();
        registry.register(REFERENT, () -> {
            await().pollDelay(Duration.ZERO).until(() -> waitsInDestruction(closing) || !events.isEmpty());
            events.add("ran");
        });

        context.close();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(events).containsExactly("ran", "bean destroyed");
    }

    @Test
    void itsThreadEndsWithThePass() {
        GenericApplicationContext context = context(Duration.ofSeconds(20));
        context.refresh();
        registry.register(REFERENT, () -> events.add(Thread.currentThread().getName()));

        context.close();

        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("weakref-exit-pass")));
    }

    private GenericApplicationContext context(Duration limit) {
        return context(limit, new AnnotationConfigApplicationContext());
    }

    private GenericApplicationContext context(Duration limit, GenericApplicationContext context) {
        context.registerBean("exitPass", ExitPassLifecycle.class, () -> new ExitPassLifecycle(context, limit));
        registerBeans(context);
        return context;
    }

    private void registerBeans(GenericApplicationContext context) {
        context.registerBean(
                "registry", FinalizerRegistry.class, () -> registry, bean -> bean.setDestroyMethodName(""));
        context.registerBean("bean", DisposableBean.class, () -> () -> events.add("bean destroyed"));
    }

    private static boolean waitsInDestruction(Thread thread) {
        return thread.getState() == Thread.State.TIMED_WAITING
                && List.of(thread.getStackTrace()).stream()
                        .anyMatch(frame -> frame.getMethodName().equals("postProcessBeforeDestruction"));
    }

    private static void giveEachPhaseTenMillis(GenericApplicationContext context) {
        context.registerBean("lifecycleProcessor", DefaultLifecycleProcessor.class, () -> {
            DefaultLifecycleProcessor processor = new DefaultLifecycleProcessor();
            processor.setTimeoutPerShutdownPhase(10);
            return processor;
        });
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                // an action that heeds nothing
            }
        }
    }

    private record PreDestroyed(List<String> events) {
        @PreDestroy
        void destroy() {
            events.add("destroyed as annotated");
        }
    }

    private static final class Phase implements SmartLifecycle {

        private final int phase;
        private final Runnable onStart;
        private final Runnable onStop;
        private boolean running;

        Phase(Runnable onStart, Runnable onStop) {
            this(0, onStart, onStop);
        }

        Phase(int phase, Runnable onStart, Runnable onStop) {
            this.phase = phase;
            this.onStart = onStart;
            this.onStop = onStop;
        }

        @Override
        public int getPhase() {
            return phase;
        }

        @Override
        public void start() {
            onStart.run();
            running = true;
        }

        @Override
        public void stop() {
            running = false;
            onStop.run();
        }

        @Override
        public boolean isRunning() {
            return running;
        }
    }
}

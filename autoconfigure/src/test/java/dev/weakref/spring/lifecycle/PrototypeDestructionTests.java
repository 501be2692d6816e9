package dev.weakref.spring.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weakref.CaptureCheck;
import dev.weakref.Finalizer.Outcome;
import dev.weakref.Finalizer.Trigger;
import dev.weakref.FinalizerInfo;
import dev.weakref.FinalizerRegistry;
import dev.weakref.test.Gc;
import jakarta.annotation.PreDestroy;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.ObjectFactory;
import org.springframework.beans.factory.config.BeanDefinitionCustomizer;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.Scope;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

@Timeout(240)
class PrototypeDestructionTests {

    private static final BeanDefinitionCustomizer PROTOTYPE = definition -> definition.setScope("prototype");

    private final List<String> events = new CopyOnWriteArrayList<>();
    private final List<Object> kept = new ArrayList<>();
    private final FinalizerRegistry prototypes = FinalizerRegistry.builder()
            .name("prototypes")
            .captureCheck(CaptureCheck.OFF)
            .build();
    private final GenericApplicationContext context = context(prototypes);

    @AfterEach
    void close() {
        context.close();
        prototypes.close();
    }

    @Test
    void theLivingAreDestroyedNewestFirstAndBeforeTheSingletons() {
        context.registerBean("singleton", Closing.class, () -> new Closing(events, "singleton"));
        prototype("one", () -> new Closing(events, "one"));
        prototype("two", () -> new Closing(events, "two"));
        context.refresh();
        keep("one", "two", "one");

        context.close();

        assertThat(events).containsExactly("one closed", "two closed", "one closed", "singleton closed");
    }

    @Test
    void allWaysOfDestructionAreHonoured() {
        prototype("annotated", () -> new Annotated(events));
        prototype("disposable", () -> (DisposableBean) () -> events.add("destroyed"));
        context.registerBean("named", Named.class, () -> new Named(events), definition -> {
            PROTOTYPE.customize(definition);
            definition.setDestroyMethodName("halt");
        });
        context.registerBean("inferred", Stopping.class, () -> new Stopping(events), definition -> {
            PROTOTYPE.customize(definition);
            definition.setDestroyMethodName("(inferred)");
        });
        context.refresh();
        keep("annotated", "disposable", "named", "inferred");

        context.close();

        assertThat(events).containsExactly("shut down", "halted", "destroyed", "destroyed as annotated");
    }

    @Test
    void whatHasNothingToDestroyIsNotRegistered() {
        prototype("plain", Object::new);
        prototype("stopping", () -> new Stopping(events)); // nobody has asked to infer its method
        context.registerBean("kept open", Closing.class, () -> new Closing(events, "kept"), definition -> {
            PROTOTYPE.customize(definition);
            definition.setDestroyMethodName("");
        });
        context.refresh();

        keep("plain", "stopping", "kept open");

        assertThat(prototypes.stats().registered()).isZero();
        context.close();
        assertThat(events).isEmpty();
    }

    @Test
    @Tag("collects")
    void theCollectedAreForgottenAndTheLivingStay() {
        prototype("closing", () -> new Closing(events, "living"));
        context.refresh();
        keep("closing");
        for (int i = 0; i < 100_000; i++) {
            context.getBean("closing");
        }

        Gc.awaitTrue(
                () -> prototypes.stats().live() == 1,
                "finalizers of collected prototypes are still there",
                Duration.ofMinutes(2));

        assertThat(prototypes.stats().registered()).isEqualTo(100_001);
        context.close();
        assertThat(events).containsExactly("living closed");
    }

    @Test
    void whatSomebodyDestroysIsDestroyedOnce() {
        prototype("closing", () -> new Closing(events, "it"));
        context.refresh();
        keep("closing");

        context.getBeanFactory().destroyBean("closing", kept.get(0));
        assertThat(prototypes.stats().live()).isZero();
        context.close();

        assertThat(events).containsExactly("it closed");
    }

    @Test
    void anObjectThatIsHandedOutAgainAndAgainIsDestroyedOnce() {
        Closing same = new Closing(events, "same");
        prototype("closing", () -> same);
        context.refresh();
        keep("closing", "closing", "closing");

        assertThat(prototypes.finalizers()).extracting(FinalizerInfo::name).containsExactly("closing");
        context.close();

        assertThat(events).containsExactly("same closed");
    }

    @Test
    void aFactoryIsDestroyedAndItsProductIsNot() {
        prototype("product", () -> new ClosingFactory(events));
        context.refresh();
        keep("product", "&product");

        context.close();

        assertThat(kept.get(0)).isInstanceOf(Closing.class);
        assertThat(events).contains("factory destroyed").doesNotContain("product closed");
    }

    @Test
    void theTargetOfAProxyIsDestroyed() {
        context.registerBean("proxying", Proxying.class, Proxying::new);
        prototype("closing", () -> new Closing(events, "target"));
        context.refresh();
        keep("closing");

        context.close();

        assertThat(kept.get(0)).isNotInstanceOf(Closing.class);
        assertThat(events).containsExactly("target closed");
    }

    @Test
    void otherScopesAreLeftAlone() {
        context.getBeanFactory().registerScope("other", new Other());
        context.registerBean(
                "scoped",
                Closing.class,
                () -> new Closing(events, "scoped"),
                definition -> definition.setScope("other"));
        context.refresh();
        keep("scoped");

        assertThat(prototypes.stats().registered()).isZero();
    }

    @Test
    void oneThatCannotBeDestroyedDoesNotKeepTheOthers() {
        prototype("closing", () -> new Closing(events, "good"));
        prototype("failing", () -> (DisposableBean) () -> {
            throw new IllegalStateException("wanted by the test");
        });
        context.refresh();
        keep("closing", "failing");

        context.close();

        assertThat(events).containsExactly("good closed");
        assertThat(prototypes.stats().ran(Trigger.EXIT, Outcome.SUCCESS)).isEqualTo(2);
    }

    @Test
    void aRefreshThatFailsDestroysThemAsWell() {
        prototype("closing", () -> new Closing(events, "prototype"));
        context.registerBean("singleton", Closing.class, () -> new Closing(events, "singleton"));
        context.registerBean("failing", Object.class, () -> {
            keep("closing");
            throw new IllegalStateException("wanted by the test");
        });

        assertThatThrownBy(context::refresh).hasRootCauseMessage("wanted by the test");

        assertThat(events).containsExactly("prototype closed", "singleton closed");
    }

    @Test
    void oneThatIsMadeTooLateIsLeftToWhoeverMadeIt() {
        prototype("closing", () -> new Closing(events, "late"));
        context.registerBean("singleton", DisposableBean.class, () -> () -> keep("closing"));
        context.refresh();

        context.close();

        assertThat(kept).hasSize(1);
        assertThat(events).isEmpty();
    }

    @Test
    void theCloseOfAChildDestroysThoseOfTheChild() {
        prototype("closing", () -> new Closing(events, "of the parent"));
        context.refresh();
        keep("closing");
        FinalizerRegistry ofChild = FinalizerRegistry.create("child");
        GenericApplicationContext child = context(ofChild);
        child.setParent(context);
        child.registerBean("inner", Closing.class, () -> new Closing(events, "of the child"), PROTOTYPE);
        child.refresh();
        kept.add(child.getBean("inner"));
        kept.add(child.getBean("closing"));

        child.close();

        assertThat(events).containsExactly("of the child closed");
    }

    @Test
    @Tag("collects")
    void aLivingPrototypeDoesNotKeepAContextThatNobodyClosed() {
        Reference<?> dropped = dropContextWithALivingPrototype();

        Gc.awaitCleared(dropped);

        assertThat(kept).hasSize(1);
    }

    private Reference<?> dropContextWithALivingPrototype() {
        GenericApplicationContext dropped = context(FinalizerRegistry.create("dropped"));
        List<String> itsEvents = new ArrayList<>();
        dropped.registerBean("closing", Closing.class, () -> new Closing(itsEvents, "never"), PROTOTYPE);
        dropped.refresh();
        kept.add(dropped.getBean("closing"));
        return new WeakReference<>(dropped);
    }

    private void keep(String... beans) {
        for (String bean : beans) {
            kept.add(context.getBean(bean));
        }
    }

    @SuppressWarnings("unchecked")
    private <T> void prototype(String name, Supplier<T> made) {
        context.registerBean(name, (Class<T>) made.get().getClass(), made, PROTOTYPE);
    }

    private static GenericApplicationContext context(FinalizerRegistry prototypes) {
        GenericApplicationContext context = new AnnotationConfigApplicationContext();
        context.registerBean(
                "exitPass", ExitPassLifecycle.class, () -> new ExitPassLifecycle(context, Duration.ofSeconds(20)));
        context.registerBean(
                "prototypes", FinalizerRegistry.class, () -> prototypes, bean -> bean.setDestroyMethodName(""));
        context.registerBean(
                "destruction",
                PrototypeDestruction.class,
                () -> new PrototypeDestruction(
                        context.getDefaultListableBeanFactory(),
                        context.getBean("prototypes", FinalizerRegistry.class)));
        return context;
    }

    private record Closing(List<String> events, String name) implements Runnable, AutoCloseable {

        @Override
        public void run() {}

        @Override
        public void close() {
            events.add(name + " closed");
        }
    }

    private record Annotated(List<String> events) {
        @PreDestroy
        void destroy() {
            events.add("destroyed as annotated");
        }
    }

    record Named(List<String> events) {
        public void halt() {
            events.add("halted");
        }
    }

    record Stopping(List<String> events) {
        public void shutdown() {
            events.add("shut down");
        }
    }

    private record ClosingFactory(List<String> events) implements FactoryBean<Closing>, DisposableBean {

        @Override
        public Closing getObject() {
            return new Closing(events, "product");
        }

        @Override
        public Class<?> getObjectType() {
            return Closing.class;
        }

        @Override
        public boolean isSingleton() {
            return false;
        }

        @Override
        public void destroy() {
            events.add("factory destroyed");
        }
    }

    /** Wraps as the proxies of aspects do. */
    private static final class Proxying implements BeanPostProcessor {
        @Override
        public Object postProcessAfterInitialization(Object bean, String beanName) {
            if (!beanName.equals("closing")) {
                return bean;
            }
            ProxyFactory factory = new ProxyFactory();
            factory.setInterfaces(Runnable.class);
            factory.setTarget(bean);
            return factory.getProxy();
        }
    }

    private static final class Other implements Scope {
        @Override
        public Object get(String name, ObjectFactory<?> factory) {
            return factory.getObject();
        }

        @Override
        public Object remove(String name) {
            return null;
        }

        @Override
        public void registerDestructionCallback(String name, Runnable callback) {}

        @Override
        public Object resolveContextualObject(String key) {
            return null;
        }

        @Override
        public String getConversationId() {
            return null;
        }
    }
}

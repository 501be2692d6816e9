package dev.weakref.spring.lifecycle;

import dev.weakref.Finalizer;
import dev.weakref.FinalizerRegistry;
import dev.weakref.WeakKeyMap;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.DestructionAwareBeanPostProcessor;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * Has prototype beans that are still alive when their context closes destroyed as singletons are: newest first, through
 * {@code @PreDestroy}, {@link DisposableBean}, and the destroy method of the definition, inferred or not. Spring itself
 * forgets a prototype as soon as it has made it.
 *
 * <p>Each such bean is the referent of a finalizer, which gets it back where it still lives. A prototype that is
 * collected is forgotten; one that somebody destroys with {@code destroyBean} is destroyed once. Those with nothing to
 * destroy cost nothing.
 *
 * <p>Whose end is another's affair is left alone: scoped beans, what a {@link FactoryBean} makes, inner beans, and
 * objects that were made or initialized without a bean definition. Behind a scoped proxy of a prototype stands a new
 * object for each call, and each of them counts.
 *
 * <h2>Why this works</h2>
 *
 * <p><b>What is destroyed.</b> This post-processor comes first, so it sees the bean before it is wrapped in a proxy. A
 * proxy holds its target; so the target lives at least as long.
 *
 * <p><b>Nothing holds it.</b> The finalizer knows the name of the bean only, and its factory weakly: the library holds
 * live finalizers, and would otherwise hold a context that nobody closed. An object that a definition hands out again
 * and again has one finalizer.
 *
 * @since 0.1
 */
public final class PrototypeDestruction implements DestructionAwareBeanPostProcessor, PriorityOrdered {

    private static final int LONGEST_NAME = 200;

    /** Whether Spring would infer a destroy method. */
    private static final ClassValue<Boolean> HAS_CLOSE_OR_SHUTDOWN = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return ClassUtils.hasMethod(type, "close") || ClassUtils.hasMethod(type, "shutdown");
        }
    };

    private final DefaultListableBeanFactory beanFactory;
    private final FinalizerRegistry registry;
    private final WeakReference<DefaultListableBeanFactory> heldWeakly;
    private final WeakKeyMap<Object, Finalizer<Void>> alive = WeakKeyMap.identity();

    /**
     * For the prototypes of this factory.
     *
     * @param registry in which they are registered, and with whose exit pass they are destroyed
     */
    public PrototypeDestruction(DefaultListableBeanFactory beanFactory, FinalizerRegistry registry) {
        this.beanFactory = beanFactory;
        this.heldWeakly = new WeakReference<>(beanFactory);
        this.registry = registry;
    }

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (beanFactory.containsBeanDefinition(beanName)) {
            BeanDefinition definition = beanFactory.getMergedBeanDefinition(beanName);
            if (definition.isPrototype() && isDestructible(bean, definition) && !isProduct(bean, beanName)) {
                watch(bean, beanName);
            }
        }
        return bean;
    }

    /** As Spring decides for singletons. The exit pass asks for all of them, in order to see the first one go. */
    private boolean isDestructible(Object bean, BeanDefinition definition) {
        if (bean instanceof DisposableBean || hasDestroyMethod(bean, definition.getDestroyMethodName())) {
            return true;
        }
        for (BeanPostProcessor other : beanFactory.getBeanPostProcessors()) {
            if (other instanceof DestructionAwareBeanPostProcessor aware
                    && !(other instanceof ExitPassLifecycle)
                    && other != this
                    && aware.requiresDestruction(bean)) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasDestroyMethod(Object bean, @Nullable String name) {
        if (name == null) {
            return bean instanceof AutoCloseable;
        }
        return name.equals(AbstractBeanDefinition.INFER_METHOD)
                ? HAS_CLOSE_OR_SHUTDOWN.get(bean.getClass())
                : StringUtils.hasLength(name);
    }

    private boolean isProduct(Object bean, String beanName) {
        return !(bean instanceof FactoryBean) && beanFactory.isFactoryBean(beanName);
    }

    private void watch(Object bean, String beanName) {
        Destroy action = new Destroy(beanName, heldWeakly);
        try {
            alive.computeIfAbsent(
                    bean,
                    referent ->
                            registry.finalizer(referent).name(action.label()).onTrigger(action));
        } catch (IllegalStateException tooLate) {
            if (!registry.isClosed()) {
                throw tooLate;
            }
        }
    }

    @Override
    public boolean requiresDestruction(Object bean) {
        return alive.containsKey(bean);
    }

    @Override
    public void postProcessBeforeDestruction(Object bean, String beanName) {
        Finalizer<Void> finalizer = alive.remove(bean);
        if (finalizer != null) {
            finalizer.detach(); // does nothing from inside its own run
        }
    }

    /** What the exit pass does with a prototype; nothing is left to do for one that was collected. */
    private record Destroy(String beanName, WeakReference<DefaultListableBeanFactory> beanFactory)
            implements FinalizerRegistry.TriggerAction<Object> {

        String label() {
            return beanName.substring(0, Math.min(beanName.length(), LONGEST_NAME));
        }

        @Override
        public void run(@Nullable Object bean, Finalizer.Trigger trigger) {
            DefaultListableBeanFactory factory = beanFactory.get();
            if (bean != null && factory != null) {
                factory.destroyBean(beanName, bean);
            }
        }
    }
}

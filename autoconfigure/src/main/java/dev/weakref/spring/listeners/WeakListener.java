package dev.weakref.spring.listeners;

import dev.weakref.WeakMethod;
import java.lang.ref.Reference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.ApplicationEventMulticaster;
import org.springframework.context.event.GenericApplicationListener;
import org.springframework.core.ResolvableType;

/** Calls a method of an owner that it holds weakly, and removes itself when that is gone. */
final class WeakListener<T, E> implements GenericApplicationListener, WeakListeners.Registration {

    private final ResolvableType type;
    private final int order;
    private final ApplicationEventMulticaster events;
    private final WeakMethod<T, Consumer<E>> method;

    private WeakListener(
            T owner,
            ResolvableType type,
            int order,
            Function<T, Consumer<E>> binder,
            ApplicationEventMulticaster events) {
        this.type = type;
        this.order = order;
        this.events = events;
        method = WeakMethod.of(owner, binder, gone -> close());
    }

    static <T, E> WeakListener<T, E> add(
            T owner,
            ResolvableType type,
            int order,
            BiConsumer<? super T, ? super E> function,
            ApplicationEventMulticaster events) {
        WeakListener<T, E> listener = new WeakListener<>(owner, type, order, bind(function), events);
        try {
            events.addApplicationListener(listener);
        } finally {
            Reference.reachabilityFence(owner); // it must not be gone before it can be removed
        }
        return listener;
    }

    private static <T, E> Function<T, Consumer<E>> bind(BiConsumer<? super T, ? super E> function) {
        return owner -> event -> function.accept(owner, event);
    }

    @Override
    public void close() {
        events.removeApplicationListener(this);
    }

    @Override
    public int getOrder() {
        return order;
    }

    @Override
    public boolean supportsEventType(ResolvableType eventType) {
        return matches(eventType)
                || (PayloadApplicationEvent.class.isAssignableFrom(eventType.toClass())
                        && matches(eventType.as(PayloadApplicationEvent.class).getGeneric()));
    }

    /** What does not tell its type arguments matches by its class, as with {@code @EventListener}. */
    private boolean matches(ResolvableType actual) {
        return actual.hasUnresolvableGenerics()
                ? type.toClass().isAssignableFrom(actual.toClass())
                : type.isAssignableFrom(actual);
    }

    @Override
    @SuppressWarnings("unchecked")
    public void onApplicationEvent(ApplicationEvent event) {
        E argument = (E) argument(event);
        Consumer<E> bound = argument == null ? null : method.get();
        if (bound != null) {
            bound.accept(argument);
        }
    }

    private @Nullable Object argument(ApplicationEvent event) {
        Object published = event instanceof PayloadApplicationEvent<?> carrier
                        && !ApplicationEvent.class.isAssignableFrom(type.toClass())
                ? carrier.getPayload()
                : event;
        return type.toClass().isInstance(published) ? published : null;
    }
}

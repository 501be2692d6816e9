package dev.weakref.spring.listeners;

import java.util.function.BiConsumer;
import org.springframework.context.event.ApplicationEventMulticaster;
import org.springframework.core.Ordered;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.ResolvableType;

/**
 * Application listeners that do not keep their owner alive, and go with it.
 *
 * <pre>{@code
 * listeners.add(this, PriceChanged.class, Basket::onPriceChanged);
 * }</pre>
 *
 * <p>The function is given the owner, and must not hold it: a method reference on the class is right,
 * {@code this::onPriceChanged} is refused. The event may be an {@code ApplicationEvent} or any payload. The owner is
 * held while it is called; from its collection on no event reaches it. For use by any thread. A bean that lives as long
 * as the context has {@code @EventListener}.
 *
 * @since 0.1
 */
public final class WeakListeners {

    private final ApplicationEventMulticaster events;

    /** For what is published to this multicaster, the one of a context. */
    public WeakListeners(ApplicationEventMulticaster events) {
        this.events = events;
    }

    /** Listens to events of a class, after all listeners that have an order; errors as in the longest form. */
    public <T, E> Registration add(T owner, Class<E> type, BiConsumer<? super T, ? super E> listener) {
        return add(owner, type, Ordered.LOWEST_PRECEDENCE, listener);
    }

    /** Listens to events of a class, whatever their type arguments; errors as in the longest form. */
    public <T, E> Registration add(T owner, Class<E> type, int order, BiConsumer<? super T, ? super E> listener) {
        return add(owner, ResolvableType.forRawClass(type), order, listener);
    }

    /** Listens to events of a generic type, after all that have an order; errors as in the longest form. */
    public <T, E> Registration add(
            T owner, ParameterizedTypeReference<E> type, BiConsumer<? super T, ? super E> listener) {
        return add(owner, type, Ordered.LOWEST_PRECEDENCE, listener);
    }

    /**
     * Listens to events of a generic type. One that does not tell its type arguments arrives as well.
     *
     * @param order its place among all listeners to an event, as in {@link Ordered}
     * @throws IllegalArgumentException if the function holds the owner, where that can be seen
     */
    public <T, E> Registration add(
            T owner, ParameterizedTypeReference<E> type, int order, BiConsumer<? super T, ? super E> listener) {
        return add(owner, ResolvableType.forType(type), order, listener);
    }

    private <T, E> Registration add(
            T owner, ResolvableType type, int order, BiConsumer<? super T, ? super E> listener) {
        return WeakListener.<T, E>add(owner, type, order, listener, events);
    }

    /** A listener that was added. It need not be kept, and does not keep the owner. */
    public interface Registration extends AutoCloseable {
        /** Removes the listener now. */
        @Override
        void close();
    }
}

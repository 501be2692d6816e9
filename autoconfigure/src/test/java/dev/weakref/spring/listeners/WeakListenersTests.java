package dev.weakref.spring.listeners;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weakref.test.Gc;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.SimpleApplicationEventMulticaster;
import org.springframework.core.Ordered;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.ResolvableType;
import org.springframework.core.ResolvableTypeProvider;

class WeakListenersTests {

    private final CountingMulticaster events = new CountingMulticaster();
    private final WeakListeners listeners = new WeakListeners(events);
    private final Owner owner = new Owner();

    @Test
    void anOwnerIsToldOfPayloads() {
        listeners.add(owner, String.class, Owner::told);

        publish("text");
        publish(1);

        assertThat(owner.told).containsExactly("text");
    }

    @Test
    void anOwnerIsToldOfPayloadsOfASubclass() {
        listeners.add(owner, Number.class, Owner::told);
        listeners.add(owner, Object.class, Owner::told);

        publish(1);

        assertThat(owner.told).containsExactly(1, 1);
    }

    @Test
    void anOwnerIsToldOfApplicationEvents() {
        listeners.add(owner, Happened.class, Owner::told);

        Happened event = new Happened(this);
        events.multicastEvent(event);
        publish("text");

        assertThat(owner.told).containsExactly(event);
    }

    @Test
    void theEventThatCarriesAPayloadCanBeHadAsWell() {
        listeners.add(owner, new ParameterizedTypeReference<PayloadApplicationEvent<String>>() {}, Owner::told);

        publish(1);
        publish("text");

        assertThat(owner.told)
                .singleElement()
                .isInstanceOfSatisfying(
                        PayloadApplicationEvent.class,
                        event -> assertThat(event.getPayload()).isEqualTo("text"));
    }

    @Test
    void typeArgumentsTellGenericEventsApart() {
        listeners.add(owner, new ParameterizedTypeReference<Created<String>>() {}, Owner::told);

        Created<String> text = new Created<>("text");
        publish(text);
        publish(new Created<>(1));

        assertThat(owner.told).containsExactly(text);
    }

    @Test
    void theBareClassOfAGenericEventMeansAllOfThem() {
        listeners.add(owner, Created.class, Owner::told);

        publish(new Created<>("text"));
        publish(new Created<>(1));

        assertThat(owner.told).hasSize(2);
    }

    @Test
    void listenersAreCalledInTheirOrder() {
        listeners.add(owner, String.class, 2, (mine, event) -> mine.told(event + " second"));
        listeners.add(owner, String.class, (mine, event) -> mine.told(event + " last"));
        listeners.add(owner, String.class, 1, (mine, event) -> mine.told(event + " first"));
        events.addApplicationListener(new Third(owner));

        publish("a");

        assertThat(owner.told).containsExactly("a first", "a second", "a third", "a last");
    }

    @Test
    void aClosedRegistrationIsToldNothing() {
        WeakListeners.Registration registration = listeners.add(owner, String.class, Owner::told);

        registration.close();
        registration.close();
        publish("text");

        assertThat(owner.told).isEmpty();
        assertThat(events.listeners).hasValue(0);
    }

    @Test
    void aFunctionThatHoldsTheOwnerIsRefused() {
        Owner held = owner;
        BiConsumer<Owner, String> holding = (given, event) -> held.told(event);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> listeners.add(held, String.class, holding))
                .withMessageContaining("in place of capturing it");

        assertThat(events.listeners).hasValue(0);
    }

    @Test
    @Tag("collects")
    void theListenerGoesWithItsOwner() {
        listeners.add(owner, String.class, Owner::told);
        addOneThatDies();

        Gc.awaitTrue(() -> events.listeners.get() == 1, "the listener of a dead owner is still there");

        publish("text");
        assertThat(owner.told).containsExactly("text");
    }

    @Test
    @Tag("collects")
    void neitherTheListenerNorItsRegistrationHoldsTheOwner() {
        Reference<?>[] dying = new Reference<?>[1];
        WeakListeners.Registration registration = addOneThatDies(dying);

        Gc.awaitCleared(dying[0]);

        registration.close();
    }

    private void addOneThatDies() {
        Owner dies = new Owner();
        listeners.add(dies, String.class, Owner::told);
        assertThat(events.listeners).hasValue(2);
        Reference.reachabilityFence(dies);
    }

    private WeakListeners.Registration addOneThatDies(Reference<?>[] dying) {
        Owner dies = new Owner();
        dying[0] = new WeakReference<>(dies);
        WeakListeners.Registration registration = listeners.add(dies, String.class, Owner::told);
        publish("text");
        assertThat(dies.told).hasSize(1);
        return registration;
    }

    private void publish(Object payload) {
        events.multicastEvent(new PayloadApplicationEvent<>(this, payload));
    }

    private static final class Owner {

        private final List<Object> told = new CopyOnWriteArrayList<>();

        void told(Object event) {
            told.add(event);
        }
    }

    private static final class Happened extends ApplicationEvent {

        private static final long serialVersionUID = 1L;

        Happened(Object source) {
            super(source);
        }
    }

    private record Created<T>(T what) implements ResolvableTypeProvider {
        @Override
        public ResolvableType getResolvableType() {
            return ResolvableType.forClassWithGenerics(Created.class, ResolvableType.forInstance(what));
        }
    }

    private record Third(Owner owner) implements ApplicationListener<PayloadApplicationEvent<String>>, Ordered {

        @Override
        public void onApplicationEvent(PayloadApplicationEvent<String> event) {
            owner.told(event.getPayload() + " third");
        }

        @Override
        public int getOrder() {
            return 3;
        }
    }

    /** Knows how many listeners it has. */
    private static final class CountingMulticaster extends SimpleApplicationEventMulticaster {

        private final AtomicInteger listeners = new AtomicInteger();

        @Override
        public void addApplicationListener(ApplicationListener<?> listener) {
            super.addApplicationListener(listener);
            listeners.set(getApplicationListeners().size());
        }

        @Override
        public void removeApplicationListener(ApplicationListener<?> listener) {
            super.removeApplicationListener(listener);
            listeners.set(getApplicationListeners().size());
        }
    }
}

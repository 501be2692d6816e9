package dev.weakref.war;

import dev.weakref.FinalizerRegistry;
import dev.weakref.WeakRef;
import dev.weakref.WeakValueMap;
import dev.weakref.spring.listeners.WeakListeners;
import dev.weakref.spring.metrics.WeakGauges;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Uses some of everything, and tells the server what has run in a system property: one letter for each action. */
@RestController
class Controller {

    private final List<Object> held = new ArrayList<>();
    private final FinalizerRegistry registry;
    private final WeakValueMap<String, Listener> map;
    private final WeakListeners listeners;
    private final WeakGauges meters;
    private final ApplicationEventPublisher publisher;

    Controller(
            FinalizerRegistry registry,
            WeakValueMap<String, Listener> map,
            WeakListeners listeners,
            WeakGauges meters,
            ApplicationEventPublisher publisher) {
        this.registry = registry;
        this.map = map;
        this.listeners = listeners;
        this.meters = meters;
        this.publisher = publisher;
    }

    /** Registers three finalizers: one has run when this returns, and two have owners that live. */
    @GetMapping("/use")
    synchronized String use() {
        Listener listener = new Listener();
        held.add(listener);
        held.add(WeakRef.of(listener, gone -> {}));
        map.put("listener", listener);
        listeners.add(listener, String.class, Listener::on);
        meters.gauge("told", Tags.empty(), listener, Listener::told);
        publisher.publishEvent("text");
        registry.register(listener, () -> ran('c')).close();
        registry.register(listener, () -> ran('b'));
        registry.register(listener, () -> ran('a'));
        return "told " + listener.told();
    }

    private static void ran(char action) {
        System.getProperties().merge("weakref.war.ran", String.valueOf(action), (before, more) -> before + "" + more);
    }

    static final class Listener {

        private int told;

        void on(String event) {
            told++;
        }

        int told() {
            return told;
        }
    }
}

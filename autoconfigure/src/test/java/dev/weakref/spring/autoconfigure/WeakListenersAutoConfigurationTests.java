package dev.weakref.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.spring.listeners.WeakListeners;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.event.SimpleApplicationEventMulticaster;

class WeakListenersAutoConfigurationTests {

    private final List<String> told = new ArrayList<>();
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(WeakListenersAutoConfiguration.class));

    @Test
    void theyAreToldOfWhatTheContextPublishes() {
        runner.withBean(Early.class).run(context -> {
            context.getBean(WeakListeners.class).add(told, String.class, List::add);

            context.publishEvent("text");

            assertThat(told).containsExactly("text");
            assertThat(context.getBean(Early.class).told).containsExactly("text");
        });
    }

    @Test
    void eachContextOfAHierarchyHasItsOwn() {
        runner.run(parent -> runner.withParent(parent).run(child -> {
            child.getBean(WeakListeners.class).add(told, String.class, (all, text) -> all.add("child " + text));
            parent.getBean(WeakListeners.class).add(told, String.class, (all, text) -> all.add("parent " + text));

            parent.publishEvent("one");
            child.publishEvent("two");

            assertThat(told).containsExactly("parent one", "child two", "parent two");
        }));
    }

    @Test
    void thePropertySwitchesThemOff() {
        runner.withPropertyValues("weakref.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(WeakListeners.class));
    }

    @Test
    void theUsersOwnWin() {
        runner.withBean("own", WeakListeners.class, () -> new WeakListeners(new SimpleApplicationEventMulticaster()))
                .run(context ->
                        assertThat(context).hasSingleBean(WeakListeners.class).hasBean("own"));
    }

    /** A bean that listens from its constructor on. */
    static final class Early {

        private final List<String> told = new ArrayList<>();

        Early(WeakListeners listeners) {
            listeners.add(this, String.class, (early, text) -> early.told.add(text));
        }
    }
}

package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WeakMethodTests {

    private static final Function<Button, Runnable> ON_CLICK = button -> button::onClick;

    private final Button button = new Button();

    @Test
    void bindsTheMethodAnew() {
        WeakMethod<Button, Runnable> method = WeakMethod.of(button, ON_CLICK);

        method.get().run();
        method.get().run();

        assertThat(button.clicks).isEqualTo(2);
    }

    @Test
    void refusesABinderThatHoldsItsReceiver() {
        Button captured = button;

        assertThatIllegalArgumentException()
                .isThrownBy(() -> WeakMethod.<Button, Runnable>of(button, same -> captured::onClick))
                .withMessageContaining("is held by its own binder: binder → arg$1")
                .withMessageContaining("use the receiver that the binder is given");
    }

    @Test
    void refusesNull() {
        assertThatNullPointerException().isThrownBy(() -> WeakMethod.<Button, Runnable>of(null, ON_CLICK));
        assertThatNullPointerException().isThrownBy(() -> WeakMethod.<Button, Runnable>of(button, null));
    }

    @Test
    void twoAreEqualIfReceiverAndBinderAreTheSame() {
        WeakMethod<Button, Runnable> method = WeakMethod.of(button, ON_CLICK);

        assertThat(method)
                .isEqualTo(WeakMethod.of(button, ON_CLICK))
                .hasSameHashCodeAs(WeakMethod.of(button, ON_CLICK))
                .isNotEqualTo(WeakMethod.of(new Button(), ON_CLICK))
                .isNotEqualTo(WeakMethod.<Button, Runnable>of(button, other -> other::onClick))
                .isNotEqualTo(WeakRef.of(button));
        assertThat(method.hashCode()).isEqualTo(System.identityHashCode(button));
    }

    @Test
    @Tag("collects")
    void isNullOnceTheReceiverIsGoneAndCallsBackOnce() throws Exception {
        BlockingQueue<Object> called = new LinkedBlockingQueue<>();
        WeakMethod<Button, Runnable> method = ofADroppedButton(called);
        int hash = method.hashCode();

        Gc.awaitTrue(() -> !called.isEmpty(), "the callback has not run");

        assertThat(called.take()).isSameAs(method);
        assertThat(method.get()).isNull();
        assertThat(method).isEqualTo(method).hasToString("WeakMethod[dead]");
        assertThat(method.hashCode()).isEqualTo(hash);
    }

    private static WeakMethod<Button, Runnable> ofADroppedButton(BlockingQueue<Object> called) {
        return WeakMethod.of(new Button(), ON_CLICK, called::add);
    }

    private static final class Button {
        private int clicks;

        void onClick() {
            clicks++;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Button;
        }

        @Override
        public int hashCode() {
            return 1;
        }
    }
}

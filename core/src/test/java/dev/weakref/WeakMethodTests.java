package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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

    static Stream<Arguments> holders() {
        Button captured = new Button();
        Object[] array = {"other", captured};
        Supplier<Button> supplier = () -> captured;
        record Pair(int number, Button button) {}
        Pair pair = new Pair(1, captured);
        return Stream.of(
                binder(captured, "lambda", same -> captured::onClick),
                binder(captured, "method reference", captured::bind),
                binder(captured, "inner class", captured.inner()),
                binder(captured, "anonymous class", new Function<>() {
                    @Override
                    public Runnable apply(Button same) {
                        return captured::onClick;
                    }
                }),
                binder(captured, "in an array", same -> (Runnable) array[1]),
                binder(captured, "in a record", same -> pair.button()),
                binder(captured, "in another lambda", same -> supplier.get()),
                binder(captured, "itself", captured));
    }

    private static Arguments binder(Button receiver, String name, Function<Button, Runnable> binder) {
        return Arguments.of(name, receiver, binder);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("holders")
    void refusesABinderThatHoldsItsReceiver(String name, Button receiver, Function<Button, Runnable> binder) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WeakMethod.of(receiver, binder))
                .withMessageContaining("is held by its own binder: binder")
                .withMessageContaining("use the receiver that the binder is given");
        assertThat(WeakRefs.count(receiver)).isZero();
    }

    @Test
    void refusesNull() {
        assertThatNullPointerException().isThrownBy(() -> WeakMethod.<Button, Runnable>of(null, ON_CLICK));
        assertThatNullPointerException().isThrownBy(() -> WeakMethod.<Button, Runnable>of(button, null));
        assertThatNullPointerException().isThrownBy(() -> WeakMethod.of(null, ON_CLICK, dead -> {}));
        assertThatNullPointerException().isThrownBy(() -> WeakMethod.of(button, null, dead -> {}));
    }

    @Test
    void aBinderThatFailsFailsTheCall() {
        IllegalStateException failure = new IllegalStateException("for the test");
        WeakMethod<Button, Runnable> method = WeakMethod.of(button, same -> {
            throw failure;
        });

        assertThatThrownBy(method::get).isSameAs(failure);
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

    private static final class Button implements Runnable, Function<Button, Runnable> {
        private int clicks;

        void onClick() {
            clicks++;
        }

        Runnable bind(Button same) {
            return this::onClick;
        }

        @Override
        public Runnable apply(Button same) {
            return same;
        }

        @Override
        public void run() {
            onClick();
        }

        Function<Button, Runnable> inner() {
            return new Function<>() {
                @Override
                public Runnable apply(Button same) {
                    return Button.this;
                }
            };
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

package dev.weakref.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.Gc;
import dev.weakref.WeakMethod;
import dev.weakref.WeakRef;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * References and methods, as docs/from-python.md shows them: it has each part between {@code example} and {@code end}.
 */
@Timeout(60)
class ReferenceExamplesTests {

    private final List<String> printed = new ArrayList<>();

    @Test
    @Tag("collects")
    void aReferenceGivesItsReferentUntilItIsCollected() {
        // example: reference
        Object o = new Object();
        WeakRef<Object> r = WeakRef.of(o);
        Object o2 = r.get();
        assertThat(o2).isSameAs(o);

        o = null;
        o2 = null;
        Gc.awaitCleared(r);
        assertThat(r.get()).isNull();
        // end
    }

    @Test
    void oneReadDecidesWhetherItIsStillLive() {
        Frob frob = new Frob();
        WeakRef<Frob> r = WeakRef.of(frob, dead -> {}); // shared ones cannot be cleared

        frobnicate(r);
        r.clear();
        frobnicate(r);

        assertThat(printed)
                .containsExactly("Object is still live!", "useful", "Object has been deallocated; can't frobnicate.");
        Reference.reachabilityFence(frob);
    }

    // example: still live
    void frobnicate(WeakRef<Frob> r) {
        Frob o = r.get();
        if (o == null) {
            print("Object has been deallocated; can't frobnicate.");
        } else {
            print("Object is still live!");
            o.doSomethingUseful();
        }
    }
    // end

    @Test
    void anExtendedReferenceCountsItsCalls() {
        Object o = new Object();
        ExtendedRef<Object> r = new ExtendedRef<>(o, null, "red");

        assertThat(r.get()).isSameAs(o);
        assertThat(r.get()).isSameAs(o);
        assertThat(r.calls()).isEqualTo(2);
        assertThat(r.color()).isEqualTo("red");

        r.clear();
        assertThat(r.get()).isNull();
        assertThat(r.calls()).isEqualTo(2);
    }

    @Test
    @Tag("collects")
    void aWeakMethodBindsItsMethodUntilTheReceiverIsCollected() {
        // example: weak method
        Button button = new Button();
        WeakRef<Runnable> r = WeakRef.of(button::onClick);
        Gc.awaitCleared(r); // the button lives, but button::onClick has created an object that is not held

        WeakMethod<Button, Runnable> method = WeakMethod.of(button, b -> b::onClick);
        method.get().run(); // prints "method called!"

        button = null;
        Gc.awaitTrue(() -> method.get() == null, "the button is still reachable");
        // end
        assertThat(printed).containsExactly("method called!");
    }

    private void print(String line) {
        printed.add(line);
    }

    private final class Frob {
        void doSomethingUseful() {
            print("useful");
        }
    }

    private final class Button {
        void onClick() {
            print("method called!");
        }
    }
}

package dev.weakref.test.docs;

import static dev.weakref.test.WeakrefAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.FinalizerRegistry;
import dev.weakref.test.Gc;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("collects")
class CollectionTests {

    @AutoClose
    private final FinalizerRegistry registry = FinalizerRegistry.create();

    private final Uploads uploads = new Uploads(registry);

    @Test
    void anUploadThatNobodyHoldsGoesAndItsPartGoesWithIt() {
        Gc.awaitCollected(() -> uploads.begin("cat.png"));

        assertThat(registry).eventuallyHasNoLiveFinalizers();
        assertThat(uploads.parts()).isEmpty();
    }

    @Test
    void anUploadThatSomebodyHoldsStaysAndSoDoesItsPart() {
        Uploads.Upload held = uploads.begin("cat.png");

        Gc.assertReachable(new WeakReference<>(held));
        assertThat(registry).hasLiveFinalizerNamed("part of cat.png");
        assertThat(uploads.parts()).containsExactly("cat.png");

        Reference.reachabilityFence(held);
    }
}

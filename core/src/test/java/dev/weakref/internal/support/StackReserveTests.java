package dev.weakref.internal.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Goes down to where the stack ends, and asks for the reserve at each depth before that. */
@Timeout(120)
class StackReserveTests {

    private static final int STACK_BYTES = 256 << 10;

    /** Far fewer than fit into the reserve, whether they are interpreted or compiled. */
    private static final int SMALL_FRAMES = 20;

    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger granted = new AtomicInteger();
    private final AtomicInteger cutOff = new AtomicInteger();

    @Test
    void whatIsGrantedIsThere() throws InterruptedException {
        Thread deep = new Thread(null, this::descendAndReturn, "deep", STACK_BYTES);
        deep.start();
        deep.join();

        assertThat(refused).hasPositiveValue();
        assertThat(granted).hasPositiveValue();
        assertThat(cutOff).hasValue(0);
    }

    private void descendAndReturn() {
        try {
            descend();
        } catch (StackOverflowError theEnd) {
            // The depths above have been tried on the way back.
        }
    }

    private void descend() {
        try {
            descend();
        } finally {
            tryHere();
        }
    }

    private void tryHere() {
        boolean here = false;
        try {
            StackReserve.ensure();
            here = true;
            granted.incrementAndGet();
            frames(SMALL_FRAMES);
        } catch (StackOverflowError end) {
            (here ? cutOff : refused).incrementAndGet();
        }
    }

    private static int frames(int count) {
        return count == 0 ? 0 : 1 + frames(count - 1);
    }
}

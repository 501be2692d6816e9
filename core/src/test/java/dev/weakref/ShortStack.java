package dev.weakref;

import dev.weakref.internal.support.StackReserve;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs an action wherever less than the {@link StackReserve} is left: at each depth of a small stack. */
public final class ShortStack {

    private static final int STACK_BYTES = 256 << 10;

    private final Runnable action;
    private final AtomicInteger overflows = new AtomicInteger();

    private ShortStack(Runnable action) {
        this.action = action;
    }

    /** Returns how often it was run, and has overflowed the stack. Use it once before, so that it is initialised. */
    public static int overflows(Runnable action) throws InterruptedException {
        ShortStack stack = new ShortStack(action);
        Thread thread = new Thread(null, stack::descend, "short", STACK_BYTES);
        thread.start();
        thread.join();
        return stack.overflows.get();
    }

    private void descend() {
        try {
            descend();
        } catch (StackOverflowError theEnd) {
            // The depths above follow on the way back.
        }
        try {
            StackReserve.ensure();
            return;
        } catch (StackOverflowError isShort) {
            // which is the case that is wanted
        }
        try {
            action.run();
        } catch (StackOverflowError expected) {
            overflows.incrementAndGet();
        }
    }
}

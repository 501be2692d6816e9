package dev.weakref;

import dev.weakref.internal.support.StackReserve;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs an action wherever less than the {@link StackReserve} is left: at each depth of a small stack. */
public final class ShortStack {

    private static final int STACK_BYTES = 256 << 10;

    /** The action is run so much deeper, because the call of a method handle needs stack that the action does not. */
    private static final int MARGIN_FRAMES = 32;

    private final Runnable action;
    private final AtomicInteger overflows = new AtomicInteger();

    /** {@link StackReserve#ensure}. As no constant, or the JVM would inline it and have each descent ask for it. */
    private final MethodHandle ensure;

    private ShortStack(Runnable action) throws ReflectiveOperationException {
        this.action = action;
        ensure = MethodHandles.lookup().findStatic(StackReserve.class, "ensure", MethodType.methodType(void.class));
        isEnough(); // so that the JVM has linked it
    }

    /** Returns how often it was run, and has overflowed the stack. Use it once before, so that it is initialised. */
    public static int overflows(Runnable action) throws ReflectiveOperationException, InterruptedException {
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
        if (isEnough()) {
            return;
        }
        try {
            runBelow(MARGIN_FRAMES);
        } catch (StackOverflowError expected) {
            overflows.incrementAndGet();
        }
    }

    private void runBelow(int frames) {
        if (frames > 0) {
            runBelow(frames - 1);
        } else {
            action.run();
        }
    }

    private boolean isEnough() {
        try {
            ensure.invokeExact();
            return true;
        } catch (StackOverflowError isShort) {
            return false;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }
}

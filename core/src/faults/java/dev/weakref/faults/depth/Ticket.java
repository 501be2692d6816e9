package dev.weakref.faults.depth;

import dev.weakref.Finalizer.Trigger;
import dev.weakref.FinalizerRegistry.Action;
import dev.weakref.FinalizerRegistry.TriggerAction;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An action of every form that counts its runs. It needs less than a kilobyte of stack; so one that was begun is one
 * that has counted, unless the library began it without that much.
 */
final class Ticket extends AtomicInteger implements Action, Callable<Integer>, TriggerAction<Object>, AutoCloseable {

    private static final long serialVersionUID = 1L;

    @Override
    public void run() {
        incrementAndGet();
    }

    @Override
    public Integer call() {
        incrementAndGet();
        return 1;
    }

    @Override
    public void run(Object referent, Trigger trigger) {
        incrementAndGet();
    }

    @Override
    public void close() {
        incrementAndGet();
    }

    int runs() {
        return get();
    }
}

package dev.weakref.docs;

import dev.weakref.Finalizer;
import dev.weakref.FinalizerRegistry;
import java.util.concurrent.Semaphore;

// example: lease
class Lease implements AutoCloseable {

    private final Finalizer<Void> finalizer;

    Lease(FinalizerRegistry registry, Semaphore permits) throws InterruptedException {
        permits.acquire();
        finalizer = registry.finalizer(this).mustBeClosed().state(permits).run(Semaphore::release);
    }

    @Override
    public void close() {
        finalizer.close();
    }
}
// end

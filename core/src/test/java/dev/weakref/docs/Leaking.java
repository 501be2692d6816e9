package dev.weakref.docs;

import dev.weakref.FinalizerRegistry;
import java.util.concurrent.Semaphore;

// example: leaking
class Leaking {
    public static void main(String[] arguments) throws InterruptedException {
        Semaphore permits = new Semaphore(2);
        try (FinalizerRegistry registry = FinalizerRegistry.builder()
                .name("leases")
                .reportOpenAtExit(true)
                .build()) {
            new Lease(registry, permits).close();
            new Lease(registry, permits); // this one is never closed
        }
        System.out.println(permits.availablePermits() + " of 2 permits are back");
    }
}
// end

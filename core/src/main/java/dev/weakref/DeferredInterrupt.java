package dev.weakref;

/** Waits although the calling thread is interrupted, and keeps the interrupt for later. For use by one thread. */
final class DeferredInterrupt {

    private boolean interrupted;

    /** A wait that may be repeated after an interrupt. */
    interface Wait {
        boolean await() throws InterruptedException;
    }

    boolean await(Wait wait) {
        while (true) {
            try {
                return wait.await();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
    }

    /** Keeps an interrupt whose status was cleared, if there was one. */
    void defer(boolean wasInterrupted) {
        interrupted |= wasInterrupted;
    }

    /** Interrupts the calling thread, if it was interrupted before. */
    void restore() {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

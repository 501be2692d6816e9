package dev.weakref;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Actions that have failed and are to run once more at exit: kept here until they are registered for that.
 *
 * <p><b>Why none is lost if memory or stack runs out.</b> An attempt is made together with what it repeats. The code
 * that has caught the failure adds it by linking it, under the lock of this object: that allocates nothing and calls
 * nothing, so it needs no frame but the present one. If registering it fails then, it stays, and is registered together
 * with the next one or by the exit pass.
 *
 * <p>Guarded by its own lock.
 */
final class RetriesAtExit {

    /** Registers an action that is to run at exit, under a name. */
    private final BiConsumer<String, Object> registerForExit;

    /** The last one that was added. */
    @Nullable Attempt last;

    RetriesAtExit(BiConsumer<String, Object> registerForExit) {
        this.registerForExit = registerForExit;
    }

    /**
     * Registers all of them.
     *
     * @throws IllegalStateException if the registry is closed
     */
    void register() {
        while (true) {
            Attempt next;
            synchronized (this) {
                next = last;
                if (next == null) {
                    return;
                }
                last = next.before;
            }
            boolean done = false;
            try {
                registerForExit.accept(next.name, next.work);
                done = true;
            } catch (IllegalStateException closed) {
                done = true; // nothing would run it any more
                throw closed;
            } finally {
                if (!done) {
                    synchronized (this) {
                        next.before = last;
                        last = next;
                    }
                }
            }
        }
    }

    /** Something to run once more. */
    static final class Attempt {

        private final String name;
        private final Object work;

        /** The one that was added before; guarded by the lock of {@link RetriesAtExit}. */
        @Nullable Attempt before;

        Attempt(String name, Object work) {
            this.name = name;
            this.work = work;
        }
    }
}

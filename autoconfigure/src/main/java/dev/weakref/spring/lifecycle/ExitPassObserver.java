package dev.weakref.spring.lifecycle;

import dev.weakref.ExitReport;
import org.jspecify.annotations.Nullable;

/**
 * Sees the exit passes of a context, while all beans still work.
 *
 * <p>A bean of the context that it observes; one that has not been created by then sees nothing. What its
 * methods throw is logged, and the pass continues. {@link #onClose} must return at once: the thread that closes the
 * context waits for it without a limit. The other methods are called by the thread of the pass and count towards its
 * time.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface ExitPassObserver {

    /** The context begins to close its registries. Called once, by the thread that closes the context. */
    default void onClose() {}

    /**
     * The exit pass of a registry begins.
     *
     * @param registry the name of the registry, as at the endpoint
     * @return what is told of its end
     */
    End onBegin(String registry);

    /** Is told of the end of one exit pass. */
    @FunctionalInterface
    interface End {
        /**
         * The exit pass has ended.
         *
         * @param report what it did; {@code null} if it has failed
         * @param failure why it has failed; {@code null} if it has not
         */
        void onEnd(@Nullable ExitReport report, @Nullable Throwable failure);
    }
}

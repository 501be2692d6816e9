package dev.weakref;

/**
 * A checked exception that an action threw while its finalizer was closed.
 *
 * @since 0.1
 */
public final class FinalizerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    FinalizerException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * Throws an error, and returns the failure itself if it is unchecked; otherwise a new exception with it as the
     * cause.
     */
    static RuntimeException unchecked(String message, Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException runtimeException) {
            return runtimeException;
        }
        if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        return new FinalizerException(message, failure);
    }
}

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

    /** The failure itself if it is unchecked, which is thrown if it is an error; a new exception with it as its cause if not. */
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

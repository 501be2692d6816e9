package dev.weakref;

/**
 * A checked exception that an action threw while its finalizer was closed.
 *
 * @since 0.1
 */
public final class FinalizerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    FinalizerException(String message, Exception cause) {
        super(message, cause);
    }
}

package dev.weakref;

/**
 * A weak proxy was used after its referent had been collected.
 *
 * @since 0.1
 */
public final class ReferentGoneException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    ReferentGoneException(String message) {
        super(message);
    }
}

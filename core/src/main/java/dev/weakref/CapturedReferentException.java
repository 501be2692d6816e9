package dev.weakref;

/**
 * An action, state, binder or value was refused because it holds its own referent, which would never be collected. The
 * message shows the path to the referent.
 *
 * @see CaptureCheck
 * @since 0.1
 */
public final class CapturedReferentException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final String advice;

    CapturedReferentException(String message, String advice) {
        super(message);
        this.advice = advice;
    }

    /** What to do about it; the message ends with it. */
    public String advice() {
        return advice;
    }
}

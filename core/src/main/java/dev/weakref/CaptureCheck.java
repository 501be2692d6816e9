package dev.weakref;

/**
 * What to do with an action or state that reaches its referent strongly, and so keeps it alive for ever.
 *
 * @since 0.1
 */
public enum CaptureCheck {
    /**
     * Refuse what surely reaches it, through captured fields, arrays, records, nested lambdas, or final fields of the
     * class of the action or state itself, with a {@link CapturedReferentException} that shows the path; log a warning
     * for a path that depends on data, through a collection or another field of an ordinary object.
     */
    FAIL,
    /** Log a warning for either. */
    WARN,
    /** Do not check. */
    OFF
}

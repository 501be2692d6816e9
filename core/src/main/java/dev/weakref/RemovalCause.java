package dev.weakref;

/**
 * Why an entry left a weak collection.
 *
 * @since 0.1
 */
public enum RemovalCause {
    /** Its referent was collected. */
    COLLECTED,
    /** A caller removed it. */
    EXPLICIT,
    /** A caller put another value for its key. */
    REPLACED
}

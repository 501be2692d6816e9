package dev.weakref.test;

import dev.weakref.FinalizerInfo;

/** How messages show finalizers. */
final class FinalizerLines {

    static final int MOST_SHOWN = 10;

    private FinalizerLines() {}

    /** Its id, its name, and the class of its referent. */
    static String describe(FinalizerInfo finalizer) {
        String type = finalizer.referentType();
        return finalizer.id() + " '" + finalizer.name() + "' for "
                + (type == null ? "an object that has been collected" : "a " + type);
    }
}

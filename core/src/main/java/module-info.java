/**
 * Weak references with callbacks, weak collections, and finalizers that run exactly once.
 */
module dev.weakref {
    requires static jdk.jfr;
    requires static org.jspecify;

    exports dev.weakref;
}

/**
 * What tests of weak references and finalizers need: waiting for the collector, a JUnit extension, AssertJ assertions.
 */
module dev.weakref.test {
    requires transitive dev.weakref;
    requires jdk.management;
    requires static transitive org.assertj.core;
    requires static transitive org.junit.jupiter.api;
    requires static org.jspecify;

    exports dev.weakref.test;

    opens dev.weakref.test to
            org.junit.platform.commons;
}

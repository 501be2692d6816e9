package dev.weakref.faults;

import java.nio.file.Path;

/** The options of the suite, each {@code -Dweakref.faults.<name>=…}; without them it is the short form that CI runs. */
final class Options {

    /** How many JVMs of each kind; 0 for the short form. */
    static final int JVMS = Integer.getInteger("weakref.faults.jvms", 0);

    /** The home of the JDK that the programs run on. */
    static final Path JDK = Path.of(System.getProperty("weakref.faults.jdk", System.getProperty("java.home")));

    /** The classes of core, so that the suite can be run against those of another commit. */
    static final Path CORE = Path.of(System.getProperty("weakref.faults.core", "target/classes"));

    /** How many programs at a time. */
    static final int AT_A_TIME =
            Integer.getInteger("weakref.faults.parallel", Runtime.getRuntime().availableProcessors());

    private Options() {}

    /** How many JVMs of each kind, given how many the short form has. */
    static int jvms(int inShortForm) {
        return JVMS > 0 ? JVMS : inShortForm;
    }

    static boolean areShort() {
        return JVMS == 0;
    }
}

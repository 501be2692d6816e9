package dev.weakref.faults.depth;

import dev.weakref.faults.Verdict;

/** One operation, with what it works on: a new one for each round. Only {@link #at} is called with little stack. */
abstract class Trial {

    /** How many steps are prepared at once. */
    static final int STEPS = 256;

    /** The operation that is tried, for messages. */
    final String name;

    Trial(String name) {
        this.name = name;
    }

    /** What the operation is, given the trial and the number of the step. */
    @FunctionalInterface
    interface Body<T> {
        void run(T trial, int step) throws Throwable;
    }

    /** Makes what the next {@link #STEPS} steps work on. */
    abstract void prepare();

    /** Calls the operation once. Does as little else as possible, as there may be no stack for more. */
    abstract void at(int step) throws Throwable;

    /**
     * Sees, in another thread, that what the step worked on is as it should be.
     *
     * @param returned whether the operation returned; otherwise it overflowed
     */
    abstract void check(int step, boolean returned) throws Exception;

    /** Sees, in another thread, that nothing is lost and nothing stays behind. */
    abstract void end() throws Exception;

    /** Whether each step overflows, however much stack there is. */
    boolean overflowsAlways() {
        return false;
    }

    /** The operation threw something else. */
    void failed(Throwable other) {
        StringBuilder what = new StringBuilder(name + " throws " + other);
        for (Throwable cause = other.getCause(); cause != null; cause = cause.getCause()) {
            what.append(", caused by ").append(cause);
        }
        Verdict.fault(what.toString());
    }

    void expect(boolean condition, String otherwise) {
        Verdict.expect(condition, name + ": " + otherwise);
    }

    /** Does nothing. */
    static Trial nothing() {
        return new Trial("nothing") {
            @Override
            void prepare() {}

            @Override
            void at(int step) {}

            @Override
            void check(int step, boolean returned) {}

            @Override
            void end() {}
        };
    }
}

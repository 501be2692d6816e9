package dev.weakref.faults.depth;

import java.util.function.Function;

/**
 * A public operation, and how to begin a trial of it.
 *
 * @param name what it is called in messages and figures
 * @param trials makes a trial, given the name
 */
record Operation(String name, Function<String, Trial> trials) {

    Trial begin() {
        return trials.apply(name);
    }
}

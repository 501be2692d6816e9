package dev.weakref;

import java.time.Duration;

/** Checks of arguments: each returns its argument, or throws and says what to give. */
final class Arguments {

    private Arguments() {}

    static Duration positive(Duration time, String what) {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("The " + what + " is " + time + "; give a positive duration");
        }
        return time;
    }

    static double fraction(double number, String what) {
        if (!(number >= 0 && number <= 1)) {
            throw new IllegalArgumentException("The " + what + " is " + number + "; give a number from 0 to 1");
        }
        return number;
    }

    static int atLeastOne(int number, String what) {
        if (number < 1) {
            throw new IllegalArgumentException("The " + what + " is " + number + "; give at least 1");
        }
        return number;
    }

    static int notNegative(int number, String what) {
        if (number < 0) {
            throw new IllegalArgumentException("The " + what + " is " + number + "; give 0 or more");
        }
        return number;
    }
}

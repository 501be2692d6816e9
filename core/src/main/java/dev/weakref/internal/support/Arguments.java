package dev.weakref.internal.support;

import java.time.Duration;

/** Checks of arguments: each returns its argument, or throws and says what to give. */
public final class Arguments {

    private Arguments() {}

    public static Duration positive(Duration time, String what) {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("The " + what + " is " + time + "; give a positive duration");
        }
        return time;
    }

    public static double fraction(double number, String what) {
        if (!(number >= 0 && number <= 1)) {
            throw new IllegalArgumentException("The " + what + " is " + number + "; give a number from 0 to 1");
        }
        return number;
    }

    public static int atLeastOne(int number, String what) {
        if (number < 1) {
            throw new IllegalArgumentException("The " + what + " is " + number + "; give at least 1");
        }
        return number;
    }

    public static int notNegative(int number, String what) {
        if (number < 0) {
            throw new IllegalArgumentException("The " + what + " is " + number + "; give 0 or more");
        }
        return number;
    }
}

package dev.weakref.faults.depth;

/** A key that equals others of the same number; its methods need hardly any stack. */
final class Key {

    private final int number;

    Key(int number) {
        this.number = number;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Key && ((Key) other).number == number;
    }

    @Override
    public int hashCode() {
        return number;
    }

    @Override
    public String toString() {
        return "key";
    }
}

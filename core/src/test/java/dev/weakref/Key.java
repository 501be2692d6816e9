package dev.weakref;

/** A key that is equal to others of its name, with a hash of the test's choice, and that the test can stop. */
public class Key {

    final String name;
    private final int hash;
    private volatile Runnable onEquals = () -> {};
    private volatile Runnable onHash = () -> {};

    public Key(String name) {
        this(name, name.hashCode());
    }

    public Key(String name, int hash) {
        this.name = name;
        this.hash = hash;
    }

    /** Runs this whenever the key is compared, by whichever side. */
    public Key onEquals(Runnable action) {
        onEquals = action;
        return this;
    }

    Key onHash(Runnable action) {
        onHash = action;
        return this;
    }

    @Override
    public boolean equals(Object other) {
        onEquals.run();
        if (other instanceof Key key) {
            if (key != this) {
                key.onEquals.run();
            }
            return name.equals(key.name);
        }
        return false;
    }

    @Override
    public int hashCode() {
        onHash.run();
        return hash;
    }

    @Override
    public String toString() {
        return name;
    }
}

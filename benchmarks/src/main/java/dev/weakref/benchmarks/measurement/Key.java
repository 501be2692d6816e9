package dev.weakref.benchmarks.measurement;

/** A key that is equal to others, as a program's own keys are. */
final class Key {

    private final long id;
    private final int hash;

    private Key(long id, int hash) {
        this.id = id;
        this.hash = hash;
    }

    /** With a hash that has nothing to do with the order of the ids: the finalizer of MurmurHash3. */
    static Key of(long id) {
        long hash = (id ^ id >>> 33) * 0xff51afd7ed558ccdL;
        hash = (hash ^ hash >>> 33) * 0xc4ceb9fe1a85ec53L;
        return new Key(id, (int) (hash ^ hash >>> 33));
    }

    /** One of many that share a hash, and are not comparable. */
    static Key colliding(long id) {
        return new Key(id, 42);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Key key && key.id == id;
    }

    @Override
    public int hashCode() {
        return hash;
    }
}

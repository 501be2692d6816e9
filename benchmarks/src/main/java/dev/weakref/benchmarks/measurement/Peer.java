package dev.weakref.benchmarks.measurement;

/** Who is measured: core in several forms, its peers, and the limits that nobody can beat. */
public enum Peer {
    CORE("weakref"),
    CORE_CHECKED("weakref, capture check"),
    CORE_LISTENED("weakref, a listener"),
    CORE_DISABLED("weakref, leak level DISABLED"),
    CORE_ADVANCED("weakref, leak level ADVANCED"),
    CORE_PARANOID("weakref, leak level PARANOID"),
    CORE_STATE("weakref, action and state"),
    CORE_CALLBACK("WeakRef, a callback"),
    CORE_SHARED("WeakRef, shared"),
    GUAVA("Guava"),
    CAFFEINE("Caffeine"),
    COMMONS("commons-collections, synchronized"),
    WEAK_HASH_MAP("WeakHashMap, synchronized"),
    LOCK_FREE("weak-lock-free"),
    CLEANER("Cleaner"),
    REFLECTIVE("reflective Proxy"),
    STRONG("strong ConcurrentHashMap"),
    CLEANER_AND_CLOCK("Cleaner, and a look at the clock"),
    BARE("bare WeakReference"),
    SPRING("Spring alone"),
    DIRECT("direct calls");

    public final String label;

    Peer(String label) {
        this.label = label;
    }

    public boolean isCore() {
        return compareTo(GUAVA) < 0;
    }

    /** Whether it does the same work for the user, so that core can be said to be faster or slower. */
    public boolean isRival() {
        return compareTo(GUAVA) >= 0 && compareTo(REFLECTIVE) <= 0;
    }
}

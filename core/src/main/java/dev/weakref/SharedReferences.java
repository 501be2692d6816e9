package dev.weakref;

import dev.weakref.internal.reap.Reaper;
import dev.weakref.internal.table.TableOptions;
import dev.weakref.internal.table.WeakTable;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The references and proxies without a callback, here called holders: one reference for each object, and one proxy for
 * each object and set of interfaces, for as long as the program holds it.
 *
 * <p>The table holds weakly a {@link Key} of each holder, and not the holder itself: a table asks its keys for hash and
 * equality, and those of a reference are its referent's. Holder and key hold each other; nothing else holds the key. So
 * the key is collected together with its holder, whether the referent lives or not, and its entry is removed as the
 * entries of all weak collections are.
 *
 * <p><b>Why the program never has two of them.</b> Concurrent threads may each make a holder. The keys of these are
 * equal, so the table links one of them, and all threads return the holder of that one. A thread that has a holder
 * thereby holds its key, so each later lookup finds that key in the table. The collector clears the table's reference
 * to a key only if nothing holds the holder, and together with all other weak references through which the holder could
 * be reached. From then on nothing returns the old holder, and the next lookup links a new key; the dead node of the
 * old one is removed by its identity, which is never the new node's. The only exception is an object that holds the
 * holder and is made reachable again by its {@code finalize()} method.
 */
final class SharedReferences {

    static final SharedReferences ALL = new SharedReferences(Reaper.SHARED);

    /** The interfaces of a reference, which distinguish it from all proxies. */
    private static final Set<Class<?>> NONE = Set.of();

    final WeakTable<Key, Boolean> table; // for tests as well

    SharedReferences(Reaper reaper) {
        table = new WeakTable<>(TableOptions.Kind.WEAK_KEYS, reaper);
    }

    /** The shared reference to an object, if there is one. */
    @SuppressWarnings("unchecked") // it was found by its referent
    <T> @Nullable WeakRef<T> reference(T referent) {
        return (WeakRef<T>) find(new Question(referent, NONE));
    }

    /** The shared proxy of an object with these interfaces, if there is one. */
    @Nullable Object proxy(Object referent, Set<Class<?>> interfaces) {
        return find(new Question(referent, interfaces));
    }

    /** All shared proxies of an object. */
    List<Object> proxies(Object referent) {
        List<Object> proxies = new ArrayList<>();
        table.getKey(new Listing(referent, proxies));
        return proxies;
    }

    /**
     * Shares the holder of this key, unless there is another one of the same object and interfaces.
     *
     * @param referent what the holder refers to; held until this has returned, because the key asks the holder for it
     * @return the holder that is shared
     */
    Object share(Key mine, Object referent) {
        try {
            while (true) {
                Object first = find(mine);
                if (first != null) {
                    return first;
                }
                if (table.put(mine, true, WeakTable.When.ABSENT) == null) {
                    return mine.holder;
                }
            }
        } finally {
            Reference.reachabilityFence(referent);
        }
    }

    private @Nullable Object find(Object question) {
        Key found = table.getKey(question);
        return found == null ? null : found.holder;
    }

    /** What a holder is found by. Equal keys are of the same living object and of the same interfaces. */
    static final class Key {

        private final Object holder;
        private final WeakReference<Object> reference;
        private final int hash;

        /** @param reference the holder's own reference to the referent; of a {@link WeakRef}, itself */
        @SuppressWarnings("unchecked") // it is only read and compared
        Key(Object holder, WeakReference<?> reference, Object referent) {
            this.holder = holder;
            this.reference = (WeakReference<Object>) reference;
            hash = System.identityHashCode(referent);
        }

        private boolean isOf(Object referent, Set<Class<?>> interfaces) {
            return isOf(referent) && interfaces.equals(interfaces());
        }

        boolean isOf(Object referent) {
            return reference.refersTo(referent);
        }

        private boolean isOfProxy() {
            return holder != reference;
        }

        private Set<Class<?>> interfaces() {
            return isOfProxy() ? Set.of(holder.getClass().getInterfaces()) : NONE;
        }

        /** For a key that is to be shared, whose referent is held. */
        @Override
        public boolean equals(@Nullable Object other) {
            Object referent = reference instanceof ProxyReference ref ? ref.referent() : reference.get();
            return referent != null && other instanceof Key key && key.isOf(referent, interfaces());
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    /** Equals the key of the holder that is looked for. */
    private record Question(Object referent, Set<Class<?>> interfaces) {

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && key.isOf(referent, interfaces);
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(referent);
        }
    }

    /** Equals no key, so that the table compares it with all that have its hash; collects the proxies among them. */
    private record Listing(Object referent, List<Object> proxies) {

        @Override
        public boolean equals(@Nullable Object other) {
            if (other instanceof Key key && key.isOfProxy() && key.isOf(referent)) {
                proxies.add(key.holder);
            }
            return false;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(referent);
        }
    }
}

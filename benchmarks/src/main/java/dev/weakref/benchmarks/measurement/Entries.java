package dev.weakref.benchmarks.measurement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A collection that has been filled, with all that keeps its entries alive and that is asked for. */
final class Entries {

    final Subject subject;

    /** What was put in: the first keys, and their values. */
    final Object[] keys;

    final Object[] values;

    /** The keys to ask with, shuffled: equal and not identical, where identity is not what counts. */
    final Object[] probes;

    /**
     * The keys to put with: equal to all that are in it, in two other orders, one after the other. So what has been
     * allocated on the way through one order is met by nobody in that order, which is kind to caches.
     */
    final Object[] writes;

    /** Where who writes last has come to in there. */
    int nextWrite;

    /** Shuffled keys that are not in it. */
    final Object[] absent;

    private Entries(Family family, Subject subject, int size, LongFunction<Key> key) {
        this.subject = subject;
        keys = array(size, key::apply);
        values = array(size, i -> new Object());
        Object[] asked = family == Family.IDENTITY_KEYS ? keys : array(size, key::apply);
        Random random = new Random(7);
        probes = shuffled(asked, random);
        writes = Stream.of(shuffled(asked, random), shuffled(asked, random))
                .flatMap(Arrays::stream)
                .toArray();
        absent = shuffled(array(size, i -> key.apply((long) size + i)), random);
        for (int i = 0; i < size; i++) {
            subject.put(keys[i], values[i]);
        }
    }

    /**
     * In a JVM that has used such collections with several types of keys.
     *
     * @param colliding whether all keys have one hash
     */
    static Entries of(Family family, Peer peer, int size, boolean colliding) {
        pollute(family, peer, Math.min(size, 2_000));
        return new Entries(family, family.create(peer), size, colliding ? Key::colliding : Key::of);
    }

    static Object[] array(int size, IntFunction<?> element) {
        Object[] array = new Object[size];
        Arrays.setAll(array, element);
        return array;
    }

    private static Object[] shuffled(Object[] array, Random random) {
        List<Object> list = new ArrayList<>(Arrays.asList(array));
        Collections.shuffle(list, random);
        return list.toArray();
    }

    /**
     * Uses a collection of that kind as a real program has done before: with several types of keys, so that its call
     * sites of {@code equals} and {@code hashCode} are not those of a program that knows one type only.
     */
    private static void pollute(Family family, Peer peer, int size) {
        List<IntFunction<Object>> types =
                List.of(i -> "key " + i, i -> 1_000_000 + i, i -> 1_000_000L + i, Key::of, List::of);
        for (int round = 0; round < 5; round++) {
            for (IntFunction<Object> type : types) {
                use(family, family.create(peer), array(size, type), array(size, type));
            }
        }
    }

    private static void use(Family family, Subject subject, Object[] keys, Object[] others) {
        Object[] probes = family == Family.IDENTITY_KEYS ? keys : others;
        for (int round = 0; round < 4; round++) {
            for (int i = 0; i < keys.length; i++) {
                subject.put(keys[i], others[(i + round) % others.length]);
                check(subject.get(probes[i]));
            }
            if (family != Family.INTERNER) {
                for (int i = 0; i < keys.length; i++) {
                    check(subject.computeIfAbsent(probes[i], key -> others[0]));
                    if (i % 2 == 0) {
                        subject.remove(probes[i]);
                    }
                }
                subject.elements().forEach(Entries::check);
            }
        }
    }

    private static void check(@Nullable Object found) {
        if (found == null) {
            throw new IllegalStateException("an entry is missing whose key and value are held");
        }
    }
}

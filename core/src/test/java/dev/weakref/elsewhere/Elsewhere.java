package dev.weakref.elsewhere;

import java.util.List;

/** Interfaces that the tests cannot see from their own package, and one that they can. */
public final class Elsewhere {

    interface Closed {
        String closed();

        default String byDefault() {
            return closed() + " by default";
        }

        Closed self();
    }

    /** Public, with methods whose declaring type only its package can name. */
    public interface Open extends Closed {}

    /** Implements both. */
    public static class Thing implements Open {
        @Override
        public String closed() {
            return "closed";
        }

        @Override
        public Open self() {
            return this;
        }
    }

    private Elsewhere() {}

    /** What the methods of an object return. */
    public static List<Object> calls(Open object) {
        return List.of(object.closed(), object.byDefault(), object.self());
    }
}

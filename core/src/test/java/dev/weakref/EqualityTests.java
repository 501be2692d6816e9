package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.Reference;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Who equals whom and who has which hash: the rules, against every mix of types, states and referents. */
@Timeout(60)
class EqualityTests {

    private static final Function<Twin, Runnable> RUN = twin -> twin::run;
    private static final FinalizerRegistry REGISTRY =
            FinalizerRegistry.builder().reaper(SimulatedCollector.idleReaper()).build();

    enum Family {
        REFERENCE,
        PROXY,
        METHOD,
        FINALIZER
    }

    enum Kind {
        SHARED_REFERENCE(Family.REFERENCE),
        CALLING_REFERENCE(Family.REFERENCE),
        SUBCLASS(Family.REFERENCE),
        SHARED_PROXY(Family.PROXY),
        CALLING_PROXY(Family.PROXY),
        REFLECTIVE_PROXY(Family.PROXY),
        METHOD(Family.METHOD),
        FINALIZER(Family.FINALIZER);

        private final Family family;

        Kind(Family family) {
            this.family = family;
        }
    }

    enum State {
        ALIVE,
        /** Its referent is gone, and perhaps nobody has looked yet. */
        DYING,
        /** Whatever was to be done about that has been done. */
        DEAD
    }

    enum Referents {
        SAME,
        EQUAL,
        DIFFERENT
    }

    enum Answer {
        YES,
        NO,
        GONE
    }

    @AfterAll
    static void close() {
        REGISTRY.close();
    }

    static Stream<Arguments> pairs() {
        return Arrays.stream(Kind.values())
                .flatMap(mine -> Arrays.stream(Kind.values()).map(theirs -> Arguments.of(mine, theirs)));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void everyPairAnswersByTheRule(Kind mine, Kind theirs) throws Exception {
        for (Referents referents : Referents.values()) {
            for (State state : State.values()) {
                for (State other : State.values()) {
                    Twin first = new Twin(1);
                    Twin second = referents == Referents.SAME ? first : new Twin(referents == Referents.EQUAL ? 1 : 2);
                    Holder one = new Holder(mine, first);
                    Holder two = new Holder(theirs, second);
                    one.become(state);
                    two.become(other);

                    assertThat(one.answers(two))
                            .as("%s %s, %s %s, %s referents", state, mine, other, theirs, referents)
                            .isEqualTo(expected(one, two, referents));
                    assertThat(two.answers(one))
                            .as("%s %s, %s %s, %s referents", other, theirs, state, mine, referents)
                            .isEqualTo(expected(two, one, referents));
                    Reference.reachabilityFence(first);
                    Reference.reachabilityFence(second);
                }
            }
        }
    }

    private static Answer expected(Holder one, Holder two, Referents referents) {
        boolean bothAlive = one.isAlive() && two.isAlive();
        if (one.kind.family == Family.PROXY) {
            boolean theirsCounts = two.kind.family == Family.PROXY;
            return !one.isAlive() || (theirsCounts && !two.isAlive())
                    ? Answer.GONE
                    : yesIf(theirsCounts && referents != Referents.DIFFERENT);
        }
        if (one.object == two.object) {
            return Answer.YES;
        }
        return yesIf(one.kind.family == two.kind.family
                && bothAlive
                && switch (one.kind.family) {
                    case REFERENCE -> referents != Referents.DIFFERENT;
                    case METHOD -> referents == Referents.SAME;
                    default -> false;
                });
    }

    private static Answer yesIf(boolean equal) {
        return equal ? Answer.YES : Answer.NO;
    }

    @ParameterizedTest
    @EnumSource
    void theHashIsKeptFromTheFirstTimeThatItIsAskedFor(Kind kind) throws Exception {
        for (State state : State.values()) {
            for (boolean before : new boolean[] {true, false}) {
                Twin referent = new Twin(1);
                Holder holder = new Holder(kind, referent);
                Object hash = before ? holder.hash() : null;
                referent.changeHash();
                holder.become(state);

                Object expected = switch (kind.family) {
                    case REFERENCE -> before ? 1 : state == State.ALIVE ? 2 : IllegalStateException.class;
                    case PROXY -> UnsupportedOperationException.class;
                    case METHOD -> System.identityHashCode(referent);
                    case FINALIZER -> System.identityHashCode(holder.object);
                };
                assertThat(holder.hash())
                        .as("%s, asked before: %s", state, before)
                        .isEqualTo(expected);
                assertThat(hash).isIn(null, expected);
                Reference.reachabilityFence(referent);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void equalsNeitherItsReferentNorNothingUnlessItIsAProxy(Kind kind) throws Exception {
        Twin referent = new Twin(1);
        Holder alive = new Holder(kind, referent);
        Holder dead = new Holder(kind, new Twin(1));
        dead.become(State.DYING);
        boolean isProxy = kind.family == Family.PROXY;

        assertThat(alive.object.equals(referent)).isEqualTo(isProxy);
        assertThat(alive.object.equals("anything")).as("what its referent says").isEqualTo(isProxy);
        if (isProxy) {
            assertThatThrownBy(() -> dead.object.equals(null)).isInstanceOf(ReferentGoneException.class);
        } else {
            assertThat(alive.object.equals(null)).isFalse();
            assertThat(dead.object.equals(null)).isFalse();
        }
        Reference.reachabilityFence(referent);
    }

    /** One of those that refer to an object, and what becomes of it. */
    private static final class Holder {
        private final Kind kind;
        private final CountDownLatch calledBack = new CountDownLatch(1);
        private final Object object;

        Holder(Kind kind, Twin referent) {
            this.kind = kind;
            object = switch (kind) {
                case SHARED_REFERENCE -> WeakRef.of(referent);
                case CALLING_REFERENCE -> WeakRef.of(referent, dead -> calledBack.countDown());
                case SUBCLASS ->
                    new WeakRef<Twin>(referent, dead -> calledBack.countDown()) {
                        @Override
                        public Twin get() {
                            throw new AssertionError("nobody is to ask the override");
                        }
                    };
                case SHARED_PROXY -> WeakProxy.of(referent, Runnable.class);
                case CALLING_PROXY -> WeakProxy.of(referent, Runnable.class, dead -> calledBack.countDown());
                case REFLECTIVE_PROXY ->
                    Proxy.newProxyInstance(
                            getClass().getClassLoader(),
                            new Class<?>[] {Runnable.class},
                            new ProxyReference(referent, null));
                case METHOD -> WeakMethod.of(referent, RUN, dead -> calledBack.countDown());
                case FINALIZER -> REGISTRY.register(referent, () -> {});
            };
        }

        void become(State state) throws Exception {
            if (state == State.ALIVE) {
                return;
            }
            SimulatedCollector.collect(object);
            assertThat(isAlive()).isEqualTo(kind.family == Family.FINALIZER);
            if (state == State.DEAD) {
                switch (kind) {
                    case CALLING_REFERENCE, SUBCLASS, CALLING_PROXY, METHOD -> calledBack.await();
                    case FINALIZER -> ((Finalizer<?>) object).close();
                    default -> {
                        // nothing is to be done
                    }
                }
            }
        }

        boolean isAlive() {
            return switch (kind.family) {
                case REFERENCE -> !((WeakRef<?>) object).refersTo(null);
                case PROXY -> !ProxyReference.of(object).refersTo(null);
                case METHOD -> ((WeakMethod<?, ?>) object).get() != null;
                case FINALIZER -> ((Finalizer<?>) object).isAlive();
            };
        }

        Answer answers(Holder other) {
            try {
                return yesIf(object.equals(other.object));
            } catch (ReferentGoneException gone) {
                return Answer.GONE;
            }
        }

        /** The hash, or the class of what is thrown instead. */
        Object hash() {
            try {
                return object.hashCode();
            } catch (RuntimeException none) {
                return none.getClass();
            }
        }
    }

    /** Equals another with the same value, and claims to equal everything else. */
    private static final class Twin implements Runnable {
        private final int value;
        private int hash;

        Twin(int value) {
            this.value = value;
            hash = value;
        }

        void changeHash() {
            hash++;
        }

        @Override
        public void run() {}

        @Override
        public boolean equals(Object other) {
            return !(other instanceof Twin twin) || twin.value == value;
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }
}

package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which proxies are unwrapped when they are passed to a proxy. */
@Timeout(60)
class ProxyArgumentTests {

    private final Coin small = new Coin(1);
    private final Coin large = new Coin(2);

    /** How a proxy of a coin is made. */
    private record Maker(String name, Function<Coin, Money> make) {

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Maker> makers() {
        return Stream.of(
                new Maker("generated", coin -> WeakProxy.of(coin, Money.class)),
                new Maker("with all interfaces", coin -> (Money) WeakProxy.of((Object) coin)),
                new Maker("with a callback", coin -> WeakProxy.of(coin, Money.class, dead -> {})),
                new Maker("reflective", coin -> (Money) reflective(coin, Money.class)));
    }

    private static Object reflective(Object referent, Class<?>... types) {
        return Proxy.newProxyInstance(
                ProxyArgumentTests.class.getClassLoader(), types, new ProxyReference(referent, null));
    }

    @ParameterizedTest
    @MethodSource("makers")
    void proxiesAreComparedByTheirReferents(Maker maker) {
        Money one = maker.make.apply(small);
        Money two = maker.make.apply(large);

        assertThat(one.compareTo(two)).isNegative();
        assertThat(two.compareTo(one)).isPositive();
        assertThat(one.compareTo(one)).isZero();
        assertThat(one.compareTo(large)).isNegative();
        List<Money> sorted = new ArrayList<>(List.of(two, one));
        sorted.sort(null);
        assertThat(sorted.get(0) == one).isTrue();
    }

    @ParameterizedTest
    @MethodSource("makers")
    void parametersOfTheInterfaceUnwrapWhereverTheyStand(Maker maker) {
        Money one = maker.make.apply(small);
        Money two = maker.make.apply(large);

        one.note(1L, two, 2.0, one, null);

        assertThat(small.noted).containsExactly(1L, large, 2.0, small, null);
    }

    @ParameterizedTest
    @MethodSource("makers")
    void typeArgumentsOfAnInterfaceCountAsItsParameters(Maker maker) {
        Money one = maker.make.apply(small);
        Money two = maker.make.apply(large);

        one.addTo(two);

        assertThat(small.noted).containsExactly(large);
    }

    @ParameterizedTest
    @MethodSource("makers")
    void otherParametersGetTheProxy(Maker maker) {
        Money one = maker.make.apply(small);
        Money two = maker.make.apply(large);

        one.keep(two);
        one.noteAll(new Money[] {two});
        Runnable task = (Runnable) WeakProxy.of((Object) large);
        one.accept(task);

        assertThat(small.noted.subList(0, 2)).allMatch(noted -> noted == two);
        assertThat(small.noted.get(2) == task).isTrue();
    }

    @ParameterizedTest
    @MethodSource("makers")
    void resultThatWasPassedIsTheProxyThatWasPassed(Maker maker) {
        Money one = maker.make.apply(small);
        Money two = maker.make.apply(large);

        assertThat(one.larger(two) == two).isTrue();
        assertThat(two.larger(one) == two).isTrue();
        assertThat(one.larger(large) == large).isTrue();
        assertThat(one.larger(null)).isNull();
        assertThat(one.largerAsObject(two) == two).isTrue();
    }

    @ParameterizedTest
    @MethodSource("makers")
    void deadArgumentThrowsAsEveryUseOfIt(Maker maker) {
        Money one = maker.make.apply(small);
        Money two = maker.make.apply(large);
        SimulatedCollector.collect((Object) ProxyReference.of(two));

        assertThatThrownBy(() -> one.compareTo(two)).isInstanceOf(ReferentGoneException.class);
        assertThatThrownBy(() -> one.larger(two)).isInstanceOf(ReferentGoneException.class);
        one.keep(two);
        assertThat(small.noted).hasSize(1);
    }

    @Test
    void proxiesWithDifferentInterfacesMeetAsWell() {
        Money money = WeakProxy.of(small, Money.class);
        Object more = WeakProxy.of((Object) large, Money.class, Runnable.class);

        assertThat(money.compareTo((Money) more)).isNegative();
        assertThat(money.larger((Money) more) == more).isTrue();
    }

    @Test
    void proxiesOfComparableAreCompared() {
        Comparable<Object> one = comparable("a");
        Comparable<Object> two = comparable("b");

        assertThat(one.compareTo(two)).isNegative();
        assertThat(one.compareTo("a")).isZero();
    }

    @Test
    void parameterOfTheDeclaringInterfaceUnwrapsInExtendedOnes() {
        Extended one = new Extended();
        Extended two = new Extended();

        assertThat(WeakProxy.of(one, Extending.class).isSame(WeakProxy.of(one, Extending.class)))
                .isTrue();
        assertThat(WeakProxy.of(one, Extending.class).isSame(WeakProxy.of(two, Base.class)))
                .isFalse();
        assertThat(WeakProxy.of(one, Extending.class).isSame(WeakProxy.of(one, Base.class)))
                .isTrue();
    }

    @Test
    void typeArgumentsOfExtendedInterfacesCountAsWell() {
        Gold one = new Gold();
        Gold two = new Gold();
        Precious proxy = WeakProxy.of(one, Precious.class);

        proxy.addTo(WeakProxy.of(two, Precious.class));

        assertThat(one.added == two).isTrue();
    }

    @Test
    void slotsBeyondTheFirstByteAreRight() {
        Many many = WeakProxy.of(new ManyArguments(), Many.class);

        Many returned = many.last(
                1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
                29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54,
                55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80,
                81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100, 101, 102, 103, 104,
                105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125,
                126, many);

        assertThat(returned == many).isTrue();
    }

    @SuppressWarnings("unchecked")
    private static Comparable<Object> comparable(String referent) {
        return (Comparable<Object>) (Object) WeakProxy.of(referent, Comparable.class);
    }

    interface Addable<T> {
        void addTo(T other);
    }

    interface Keeper<T> {
        void keep(Object any);

        void accept(T other);
    }

    interface Money extends Comparable<Money>, Addable<Money>, Keeper<Runnable> {
        int amount();

        @Nullable Money larger(@Nullable Money other);

        @Nullable Object largerAsObject(@Nullable Money other);

        void note(long first, Money second, double third, Money fourth, @Nullable Money fifth);

        void noteAll(Money[] others);
    }

    interface Pile<P extends Pile<P>> extends Addable<P> {}

    interface Metal extends Pile<Metal> {}

    interface Precious extends Metal {}

    private static final class Gold implements Precious {

        private @Nullable Metal added;

        @Override
        public void addTo(Metal other) {
            added = other;
        }
    }

    interface Base {
        boolean isSame(Base other);
    }

    interface Extending extends Base {}

    private static final class Extended implements Extending {

        @Override
        public boolean isSame(Base other) {
            return this == other;
        }
    }

    /** Looks into the other one, as only its own class can. */
    private static final class Coin implements Money, Runnable {

        private final List<@Nullable Object> noted = new ArrayList<>();
        private final int amount;

        Coin(int amount) {
            this.amount = amount;
        }

        @Override
        public int amount() {
            return amount;
        }

        @Override
        public int compareTo(Money other) {
            return Integer.compare(amount, ((Coin) other).amount);
        }

        @Override
        public @Nullable Money larger(@Nullable Money other) {
            return other == null || compareTo(other) < 0 ? other : this;
        }

        @Override
        public @Nullable Object largerAsObject(@Nullable Money other) {
            return larger(other);
        }

        @Override
        public void addTo(Money other) {
            noted.add(other);
        }

        @Override
        public void keep(Object any) {
            noted.add(any);
        }

        @Override
        public void accept(Runnable other) {
            noted.add(other);
        }

        @Override
        public void noteAll(Money[] others) {
            noted.addAll(List.of(others));
        }

        @Override
        public void note(long first, Money second, double third, Money fourth, @Nullable Money fifth) {
            noted.add(first);
            noted.add(second);
            noted.add(third);
            noted.add(fourth);
            noted.add(fifth);
        }

        @Override
        public void run() {}
    }

    interface Many {
        Many last(
                long a1,
                long a2,
                long a3,
                long a4,
                long a5,
                long a6,
                long a7,
                long a8,
                long a9,
                long a10,
                long a11,
                long a12,
                long a13,
                long a14,
                long a15,
                long a16,
                long a17,
                long a18,
                long a19,
                long a20,
                long a21,
                long a22,
                long a23,
                long a24,
                long a25,
                long a26,
                long a27,
                long a28,
                long a29,
                long a30,
                long a31,
                long a32,
                long a33,
                long a34,
                long a35,
                long a36,
                long a37,
                long a38,
                long a39,
                long a40,
                long a41,
                long a42,
                long a43,
                long a44,
                long a45,
                long a46,
                long a47,
                long a48,
                long a49,
                long a50,
                long a51,
                long a52,
                long a53,
                long a54,
                long a55,
                long a56,
                long a57,
                long a58,
                long a59,
                long a60,
                long a61,
                long a62,
                long a63,
                long a64,
                long a65,
                long a66,
                long a67,
                long a68,
                long a69,
                long a70,
                long a71,
                long a72,
                long a73,
                long a74,
                long a75,
                long a76,
                long a77,
                long a78,
                long a79,
                long a80,
                long a81,
                long a82,
                long a83,
                long a84,
                long a85,
                long a86,
                long a87,
                long a88,
                long a89,
                long a90,
                long a91,
                long a92,
                long a93,
                long a94,
                long a95,
                long a96,
                long a97,
                long a98,
                long a99,
                long a100,
                long a101,
                long a102,
                long a103,
                long a104,
                long a105,
                long a106,
                long a107,
                long a108,
                long a109,
                long a110,
                long a111,
                long a112,
                long a113,
                long a114,
                long a115,
                long a116,
                long a117,
                long a118,
                long a119,
                long a120,
                long a121,
                long a122,
                long a123,
                long a124,
                long a125,
                long a126,
                Many other);
    }

    private static final class ManyArguments implements Many {

        @Override
        public Many last(
                long a1,
                long a2,
                long a3,
                long a4,
                long a5,
                long a6,
                long a7,
                long a8,
                long a9,
                long a10,
                long a11,
                long a12,
                long a13,
                long a14,
                long a15,
                long a16,
                long a17,
                long a18,
                long a19,
                long a20,
                long a21,
                long a22,
                long a23,
                long a24,
                long a25,
                long a26,
                long a27,
                long a28,
                long a29,
                long a30,
                long a31,
                long a32,
                long a33,
                long a34,
                long a35,
                long a36,
                long a37,
                long a38,
                long a39,
                long a40,
                long a41,
                long a42,
                long a43,
                long a44,
                long a45,
                long a46,
                long a47,
                long a48,
                long a49,
                long a50,
                long a51,
                long a52,
                long a53,
                long a54,
                long a55,
                long a56,
                long a57,
                long a58,
                long a59,
                long a60,
                long a61,
                long a62,
                long a63,
                long a64,
                long a65,
                long a66,
                long a67,
                long a68,
                long a69,
                long a70,
                long a71,
                long a72,
                long a73,
                long a74,
                long a75,
                long a76,
                long a77,
                long a78,
                long a79,
                long a80,
                long a81,
                long a82,
                long a83,
                long a84,
                long a85,
                long a86,
                long a87,
                long a88,
                long a89,
                long a90,
                long a91,
                long a92,
                long a93,
                long a94,
                long a95,
                long a96,
                long a97,
                long a98,
                long a99,
                long a100,
                long a101,
                long a102,
                long a103,
                long a104,
                long a105,
                long a106,
                long a107,
                long a108,
                long a109,
                long a110,
                long a111,
                long a112,
                long a113,
                long a114,
                long a115,
                long a116,
                long a117,
                long a118,
                long a119,
                long a120,
                long a121,
                long a122,
                long a123,
                long a124,
                long a125,
                long a126,
                Many other) {
            return other == this ? other : new ManyArguments();
        }
    }
}

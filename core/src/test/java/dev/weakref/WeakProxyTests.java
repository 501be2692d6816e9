package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.lang.reflect.Proxy;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WeakProxyTests {

    private final Robot robot = new Robot("R2");

    @AfterEach
    void logFailuresAgain() {
        Callbacks.onFailure(null);
    }

    @Nested
    class Alive {

        @Test
        void forwardsEveryKindOfArgumentAndResult() {
            Machine proxy = WeakProxy.of(robot, Machine.class);

            assertThat(proxy.name()).isEqualTo("R2");
            assertThat(proxy.mix((byte) 1, (short) 2, 'c', 4, 5L, 6f, 7d, true, "s", new int[] {9}))
                    .isEqualTo("1 2 c 4 5 6.0 7.0 true s 9");
            assertThat(proxy.aByte()).isEqualTo((byte) -1);
            assertThat(proxy.aShort()).isEqualTo((short) -2);
            assertThat(proxy.aChar()).isEqualTo('\u20ac');
            assertThat(proxy.anInt()).isEqualTo(-4);
            assertThat(proxy.aLong()).isEqualTo(-5L);
            assertThat(proxy.aFloat()).isEqualTo(-6f);
            assertThat(proxy.aDouble()).isEqualTo(-7d);
            assertThat(proxy.aBoolean()).isTrue();
            assertThat(proxy.anArray()).containsExactly("a", "b");
            proxy.rename("C3");
            assertThat(robot.name).isEqualTo("C3");
        }

        @Test
        void forwardsDefaultMethodsAndTheirOverrides() {
            assertThat(WeakProxy.of(robot, Machine.class).greeting()).isEqualTo("I am R2");
            assertThat(WeakProxy.of(robot, Machine.class).overridden()).isEqualTo("robot");
        }

        @Test
        void forwardsGenericAndCovariantMethods() {
            Named<String> named = WeakProxy.<Named<String>>of(robot, cast(Named.class));
            Machine machine = WeakProxy.of(robot, Machine.class);

            assertThat(named.id()).isEqualTo("R2");
            assertThat(machine.id()).isEqualTo("R2");
            assertThat(machine.copyOf("x", 1)).isEqualTo(List.of("x", 1));
        }

        @Test
        void passesOnCheckedExceptionsUnwrapped() {
            assertThatThrownBy(() -> WeakProxy.of(robot, Machine.class).fail()).isSameAs(robot.failure);
        }

        @Test
        void returnsItselfForAMethodThatReturnsItsOwnReferent() {
            Machine proxy = WeakProxy.of(robot, Machine.class);

            assertThat(proxy.self()).isSameAs(proxy);
            assertThat(proxy.selfAsObject()).isSameAs(proxy);
            assertThat(proxy.selfAsRobot()).isSameAs(robot);
        }

        @Test
        void isSharedForOneObjectAndOneSetOfInterfaces() {
            Consumer<Machine> none = null;

            assertThat(WeakProxy.of(robot, Machine.class))
                    .isSameAs(WeakProxy.of(robot, Machine.class))
                    .isSameAs(WeakProxy.of(robot, Machine.class, none))
                    .isNotSameAs(WeakProxy.of(robot, Runnable.class))
                    .isNotSameAs(WeakProxy.of(robot, Machine.class, dead -> {}));
        }

        @Test
        void isSharedInAnyOrderOfInterfacesAndIfOneIsNamedTwice() {
            Object proxy = WeakProxy.of((Object) robot, Runnable.class, Machine.class);

            assertThat(WeakProxy.of((Object) robot, Machine.class, Runnable.class) == proxy)
                    .isTrue();
            assertThat(WeakProxy.of((Object) robot, Machine.class, Runnable.class, Machine.class) == proxy)
                    .isTrue();
            assertThat(WeakProxy.of(robot, Machine.class) == proxy).isFalse();
        }

        @Test
        void implementsAllInterfacesOfTheReferentWhereNoneIsNamed() {
            Object proxy = WeakProxy.of((Object) robot);

            assertThat(proxy)
                    .isInstanceOf(Machine.class)
                    .isInstanceOf(Runnable.class)
                    .isInstanceOf(Named.class);
            ((Runnable) proxy).run();
            assertThat(robot.runs).isEqualTo(1);
        }

        @Test
        void implementsTheInterfacesThatAreNamed() {
            Object proxy = WeakProxy.of((Object) robot, Runnable.class, Comparable.class);

            assertThat(proxy)
                    .isInstanceOf(Runnable.class)
                    .isInstanceOf(Comparable.class)
                    .isNotInstanceOf(Machine.class);
        }

        @Test
        void isAGeneratedClassForPackagePrivateAndForJdkInterfaces() {
            Comparator<String> comparator = Comparator.naturalOrder();

            assertThat(Proxy.isProxyClass(WeakProxy.of(robot, Machine.class).getClass()))
                    .isFalse();
            assertThat(Proxy.isProxyClass(WeakProxy.of(robot, Runnable.class).getClass()))
                    .isFalse();
            assertThat(WeakProxy.of(comparator, cast(Comparator.class)).compare("a", "b"))
                    .isNegative();
            Map<String, Integer> map = new java.util.HashMap<>(Map.of("a", 1));
            assertThat(WeakProxy.<Map<String, Integer>>of(map, cast(Map.class)).merge("a", 2, Integer::sum))
                    .isEqualTo(3);
        }

        @Test
        @Tag("collects")
        void holdsTheReferentDuringACallThatIsCompiled() {
            Busy busy = new Busy();
            WeakReference<Busy> watched = new WeakReference<>(busy);
            BooleanSupplier proxy = WeakProxy.of(busy, BooleanSupplier.class);
            List<Runnable> nothing = List.of(() -> {}, () -> {}, () -> {});
            busy.self = watched;
            for (int i = 0; i < 300_000; i++) {
                busy.work = nothing.get(i % 3);
                proxy.getAsBoolean();
            }
            busy.work = Gc::collect;
            busy = null;

            assertThat(proxy.getAsBoolean()).as("cleared during the call").isFalse();
            Gc.awaitCleared(watched);
        }
    }

    @Nested
    class Equality {

        @Test
        void equalsWhatTheReferentEqualsWithProxiesUnwrapped() {
            Machine proxy = WeakProxy.of(robot, Machine.class);
            Robot equal = new Robot("R2");
            Robot different = new Robot("C3");
            Runnable other = WeakProxy.of(equal, Runnable.class);

            assertThat(proxy.equals(robot)).isTrue();
            assertThat(proxy.equals(proxy)).isTrue();
            assertThat(proxy.equals(other)).isTrue();
            assertThat(other.equals(proxy)).isTrue();
            assertThat(proxy.equals(WeakProxy.of(different, Machine.class))).isFalse();
            assertThat(proxy.equals("R2")).isFalse();
            assertThat(proxy.equals(null)).isFalse();
            Reference.reachabilityFence(equal);
            Reference.reachabilityFence(different);
        }

        @Test
        void equalsItselfAlsoWhereItStandsForAFinalizer() {
            try (FinalizerRegistry registry = FinalizerRegistry.create()) {
                Finalizer<?> finalizer = registry.register(robot, () -> {});

                Finalizer<?> proxy = WeakProxy.of(finalizer, Finalizer.class);

                assertThat(proxy.equals(proxy)).isTrue();
                assertThat(proxy.equals(finalizer)).isFalse();
                assertThat(finalizer.equals(proxy)).isFalse();
            }
        }

        @Test
        void hasNoHash() {
            assertThatThrownBy(() -> WeakProxy.of(robot, Machine.class).hashCode())
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("A weak proxy has no hash");
        }
    }

    @Nested
    class Dead {

        private final Machine proxy = WeakProxy.of(robot, Machine.class, dead -> {});

        @Test
        void throwsFromEveryForwardedCall() {
            Machine alive = WeakProxy.of(new Robot("R2"), Machine.class);
            ProxyReference.of(proxy).clear();

            gone(proxy::name);
            gone(proxy::greeting);
            gone(proxy::toString);
            gone(() -> proxy.equals("anything"));
            gone(() -> proxy.equals(null));
            gone(() -> alive.equals(proxy));
            assertThatThrownBy(proxy::hashCode).isInstanceOf(UnsupportedOperationException.class);
        }

        @Test
        void isStillAProxyThatCanBeDescribed() {
            assertThat(WeakProxy.describe(proxy)).isEqualTo("WeakProxy[" + Robot.class.getName() + "]");
            ProxyReference.of(proxy).clear();

            assertThat(WeakProxy.isProxy(proxy)).isTrue();
            assertThat(WeakProxy.describe(proxy)).isEqualTo("WeakProxy[dead, was " + Robot.class.getName() + "]");
        }

        private void gone(Callable<?> call) {
            assertThatThrownBy(call::call)
                    .isInstanceOf(ReferentGoneException.class)
                    .hasMessageContaining(Robot.class.getName() + " behind this proxy has been collected");
        }
    }

    @Nested
    class Refused {

        @Test
        void nullWhereverItIsGiven() {
            Class<Runnable> none = null;
            Consumer<Runnable> ignore = dead -> {};

            nullRefused(() -> WeakProxy.of(null, Runnable.class));
            nullRefused(() -> WeakProxy.of(null, Runnable.class, ignore));
            nullRefused(() -> WeakProxy.of(robot, none));
            nullRefused(() -> WeakProxy.of(robot, none, ignore));
            nullRefused(() -> WeakProxy.of((Object) null));
            nullRefused(() -> WeakProxy.of((Object) robot, (Class<?>[]) null));
            nullRefused(() -> WeakProxy.of((Object) robot, Runnable.class, null));
            nullRefused(() -> WeakProxy.of((MethodHandles.Lookup) null, robot, Runnable.class));
            nullRefused(() -> WeakProxy.of((MethodHandles.Lookup) null, robot, Runnable.class, ignore));
        }

        @Test
        void aClassASealedOrMissingInterfaceAndAProxyOfAProxy() {
            refused(() -> WeakProxy.of(robot, Robot.class), "is a class; name one of its interfaces");
            refused(() -> WeakProxy.of(new Only(), Sealed.class), "is sealed, so no proxy can implement it");
            refused(() -> WeakProxy.of((Object) robot, List.class), "does not implement java.util.List");
            refused(
                    () -> WeakProxy.of(WeakProxy.of(robot, Machine.class), Machine.class),
                    "The referent is a weak proxy itself");
            refused(() -> WeakProxy.of(new Object()), "implements no interface that a proxy could");
        }

        private void nullRefused(Callable<?> call) {
            assertThatNullPointerException().isThrownBy(call::call);
        }

        private void refused(Callable<?> call, String message) {
            assertThatIllegalArgumentException().isThrownBy(call::call).withMessageContaining(message);
        }
    }

    @Test
    void knowsProxiesAndCallables() {
        Runnable reflective = (Runnable)
                Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Runnable.class}, (a, b, c) -> null);

        assertThat(WeakProxy.isProxy(robot)).isFalse();
        assertThat(WeakProxy.isProxy(null)).isFalse();
        assertThat(WeakProxy.isProxy(reflective)).isFalse();
        assertThat(WeakProxy.isCallable(WeakProxy.of(robot, Runnable.class))).isTrue();
        assertThat(WeakProxy.isCallable(
                        WeakProxy.<Function<String, String>>of(UnaryOperator.identity(), cast(Function.class))))
                .isTrue();
        assertThat(WeakProxy.isCallable(WeakProxy.<Callable<String>>of(() -> "called", cast(Callable.class))))
                .isTrue();
        assertThat(WeakProxy.isCallable(WeakProxy.of(new Listener(), Listening.class)))
                .as("by an inherited interface")
                .isTrue();
        assertThat(WeakProxy.isCallable(WeakProxy.of((Object) robot, Comparable.class)))
                .isFalse();
        assertThat(WeakProxy.isCallable(robot)).isFalse();
        assertThat(WeakProxy.describe(null)).isEqualTo("null");
        assertThat(WeakProxy.describe("text")).isEqualTo("no proxy, but a java.lang.String");
    }

    @Test
    @Tag("collects")
    void theCallbackGetsTheDeadProxy() throws Exception {
        BlockingQueue<Object> called = new LinkedBlockingQueue<>();
        Runnable proxy = proxyOfADroppedRobot(dead -> {
            called.add(dead);
            try {
                dead.run();
            } catch (ReferentGoneException expected) {
                called.add("gone");
            }
        });

        Gc.awaitTrue(() -> called.size() == 2, "the callback has not run");

        assertThat(called.take() == proxy).isTrue();
        assertThat(called.take()).isEqualTo("gone");
    }

    @Test
    void aProxyWithACallbackMayHaveSeveralInterfaces() throws Exception {
        Thread referent = new Thread();
        List<Object> called = new CopyOnWriteArrayList<>();
        Consumer<Object> callback = called::add;
        class Both implements Runnable, Callable<String> {
            @Override
            public void run() {
                called.add("run");
            }

            @Override
            public String call() {
                return "called";
            }
        }
        Both both = new Both();

        Object proxy = WeakProxy.of(both, callback, Runnable.class, Callable.class);
        ((Runnable) proxy).run();

        assertThat(((Callable<?>) proxy).call()).isEqualTo("called");
        assertThat(called).containsExactly("run");
        assertThat(proxy).isNotSameAs(WeakProxy.of(both, Runnable.class, Callable.class));
        assertThat(WeakProxy.of(referent, callback)).isInstanceOf(Runnable.class);
        assertThat(WeakProxy.of(both, (Consumer<Object>) null, Runnable.class))
                .isSameAs(WeakProxy.of(both, Runnable.class));
    }

    private static Runnable proxyOfADroppedRobot(Consumer<Runnable> callback) {
        return WeakProxy.of(new Robot("dropped"), Runnable.class, callback);
    }

    @Test
    @Tag("collects")
    void aSharedProxyLeavesNothingOnceItsReferentHasGone() {
        long before = SharedReferences.ALL.table.nodes();
        proxiesOfDroppedRobots(1_000);

        Gc.awaitTrue(() -> SharedReferences.ALL.table.nodes() <= before, "an entry of a shared proxy remains");
    }

    private static void proxiesOfDroppedRobots(int count) {
        for (int i = 0; i < count; i++) {
            WeakProxy.of(new Robot("dropped"), Runnable.class);
        }
    }

    @Test
    void aCallbackThatFailsIsNamedByItsOwnClass() {
        try (LogLines log = new LogLines()) {
            Consumer<Runnable> failing = dead -> {
                throw new AssertionError("for the test");
            };
            Runnable proxy = WeakProxy.of(robot, Runnable.class, failing);

            SimulatedCollector.collect(proxy);

            String line = "A callback failed: " + failing.getClass().getName();
            Gc.awaitWithoutCollecting(() -> !log.with(line).isEmpty(), "nothing was reported");
            assertThat(log.with(line)).hasSize(1);
            Reference.reachabilityFence(proxy);
        }
    }

    @Test
    void anInterfaceOfAChildClassLoaderHasItsClassMadeThere() throws Exception {
        ClassLoader child = new Child(getClass().getClassLoader());
        Class<?> type = child.loadClass(Gift.class.getName());
        assertThat(type).isNotSameAs(Gift.class);
        Object referent = Proxy.newProxyInstance(child, new Class<?>[] {type}, (proxy, method, arguments) -> "given");

        Object proxy = WeakProxy.of(referent, type);

        assertThat(proxy.getClass().getClassLoader()).isSameAs(child);
        assertThat(Proxy.isProxyClass(proxy.getClass())).isFalse();
        assertThat(WeakProxy.isProxy(proxy)).isTrue();
        assertThat(type.getMethod("give").invoke(proxy)).isEqualTo("given");
    }

    @Test
    void aLookupOpensThePackageOfAnInterface() {
        Gift gift = () -> "given";

        assertThat(WeakProxy.of(MethodHandles.lookup(), gift, Gift.class).give())
                .isEqualTo("given");
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static <T> Class<T> cast(Class<?> type) {
        return (Class) type;
    }

    /** A loader that defines {@link Gift} anew. */
    private static final class Child extends ClassLoader {
        Child(ClassLoader parent) {
            super(parent);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.equals(Gift.class.getName())) {
                return super.loadClass(name, resolve);
            }
            Class<?> known = findLoadedClass(name);
            if (known != null) {
                return known;
            }
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException unreadable) {
                throw new ClassNotFoundException(name, unreadable);
            }
        }
    }

    /** Public, since the test calls it reflectively. */
    public interface Gift {
        String give();
    }

    interface Listening extends Consumer<String> {
        void stop();
    }

    static final class Listener implements Listening {
        @Override
        public void accept(String heard) {}

        @Override
        public void stop() {}
    }

    sealed interface Sealed permits Only {}

    static final class Only implements Sealed {}

    interface Named<T> {
        T id();
    }

    interface Machine extends Named<String> {
        String name();

        void rename(String name);

        void fail() throws IOException;

        Machine self();

        Object selfAsObject();

        Robot selfAsRobot();

        String mix(byte a, short b, char c, int d, long e, float f, double g, boolean h, String i, int[] j);

        byte aByte();

        short aShort();

        char aChar();

        int anInt();

        long aLong();

        float aFloat();

        double aDouble();

        boolean aBoolean();

        String[] anArray();

        <A, B> List<?> copyOf(A first, B second);

        @Override
        String id();

        default String greeting() {
            return "I am " + name();
        }

        default String overridden() {
            return "machine";
        }
    }

    static final class Robot implements Machine, Runnable, Comparable<Robot> {
        private final IOException failure = new IOException("for the test");
        private String name;
        private int runs;

        Robot(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String id() {
            return name;
        }

        @Override
        public void rename(String name) {
            this.name = name;
        }

        @Override
        public void fail() throws IOException {
            throw failure;
        }

        @Override
        public Machine self() {
            return this;
        }

        @Override
        public Object selfAsObject() {
            return this;
        }

        @Override
        public Robot selfAsRobot() {
            return this;
        }

        @Override
        public String mix(byte a, short b, char c, int d, long e, float f, double g, boolean h, String i, int[] j) {
            return a + " " + b + " " + c + " " + d + " " + e + " " + f + " " + g + " " + h + " " + i + " " + j[0];
        }

        @Override
        public byte aByte() {
            return -1;
        }

        @Override
        public short aShort() {
            return -2;
        }

        @Override
        public char aChar() {
            return '\u20ac';
        }

        @Override
        public int anInt() {
            return -4;
        }

        @Override
        public long aLong() {
            return -5;
        }

        @Override
        public float aFloat() {
            return -6;
        }

        @Override
        public double aDouble() {
            return -7;
        }

        @Override
        public boolean aBoolean() {
            return true;
        }

        @Override
        public String[] anArray() {
            return new String[] {"a", "b"};
        }

        @Override
        public <A, B> List<?> copyOf(A first, B second) {
            return List.of(first, second);
        }

        @Override
        public String overridden() {
            return "robot";
        }

        @Override
        public void run() {
            runs++;
        }

        @Override
        public int compareTo(Robot other) {
            return name.compareTo(other.name);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Robot robot && robot.name.equals(name);
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }
    }

    /** Does something while it is called. */
    private static final class Busy implements BooleanSupplier {
        private WeakReference<?> self;
        private Runnable work;

        @Override
        public boolean getAsBoolean() {
            WeakReference<?> reference = self;
            work.run();
            return reference.refersTo(null);
        }
    }
}

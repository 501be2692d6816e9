package dev.weakref.internal.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weakref.Compiled;
import dev.weakref.Gc;
import dev.weakref.WeakProxy;
import dev.weakref.WeakRefs;
import dev.weakref.elsewhere.Elsewhere;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which interfaces a proxy can have, whatever they look like and wherever they come from. */
@Timeout(240)
class ProxyClassesTests {

    @TempDir
    private Path folder;

    @Nested
    class Shapes {

        @Test
        void methodsThatCameFromAnInterfaceThatCannotBeSeenAreForwarded() {
            Elsewhere.Thing thing = new Elsewhere.Thing();

            Elsewhere.Open proxy = WeakProxy.of(thing, Elsewhere.Open.class);

            assertThat(proxy.getClass().getPackage()).isSameAs(ProxyClasses.class.getPackage());
            assertThat(Elsewhere.calls(proxy)).containsExactly("closed", "closed by default", proxy);
        }

        @Test
        void aMethodThatTwoInterfacesHaveIsForwardedOnce() {
            Both referent = new Both();

            Object proxy = WeakProxy.of(referent, Left.class, Right.class);

            assertThat(((Left) proxy).side()).isEqualTo("both");
            assertThat(((Right) proxy).side()).isEqualTo("both");
        }

        @Test
        void staticAndPrivateMethodsStayWhereTheyAre() {
            Decorated referent = () -> "value";

            assertThat(WeakProxy.of(referent, Decorated.class).decorated()).isEqualTo("<value>");
        }

        @Test
        void asManyArgumentsAreForwardedAsThereCanBe() throws Exception {
            String parameters =
                    IntStream.range(0, 126).mapToObj(i -> "long l" + i).collect(Collectors.joining(", "));
            Compiled.into(
                    folder,
                    "// p/Wide.java\npackage p; public interface Wide { Wide pass(%s, int i, Object o); }"
                            .formatted(parameters),
                    """
                    // p/Passing.java
                    package p;
                    public class Passing implements Wide {
                        public Wide pass(%s, int i, Object o) {
                            return l125 + i == 9 && o.equals("last") ? this : null;
                        }
                    }
                    """.formatted(parameters));
            ClassLoader loader = new Compiled.Loader(folder);
            Object referent = Compiled.make(loader, "p.Passing");
            Object[] arguments = new Object[128];
            Arrays.fill(arguments, 2L);
            arguments[126] = 7;
            arguments[127] = "last";

            Object proxy = WeakProxy.of(referent);

            Method pass = loader.loadClass("p.Wide").getMethods()[0];
            assertThat(pass.invoke(proxy, arguments) == proxy).isTrue();
        }

        @Test
        void moreMethodsThanAClassCanForwardAreRefused() throws Exception {
            Compiled.into(folder, "// p/Huge.java\npackage p; public interface Huge {}");
            Compiled.into(folder, """
                    // p/Huge.java
                    package p;
                    public interface Huge { class Giant implements Huge {} }
                    """);
            Compiled.into(
                    folder,
                    IntStream.range(0, 22_000)
                            .mapToObj(i -> "void m" + i + "();")
                            .collect(
                                    Collectors.joining("", "// p/Huge.java\npackage p; public interface Huge {", "}")));
            Object referent = Compiled.make(new Compiled.Loader(folder), "p.Huge$Giant");

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> WeakProxy.of(referent))
                    .withMessageContaining("No class can forward the 22000 methods of [interface p.Huge]");
        }

        @Test
        void theCollectorDoesNotFinalizeAReferentThroughItsProxy() {
            Closing referent = new Closing();

            Finalizable proxy = WeakProxy.of(referent, Finalizable.class);

            assertThat(proxy.getClass().getDeclaredMethods())
                    .extracting(Method::getName)
                    .doesNotContain("finalize");
        }

        @Test
        void whatIsBelowASealedInterfaceIsNotSealed() {
            Object proxy = WeakProxy.of((Object) new Leaf());

            assertThat(proxy.getClass().getInterfaces()).containsExactly(Branch.class);
        }

        @Test
        void aHiddenInterfaceIsRefused() throws Exception {
            byte[] bytes;
            try (InputStream in = getClass().getResourceAsStream("ProxyClassesTests$Shapes$Left.class")) {
                bytes = in.readAllBytes();
            }
            Class<?> hidden =
                    MethodHandles.lookup().defineHiddenClass(bytes, false).lookupClass();

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> WeakProxy.of(new Both(), new Class<?>[] {hidden}))
                    .withMessageContaining("is hidden, so no class can name it");
        }

        interface Left {
            String side();
        }

        interface Right {
            default String side() {
                return "right";
            }
        }

        static final class Both implements Left, Right {
            @Override
            public String side() {
                return "both";
            }
        }

        interface Decorated {
            String value();

            default String decorated() {
                return before() + value() + after();
            }

            private String before() {
                return "<";
            }

            static String after() {
                return ">";
            }
        }

        @SuppressWarnings({"deprecation", "removal"})
        interface Finalizable {
            void finalize();
        }

        @SuppressWarnings({"deprecation", "removal"})
        static final class Closing implements Finalizable {
            @Override
            public void finalize() {}
        }

        sealed interface Trunk permits Branch {}

        non-sealed interface Branch extends Trunk {}

        static final class Leaf implements Branch {}
    }

    @Nested
    class Loaders {

        private static final String PUBLIC = "// q/Public.java\npackage q; public interface Public { String say(); }";
        private static final String CLOSED = "// p/Closed.java\npackage p; interface Closed { String tell(); }";
        private static final String TELLER = """
                // p/Teller.java
                package p;
                public class Teller implements Closed, q.Public {
                    public static final Teller ONE = new Teller();
                    public String tell() { return "told"; }
                    public String say() { return "said"; }
                }
                """;

        @Test
        void theClassIsMadeInThePackageWhereItHasToBe() throws Exception {
            ClassLoader loader = new Compiled.Loader(Compiled.into(folder, PUBLIC, CLOSED, TELLER));
            Object referent = Compiled.make(loader, "p.Teller");
            Class<?> open = loader.loadClass("q.Public");
            Class<?> closed = loader.loadClass("p.Closed");

            for (List<Class<?>> order : List.of(List.of(open, closed), List.of(closed, open))) {
                Object proxy = ProxyClasses.proxy(new ToReferent(referent), new LinkedHashSet<>(order), null);

                assertThat(proxy.getClass().getName()).startsWith("p.Closed$$WeakProxy");
                assertThat(open.getMethod("say").invoke(proxy)).isEqualTo("said");
            }
        }

        @Test
        void whatTwoPackagesHideNoClassCanSee() {
            class Hiding extends Elsewhere.Thing implements Shapes.Left {
                @Override
                public String side() {
                    return "hidden";
                }
            }
            Hiding referent = new Hiding();

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> WeakProxy.of((Object) referent))
                    .withMessageContaining("No class can be made that sees all of")
                    .withMessageContaining(Shapes.Left.class.getName());
        }

        @Test
        void anErrorOfTheLoaderPassesThroughAndBreaksNothing() throws Exception {
            boolean[] failing = {false};
            ClassLoader loader = new Compiled.Loader(Compiled.into(folder, PUBLIC, CLOSED, TELLER)) {
                @Override
                protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                    if (failing[0]) {
                        throw new OutOfMemoryError("for the test");
                    }
                    return super.loadClass(name, resolve);
                }
            };
            Object referent = Compiled.make(loader, "p.Teller");
            failing[0] = true;
            assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> WeakProxy.of(referent));

            failing[0] = false;

            assertIsGenerated(WeakProxy.of(referent));
        }

        @Test
        void aClassThatWasMissingAtFirstBreaksNothing() throws Exception {
            Compiled.into(
                    folder,
                    "// q/Word.java\npackage q; public interface Word {}",
                    "// q/Public.java\npackage q; public interface Public { Word say(); }",
                    "// q/Mute.java\npackage q; public class Mute implements Public {"
                            + " public Word say() { return null; } }");
            Path word = folder.resolve("q/Word.class");
            byte[] bytes = Files.readAllBytes(word);
            Files.delete(word);
            Object referent = Compiled.make(new Compiled.Loader(folder), "q.Mute");
            assertThatExceptionOfType(NoClassDefFoundError.class)
                    .isThrownBy(() -> WeakProxy.of(referent))
                    .withMessageContaining("q/Word");

            Files.write(word, bytes);

            assertIsGenerated(WeakProxy.of(referent));
        }

        @Test
        @Tag("collects")
        void proxyClassesGoWithTheirLoaderEvenIfItHoldsTheReferent() throws Exception {
            Compiled.into(folder, PUBLIC, CLOSED, TELLER);

            Gc.awaitCleared(useAndDropALoader());
        }

        private WeakReference<ClassLoader> useAndDropALoader() throws Exception {
            ClassLoader loader = new Compiled.Loader(folder);
            Object referent = loader.loadClass("p.Teller").getField("ONE").get(null);
            Class<?> open = loader.loadClass("q.Public");
            Object proxy = WeakProxy.of(referent);
            assertThat(open.getMethod("say").invoke(proxy)).isEqualTo("said");
            assertThat(proxy.equals(WeakProxy.of(referent, open))).isTrue();
            assertThat(WeakRefs.of(referent)).hasSize(2);
            return new WeakReference<>(loader);
        }

        private static void assertIsGenerated(Object proxy) {
            assertThat(Proxy.isProxyClass(proxy.getClass())).isFalse();
            assertThat(WeakProxy.isProxy(proxy)).isTrue();
        }
    }

    @Nested
    class Modules {

        private static final String API =
                "// api/Greeting.java\npackage api; public interface Greeting { String greet(); }";
        private static final String SECRET = """
                // closed/Secret.java
                package closed;
                interface Secret extends api.Greeting {
                    default String tell() { return greet() + " in secret"; }
                }
                """;
        private static final String PERSON = """
                // closed/Person.java
                package closed;
                public class Person implements Secret {
                    public String greet() { return "hello"; }
                }
                """;
        private static final String MAKER = """
                // api/Maker.java
                package api;
                public class Maker implements java.util.function.Supplier<Object> {
                    public Object get() { return new closed.Person(); }
                }
                """;

        @Test
        void whatAModuleExportsIsGeneratedAndWhatItHidesNeedsALookup() throws Exception {
            Compiled.into(
                    folder,
                    "// module-info.java\nmodule user { requires dev.weakref; exports api; }",
                    API,
                    SECRET,
                    PERSON,
                    """
                    // api/User.java
                    package api;
                    public class User implements java.util.concurrent.Callable<java.util.List<Object>> {
                        public java.util.List<Object> call() { return closed.Within.results(); }
                    }
                    """,
                    """
                    // closed/Within.java
                    package closed;
                    import api.Greeting;
                    import dev.weakref.WeakProxy;
                    import java.lang.invoke.MethodHandles;
                    import java.lang.reflect.Proxy;
                    import java.util.List;
                    public class Within {
                        private static final Person PERSON = new Person();
                        public static List<Object> results() {
                            Greeting greeting = WeakProxy.of(PERSON, Greeting.class);
                            String refused = "";
                            try {
                                WeakProxy.of(PERSON, Secret.class);
                            } catch (IllegalArgumentException expected) {
                                refused = expected.getMessage();
                            }
                            Secret secret = WeakProxy.of(MethodHandles.lookup(), PERSON, Secret.class);
                            Secret calling = WeakProxy.of(MethodHandles.lookup(), PERSON, Secret.class, dead -> {});
                            return List.of(
                                    greeting.greet(), Proxy.isProxyClass(greeting.getClass()), refused,
                                    secret.tell(), Proxy.isProxyClass(secret.getClass()), WeakProxy.describe(secret),
                                    secret.equals(calling), secret == calling, greeting.equals(secret),
                                    WeakProxy.of((Object) PERSON) == greeting);
                        }
                    }
                    """);
            ClassLoader loader = Compiled.loaderOf("user", folder, Compiled.library());

            List<?> results = (List<?>) ((Callable<?>) Compiled.make(loader, "api.User")).call();

            assertThat(results)
                    .elements(0, 1, 3, 4, 5, 6, 7, 8, 9)
                    .isEqualTo(List.of(
                            "hello",
                            false,
                            "hello in secret",
                            false,
                            "WeakProxy[closed.Person]",
                            true,
                            false,
                            true,
                            true));
            assertThat((String) results.get(2))
                    .contains("No class can be made that sees all of [interface closed.Secret]");
        }

        @Test
        @Tag("collects")
        void aProxyMadeByALookupIsKnownWhenItIsToCallBack() throws Exception {
            Compiled.into(
                    folder,
                    "// module-info.java\nmodule user { requires dev.weakref; exports api; }",
                    API,
                    SECRET,
                    PERSON,
                    """
                    // api/Caller.java
                    package api;
                    public class Caller implements java.util.function.Function<java.util.Queue<Object>, Object> {
                        public Object apply(java.util.Queue<Object> called) { return closed.Calling.proxy(called); }
                    }
                    """,
                    """
                    // closed/Calling.java
                    package closed;
                    import dev.weakref.WeakProxy;
                    import java.lang.invoke.MethodHandles;
                    public class Calling {
                        public static Object proxy(java.util.Queue<Object> called) {
                            return WeakProxy.of(MethodHandles.lookup(), new Person(), Secret.class, called::add);
                        }
                    }
                    """);
            ClassLoader loader = Compiled.loaderOf("user", folder, Compiled.library());
            Queue<Object> called = new ConcurrentLinkedQueue<>();
            @SuppressWarnings("unchecked")
            Function<Queue<Object>, Object> caller =
                    (Function<Queue<Object>, Object>) Compiled.make(loader, "api.Caller");

            Object proxy = caller.apply(called);

            Gc.awaitTrue(() -> !called.isEmpty(), "the callback has not run");
            assertThat(called.peek() == proxy).isTrue();
        }

        @Test
        void reflectionForwardsWhatIsExportedByAModuleThatIsOpenToNobody() throws Exception {
            Compiled.into(folder, "// module-info.java\nmodule user { exports api; }", API, SECRET, PERSON, MAKER);
            ClassLoader loader = Compiled.loaderOf("user", folder);
            Object person = ((Supplier<?>) Compiled.make(loader, "api.Maker")).get();
            Class<?> greeting = loader.loadClass("api.Greeting");

            Object proxy = WeakProxy.of(person);

            assertThat(Proxy.isProxyClass(proxy.getClass())).isTrue();
            assertThat(WeakProxy.of(person, greeting) == proxy).isTrue();
            assertThat(greeting.getMethod("greet").invoke(proxy)).isEqualTo("hello");
            assertThat(proxy.equals(person)).isTrue();
        }

        @Test
        @Tag("collects")
        void whatWasRefusedIsNotRememberedByALoaderThatDoesNotKnowIt(@TempDir Path other) throws Exception {
            Compiled.into(folder, "// module-info.java\nmodule user { exports api; }", API, SECRET, PERSON, MAKER);
            Compiled.into(other, Loaders.PUBLIC);
            ClassLoader loader = Compiled.loaderOf("user", folder);

            Gc.awaitCleared(refuse(loader.loadClass("closed.Secret"), other));

            Reference.reachabilityFence(loader);
        }

        private WeakReference<ClassLoader> refuse(Class<?> closed, Path other) throws Exception {
            ClassLoader loader = new Compiled.Loader(other);
            Set<Class<?>> both = Set.of(closed, loader.loadClass("q.Public"));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ProxyClasses.proxy(new ToReferent(closed), both, null));
            return new WeakReference<>(loader);
        }

        @Test
        void whatTheJdkHidesIsLeftOut() {
            ByteBuffer direct = ByteBuffer.allocateDirect(8);

            Object proxy = WeakProxy.of((Object) direct);

            assertThat(proxy.getClass().getInterfaces()).containsExactly(Comparable.class);
        }
    }

    /** What a proxy calls. */
    private static final class ToReferent extends WeakReference<Object> implements InvocationHandler {

        private ToReferent(Object referent) {
            super(referent);
        }

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
            return method.invoke(get(), arguments);
        }
    }
}

package dev.weakref.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.weakref.Finalizer;
import dev.weakref.FinalizerRegistry;
import dev.weakref.spring.WeakRefsDescriptor.CollectionDescriptor;
import dev.weakref.spring.WeakRefsDescriptor.FinalizerDescriptor;
import dev.weakref.spring.WeakRefsDescriptor.RegistryDescriptor;
import dev.weakref.spring.WeakRefsDescriptor.RunsDescriptor;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

class WeakRefsEndpointTests {

    private static final Object REFERENT = new Object();
    private static final Thread OTHER_REFERENT = new Thread();

    private final DefaultListableBeanFactory beanFactory = new DefaultListableBeanFactory();
    private final WeakRefsEndpoint endpoint = new WeakRefsEndpoint(beanFactory);
    private final FinalizerRegistry registry = FinalizerRegistry.create("tested");
    private final FinalizerRegistry other = FinalizerRegistry.create("other");

    @BeforeEach
    void oneRegistry() {
        beanFactory.registerSingleton("registry", registry);
    }

    @AfterEach
    void close() {
        registry.close();
        other.close();
    }

    @Test
    void anEmptyRegistryIsShownWithItsTotals() {
        WeakRefsDescriptor answer = all();

        assertThat(answer.finalizers()).isEmpty();
        assertThat(answer.cursor()).isNull();
        RegistryDescriptor shown = answer.registries().get(0);
        assertThat(shown.name()).isEqualTo("registry");
        assertThat(shown.primary()).isTrue();
        assertThat(shown.closed()).isFalse();
        assertThat(shown.live()).isZero();
        assertThat(shown.ran()).hasSize(9);
    }

    @Test
    void totalsCountByTriggerAndOutcome() {
        register("runs").close();
        register("is detached").detach();
        register("lives");

        RegistryDescriptor shown = all().registries().get(0);

        assertThat(shown.registered()).isEqualTo(3);
        assertThat(shown.live()).isEqualTo(1);
        assertThat(shown.detached()).isEqualTo(1);
        assertThat(shown.ran())
                .filteredOn(runs -> runs.count() > 0)
                .containsExactly(new RunsDescriptor("EXPLICIT", "SUCCESS", 1));
    }

    @Test
    void aFinalizerIsDescribedInWordsAndNumbers() {
        Finalizer<Void> finalizer = registry.finalizer(REFERENT)
                .name("workspace 7")
                .atExit(false)
                .state(new Secret())
                .run(Secret::use);

        assertThat(all().finalizers())
                .containsExactly(new FinalizerDescriptor(
                        Long.toString(finalizer.id()),
                        "registry",
                        "workspace 7",
                        "java.lang.Object",
                        all().finalizers().get(0).action(),
                        false,
                        false,
                        false,
                        finalizer.createdAt().toString(),
                        null,
                        null));
        assertThat(Instant.parse(all().finalizers().get(0).createdAt())).isEqualTo(finalizer.createdAt());
        assertThat(all().toString()).doesNotContain("secret text");
    }

    @Test
    void finalizersComeNewestFirst() {
        register("oldest");
        register("middle");
        register("newest");

        assertThat(names(all())).containsExactly("newest", "middle", "oldest");
    }

    @Test
    void pagesFollowOneAnotherWithoutGapOrOverlap() {
        IntStream.range(0, 7).forEach(number -> register("f" + number));

        List<String> names = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        String cursor = null;
        do {
            WeakRefsDescriptor page = endpoint.weakRefs(null, null, null, cursor, "3");
            names.addAll(names(page));
            sizes.add(page.finalizers().size());
            cursor = page.cursor();
        } while (cursor != null);

        assertThat(names).containsExactly("f6", "f5", "f4", "f3", "f2", "f1", "f0");
        assertThat(sizes).containsExactly(3, 3, 1);
    }

    @Test
    void aFullPageThatIsTheLastHasNoCursor() {
        register("one");
        register("two");

        assertThat(endpoint.weakRefs(null, null, null, null, "2").cursor()).isNull();
    }

    @Test
    void aCursorOutlivesItsFinalizer() {
        register("oldest");
        Finalizer<Void> middle = register("middle");
        register("newest");
        String cursor = endpoint.weakRefs(null, null, null, null, "2").cursor();

        middle.detach();

        assertThat(names(endpoint.weakRefs(null, null, null, cursor, null))).containsExactly("oldest");
    }

    @Test
    void aHundredAreShownByDefault() {
        IntStream.range(0, 101).forEach(number -> register("f" + number));

        assertThat(all().finalizers()).hasSize(100);
        assertThat(all().cursor()).isNotNull();
    }

    @Test
    void oneRequestLooksAtTenThousandAtMost() {
        register("the oldest");
        IntStream.range(0, 10_000).forEach(number -> register("f" + number));

        WeakRefsDescriptor first = endpoint.weakRefs("the oldest", null, null, null, null);
        WeakRefsDescriptor second = endpoint.weakRefs("the oldest", null, null, first.cursor(), null);

        assertThat(first.finalizers()).isEmpty();
        assertThat(first.cursor()).isNotNull();
        assertThat(names(second)).containsExactly("the oldest");
        assertThat(second.cursor()).isNull();
    }

    @Test
    void filtersTakePartsOfNameAndTypeAndTheWholeFlag() {
        register("workspace 1");
        register("workspace 2");
        registry.finalizer(OTHER_REFERENT).name("workspace 3").atExit(false).run(() -> {});

        assertThat(names(endpoint.weakRefs("space 2", null, null, null, null))).containsExactly("workspace 2");
        assertThat(names(endpoint.weakRefs(null, "Thread", null, null, null))).containsExactly("workspace 3");
        assertThat(names(endpoint.weakRefs(null, null, "false", null, null))).containsExactly("workspace 3");
        assertThat(names(endpoint.weakRefs("workspace", "lang.Object", "true", null, null)))
                .containsExactly("workspace 2", "workspace 1");
        assertThat(names(endpoint.weakRefs("Workspace", null, null, null, null)))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1001", "abc", "", "1,2", "99999999999"})
    void aBadLimitIsRefusedWithWhatToDo(String limit) {
        assertThatExceptionOfType(InvalidEndpointRequestException.class)
                .isThrownBy(() -> endpoint.weakRefs(null, null, null, null, limit))
                .withMessage("The parameter limit is '" + limit
                        + "': give a number from 1 to 1000, and ask for more with the cursor");
    }

    @ParameterizedTest
    @ValueSource(strings = {"xyz", "", "-1", "unknown:1", "registry:", "99999999999999999999"})
    void aBadCursorIsRefusedWithWhatToDo(String cursor) {
        assertThatExceptionOfType(InvalidEndpointRequestException.class)
                .isThrownBy(() -> endpoint.weakRefs(null, null, null, cursor, null))
                .withMessageContaining("cursor is '" + cursor + "': give the cursor of the answer before");
    }

    @ParameterizedTest
    @ValueSource(strings = {"maybe", "", "1"})
    void aBadFlagIsRefusedWithWhatToDo(String flag) {
        assertThatExceptionOfType(InvalidEndpointRequestException.class)
                .isThrownBy(() -> endpoint.weakRefs(null, null, flag, null, null))
                .withMessageContaining("atExit is '" + flag + "': give true or false");
    }

    @Test
    void aLiveFinalizerIsFoundByItsId() {
        Finalizer<Void> finalizer = register("wanted");

        assertThat(endpoint.finalizer(Long.toString(finalizer.id())))
                .isEqualTo(all().finalizers().get(0));
        finalizer.detach();
        assertThat(endpoint.finalizer(Long.toString(finalizer.id()))).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1000", "-1", "abc", "", ":", "unknown:1", "99999999999999999999"})
    void anUnknownIdIsNotFound(String id) {
        register("some other");

        assertThat(endpoint.finalizer(id)).isNull();
    }

    @Test
    void sharedCollectionsAreListed() {
        WeakCollections collections = new WeakCollections();
        beanFactory.registerSingleton("collections", collections);
        collections.valueMap(String.class, Thread.class, "threads").put("other", OTHER_REFERENT);

        assertThat(all().collections())
                .containsExactly(new CollectionDescriptor(
                        "dev.weakref.WeakValueMap<java.lang.String, java.lang.Thread>", "threads", 1, 1, 0, 0));
    }

    @Test
    void whatBelongsToTheParentIsNotListed() {
        WeakRefsEndpoint ofChild = new WeakRefsEndpoint(new DefaultListableBeanFactory(beanFactory));
        beanFactory.registerSingleton("collections", new WeakCollections());
        register("of the parent");

        WeakRefsDescriptor answer = ofChild.weakRefs(null, null, null, null, null);

        assertThat(answer.registries()).isEmpty();
        assertThat(answer.finalizers()).isEmpty();
        assertThat(answer.collections()).isEmpty();
    }

    @Nested
    class WithTwoRegistries {

        private final DefaultListableBeanFactory two = new DefaultListableBeanFactory();
        private final WeakRefsEndpoint endpoint = new WeakRefsEndpoint(two);

        @Test
        void thePrimaryOneComesFirstWithPlainNumbers() {
            define("other", other, false);
            define("main:registry", registry, true);
            other.finalizer(REFERENT).name("other's").run(() -> {});
            register("main's");

            WeakRefsDescriptor answer = endpoint.weakRefs(null, null, null, null, null);

            assertThat(answer.registries())
                    .extracting(RegistryDescriptor::name, RegistryDescriptor::primary)
                    .containsExactly(tuple("main:registry", true), tuple("other", false));
            assertThat(answer.finalizers())
                    .extracting(FinalizerDescriptor::id, FinalizerDescriptor::name)
                    .containsExactly(tuple("1", "main's"), tuple("other:1", "other's"));
            assertThat(endpoint.finalizer("other:1"))
                    .isEqualTo(answer.finalizers().get(1));
            assertThat(endpoint.finalizer("main:registry:1"))
                    .isEqualTo(answer.finalizers().get(0));
        }

        @Test
        void withoutAPrimaryOneAllIdsNameTheirRegistry() {
            define("a", registry, false);
            define("b", other, false);
            register("a's");

            assertThat(endpoint.weakRefs(null, null, null, null, null).finalizers())
                    .extracting(FinalizerDescriptor::id)
                    .containsExactly("a:1");
            assertThat(endpoint.finalizer("1")).isNull();
        }

        @Test
        void aPageGoesOnFromOneRegistryToTheNext() {
            define("a", registry, true);
            define("b", other, false);
            register("a1");
            register("a2");
            other.finalizer(REFERENT).name("b1").run(() -> {});

            WeakRefsDescriptor first = endpoint.weakRefs(null, null, null, null, "2");
            WeakRefsDescriptor second = endpoint.weakRefs(null, null, null, first.cursor(), "2");

            assertThat(names(first)).containsExactly("a2", "a1");
            assertThat(names(second)).containsExactly("b1");
            assertThat(second.cursor()).isNull();
        }

        private void define(String name, FinalizerRegistry registry, boolean primary) {
            RootBeanDefinition definition = new RootBeanDefinition(FinalizerRegistry.class, () -> registry);
            definition.setPrimary(primary);
            two.registerBeanDefinition(name, definition);
            two.getBean(name);
        }
    }

    private Finalizer<Void> register(String name) {
        return registry.finalizer(REFERENT).name(name).run(() -> {});
    }

    private WeakRefsDescriptor all() {
        return endpoint.weakRefs(null, null, null, null, null);
    }

    private static List<String> names(WeakRefsDescriptor answer) {
        return answer.finalizers().stream().map(FinalizerDescriptor::name).toList();
    }

    private static final class Secret {

        void use() {}

        @Override
        public String toString() {
            return "secret text";
        }
    }
}

package dev.weakref.spring.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import com.sun.management.ThreadMXBean;
import dev.weakref.Finalizer;
import dev.weakref.FinalizerInfo;
import dev.weakref.FinalizerRegistry;
import dev.weakref.Leak;
import dev.weakref.LeakLevel;
import dev.weakref.WeakSet;
import dev.weakref.WeakValueMap;
import dev.weakref.spring.collections.WeakCollections;
import dev.weakref.spring.endpoint.WeakRefsDescriptor.CollectionDescriptor;
import dev.weakref.spring.endpoint.WeakRefsDescriptor.FinalizerDescriptor;
import dev.weakref.spring.endpoint.WeakRefsDescriptor.GroupDescriptor;
import dev.weakref.spring.endpoint.WeakRefsDescriptor.LeakDescriptor;
import dev.weakref.spring.endpoint.WeakRefsDescriptor.RegistryDescriptor;
import dev.weakref.spring.endpoint.WeakRefsDescriptor.RunsDescriptor;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.core.ResolvableType;

class WeakRefsEndpointTests {

    private static final Object REFERENT = new Object();
    private static final Thread OTHER_REFERENT = new Thread();

    private final DefaultListableBeanFactory beanFactory = new DefaultListableBeanFactory();
    private final WeakRefsEndpoint endpoint = new WeakRefsEndpoint(beanFactory, List.of(), Show.NEVER);
    private final FinalizerRegistry registry =
            FinalizerRegistry.builder().name("tested").reportOpenAtExit(true).build();
    private final FinalizerRegistry other =
            FinalizerRegistry.builder().name("other").reportOpenAtExit(true).build();

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
        assertThat(shown.name()).isEqualTo("tested");
        assertThat(shown.primary()).isTrue();
        assertThat(shown.closed()).isFalse();
        assertThat(shown.live()).isZero();
        assertThat(shown.ran()).isEmpty();
        assertThat(shown.leaks()).isEmpty();
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
                        "tested",
                        "workspace 7",
                        "java.lang.Object",
                        all().finalizers().get(0).action(),
                        false,
                        false,
                        false,
                        finalizer.createdAt().toString(),
                        null,
                        null,
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
            WeakRefsDescriptor page = endpoint.weakRefs(null, null, null, null, null, null, null, cursor, "3");
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

        assertThat(endpoint.weakRefs(null, null, null, null, null, null, null, null, "2")
                        .cursor())
                .isNull();
    }

    @Test
    void aCursorOutlivesItsFinalizer() {
        register("oldest");
        Finalizer<Void> middle = register("middle");
        register("newest");
        String cursor = endpoint.weakRefs(null, null, null, null, null, null, null, null, "2")
                .cursor();

        middle.detach();

        assertThat(names(endpoint.weakRefs(null, null, null, null, null, null, null, cursor, null)))
                .containsExactly("oldest");
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

        WeakRefsDescriptor first = endpoint.weakRefs("the oldest", null, null, null, null, null, null, null, null);
        WeakRefsDescriptor second =
                endpoint.weakRefs("the oldest", null, null, null, null, null, null, first.cursor(), null);

        assertThat(first.finalizers()).isEmpty();
        assertThat(first.cursor()).isNotNull();
        assertThat(names(second)).containsExactly("the oldest");
        assertThat(second.cursor()).isNull();
    }

    @Test
    void aFilterThatMatchesNothingStopsAtItsBoundDuringRegistration() {
        IntStream.range(0, 10_001).forEach(number -> register("f" + number));
        FinalizerDescriber describer = new FinalizerDescriber(ContextRegistries.of(beanFactory), null);
        List<String> looked = new ArrayList<>();

        FinalizerPage page = new FinalizerPage(
                        describer,
                        info -> {
                            register("registered meanwhile");
                            looked.add(info.name());
                            return false;
                        },
                        false,
                        null,
                        100)
                .read(null);

        assertThat(page.finalizers()).isEmpty();
        assertThat(page.cursor()).isEqualTo("2");
        assertThat(looked).hasSize(10_000).doesNotContain("registered meanwhile");
    }

    @Test
    void filtersTakePartsOfNameAndTypeAndTheWholeFlag() {
        register("workspace 1");
        register("workspace 2");
        registry.finalizer(OTHER_REFERENT).name("workspace 3").atExit(false).run(() -> {});

        assertThat(names(endpoint.weakRefs("space 2", null, null, null, null, null, null, null, null)))
                .containsExactly("workspace 2");
        assertThat(names(endpoint.weakRefs(null, "Thread", null, null, null, null, null, null, null)))
                .containsExactly("workspace 3");
        assertThat(names(endpoint.weakRefs(null, null, "false", null, null, null, null, null, null)))
                .containsExactly("workspace 3");
        assertThat(names(endpoint.weakRefs("workspace", "lang.Object", "true", null, null, null, null, null, null)))
                .containsExactly("workspace 2", "workspace 1");
        assertThat(names(endpoint.weakRefs("Workspace", null, null, null, null, null, null, null, null)))
                .isEmpty();
    }

    @Test
    void theStateOverdueIsForThoseThatHaveBeenLiveForTooLong() throws Exception {
        BlockingQueue<Leak> told = new LinkedBlockingQueue<>();
        try (FinalizerRegistry watched =
                FinalizerRegistry.builder().leakListener(told::add).build()) {
            beanFactory.registerSingleton("watched", watched);
            watched.finalizer(REFERENT).name("in time").run(() -> {});
            watched.finalizer(REFERENT)
                    .name("too old")
                    .overdueAfter(Duration.ofMillis(1))
                    .run(() -> {});
            told.take();
            while (watched.finalizers().noneMatch(FinalizerInfo::overdue)) {
                Thread.onSpinWait(); // it is marked once it was told
            }

            assertThat(names(inState("overdue"))).containsExactly("too old");
            assertThat(names(inState("OVERDUE"))).containsExactly("too old");
            assertThat(names(inState("live"))).containsExactly("too old", "in time");
        }
    }

    @Test
    void theAgeIsForHowLongTheyHaveBeenLiveAtLeast() {
        Finalizer<Void> finalizer = register("some minutes old");
        FinalizerInfo info = registry.find(finalizer.id()).orElseThrow();

        for (String age : List.of("0s", "90s", "5m", "PT5M", "300000")) {
            assertThat(FinalizerFilter.parse(
                            null, null, null, null, age, finalizer.createdAt().plusSeconds(300)))
                    .as(age)
                    .accepts(info);
        }
        for (String age : List.of("301s", "6m", "1h", "PT5M0.001S", "365d")) {
            assertThat(FinalizerFilter.parse(
                            null, null, null, null, age, finalizer.createdAt().plusSeconds(300)))
                    .as(age)
                    .rejects(info);
        }
        assertThat(names(endpoint.weakRefs(null, null, null, null, "1h", null, null, null, null)))
                .isEmpty();
    }

    @Test
    void withoutAMinimumAgeThoseFromTheFutureAreListedAsWell() {
        Finalizer<Void> finalizer = register("registered before the clock was set back");
        FinalizerInfo info = registry.find(finalizer.id()).orElseThrow();
        Instant now = finalizer.createdAt().minusSeconds(60);

        assertThat(FinalizerFilter.parse(null, null, null, null, null, now)).accepts(info);
        assertThat(FinalizerFilter.parse(null, null, null, null, "1s", now)).rejects(info);
    }

    @ParameterizedTest
    @ValueSource(strings = {"dead", "", "live,overdue", "1"})
    void aBadStateIsRefusedWithWhatToDo(String state) {
        assertThatExceptionOfType(InvalidEndpointRequestException.class)
                .isThrownBy(() -> inState(state))
                .withMessageContaining("state is '" + state + "': give live or overdue");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1s", "", "soon", "5 minutes", "P1Y", "99999999999999999999d", "9223372036854775807d"})
    void aBadAgeIsRefusedWithWhatToDo(String age) {
        assertThatExceptionOfType(InvalidEndpointRequestException.class)
                .isThrownBy(() -> endpoint.weakRefs(null, null, null, null, age, null, null, null, null))
                .withMessageContaining("age is '" + age + "': give a duration such as 90s");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1001", "abc", "", "1,2", "99999999999"})
    void aBadLimitIsRefusedWithWhatToDo(String limit) {
        assertThatExceptionOfType(InvalidEndpointRequestException.class)
                .isThrownBy(() -> endpoint.weakRefs(null, null, null, null, null, null, null, null, limit))
                .withMessage("The parameter limit is '" + limit
                        + "': give a number from 1 to 1000, and ask for more with the cursor");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"xyz", "", "-1", "+1", "1 ", "\u0661", "0x1", "unknown:1", "registry:", "99999999999999999999"})
    void aBadCursorIsRefusedWithWhatToDo(String cursor) {
        assertThatExceptionOfType(InvalidEndpointRequestException.class)
                .isThrownBy(() -> endpoint.weakRefs(null, null, null, null, null, null, null, cursor, null))
                .withMessageContaining("cursor is '" + cursor + "': give the cursor of the answer before");
    }

    @ParameterizedTest
    @ValueSource(strings = {"maybe", "", "1"})
    void aBadFlagIsRefusedWithWhatToDo(String flag) {
        assertThatExceptionOfType(InvalidEndpointRequestException.class)
                .isThrownBy(() -> endpoint.weakRefs(null, null, flag, null, null, null, null, null, null))
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
    @ValueSource(
            strings = {"0", "1000", "-1", "+1", " 1", "\u0661", "abc", "", ":", "unknown:1", "99999999999999999999"})
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
    void collectionsThatAreBeansAreListedWithTheirNames() {
        WeakValueMap<String, Thread> map =
                WeakValueMap.<String, Thread>builder().name("given").build();
        map.put("other", OTHER_REFERENT);
        map.put("gone again", OTHER_REFERENT);
        map.remove("gone again");
        RootBeanDefinition definition = new RootBeanDefinition();
        definition.setTargetType(ResolvableType.forClassWithGenerics(WeakValueMap.class, String.class, Thread.class));
        definition.setInstanceSupplier(() -> map);
        beanFactory.registerBeanDefinition("threads", definition);
        beanFactory.getBean("threads");
        beanFactory.registerSingleton("elements", WeakSet.create());

        assertThat(all().collections())
                .containsExactlyInAnyOrder(
                        new CollectionDescriptor(
                                "dev.weakref.WeakValueMap<java.lang.String, java.lang.Thread>", "given", 1, 2, 1, 0),
                        new CollectionDescriptor("dev.weakref.WeakSet", "elements", 0, 0, 0, 0));
    }

    @Test
    void theNewestLeaksAreListedWhateverTheirRegistry() {
        beanFactory.registerSingleton("other", other);
        registry.setLeakLevel(LeakLevel.PARANOID);
        Finalizer<Void> leaking =
                registry.finalizer(REFERENT).name("lease").mustBeClosed().run(() -> {});
        other.finalizer(REFERENT).name("other's").mustBeClosed().run(() -> {});

        registry.close();
        other.close();

        assertThat(all().leaks())
                .extracting(LeakDescriptor::kind, LeakDescriptor::registry, LeakDescriptor::id, LeakDescriptor::name)
                .containsExactlyInAnyOrder(
                        tuple("NOT_CLOSED", "other", "other:1", "other's"),
                        tuple("NOT_CLOSED", "tested", "tested:" + leaking.id(), "lease"));
        assertThat(all().leaks())
                .isSortedAccordingTo(
                        Comparator.comparing(LeakDescriptor::foundAt).reversed());
        assertThat(all().leaks())
                .filteredOn(leak -> leak.name().equals("lease"))
                .singleElement()
                .satisfies(leak -> {
                    assertThat(leak.createdBy()).contains("WeakRefsEndpointTests");
                    assertThat(leak.stack()).first().isEqualTo(leak.createdBy());
                    assertThat(leak.createdAt()).isEqualTo(leaking.createdAt().toString());
                });
    }

    @Nested
    class Values {

        @Test
        void areShownWhereTheyAreAlwaysToBeShown() {
            Finalizer<Void> finalizer = registry.finalizer(OTHER_REFERENT)
                    .name("n")
                    .state(new Secret())
                    .run(Secret::use);
            register("no state");
            WeakRefsEndpoint showing = showing(Show.ALWAYS);

            FinalizerDescriptor shown = showing.finalizer(Long.toString(finalizer.id()));

            assertThat(shown.state()).isEqualTo("secret text");
            assertThat(shown.referent()).isEqualTo(OTHER_REFERENT.toString());
            assertThat(showing.finalizer("2").state()).isNull();
        }

        @Test
        void areAskedForByNoList() {
            AtomicInteger asked = new AtomicInteger();
            Asked referent = new Asked(asked);
            registry.finalizer(referent).state(new Asked(asked)).run(state -> {});

            WeakRefsDescriptor answer =
                    showing(Show.ALWAYS).weakRefs(null, null, null, null, null, null, null, null, null);

            assertThat(answer.finalizers()).singleElement().satisfies(one -> {
                assertThat(one.state()).isNull();
                assertThat(one.referent()).isNull();
            });
            assertThat(asked).hasValue(0);
            Reference.reachabilityFence(referent);
        }

        @ParameterizedTest
        @EnumSource(value = Show.class, names = "ALWAYS", mode = Mode.EXCLUDE)
        void areShownToNobodyUnknownOtherwise(Show show) {
            Secret referent = new Secret();
            registry.finalizer(referent).state(new Secret()).run(Secret::use);

            WeakRefsDescriptor answer = showing(show).weakRefs(null, null, null, null, null, null, null, null, null);

            assertThat(answer.finalizers()).hasSize(1);
            assertThat(answer.toString()).doesNotContain("secret text");
            assertThat(showing(show).finalizer("1").toString()).doesNotContain("secret text");
            Reference.reachabilityFence(referent);
        }

        @Test
        void passTheSanitizingFunctionsOfWhichOneThatFailsHides() {
            registry.finalizer(REFERENT)
                    .name("password file")
                    .state("swordfish")
                    .run(text -> {});
            registry.finalizer(REFERENT).name("other").state("shown").run(text -> {});
            registry.finalizer(REFERENT).name("broken").state("hidden").run(text -> {});

            WeakRefsEndpoint showing = showing(
                    Show.ALWAYS,
                    data -> data.getKey().equals("state.password file") ? data.withSanitizedValue() : data,
                    data -> {
                        if (data.getKey().equals("state.broken")) {
                            throw new IllegalStateException("wanted by the test");
                        }
                        return data;
                    });

            assertThat(states(showing)).containsExactly("******", "shown", "******");
        }

        @Test
        void passTheFunctionThatBootHasInStock() {
            registry.finalizer(OTHER_REFERENT)
                    .name("mail.password")
                    .state("swordfish")
                    .run(text -> {});
            registry.finalizer(OTHER_REFERENT)
                    .name("api-key")
                    .state("swordfish")
                    .run(text -> {});
            registry.finalizer(OTHER_REFERENT)
                    .name("password file")
                    .state("shown")
                    .run(text -> {});

            WeakRefsEndpoint showing =
                    showing(Show.ALWAYS, SanitizingFunction.sanitizeValue().ifLikelySensitive());

            assertThat(states(showing)).containsExactly("shown", "******", "******");
            assertThat(showing.finalizer("1").referent()).isEqualTo("******");
        }

        @Test
        void passTheFunctionsBeforeTheyAreCut() {
            registry.finalizer(REFERENT).state("x".repeat(2000) + "password").run(text -> {});
            registry.finalizer(REFERENT).state("short").run(text -> {});

            WeakRefsEndpoint showing = showing(
                    Show.ALWAYS,
                    data -> data.getValue().toString().endsWith("password") ? data.withSanitizedValue() : data,
                    data -> data.getValue().equals("short") ? data.withValue("long".repeat(1000)) : data);

            assertThat(states(showing)).containsExactly("long".repeat(250) + "…", "******");
        }

        @Test
        void areHiddenWhereAFunctionFailsWithAnError() {
            registry.finalizer(REFERENT).state("hidden").run(text -> {});

            assertThat(states(showing(Show.ALWAYS, data -> {
                        throw new NoClassDefFoundError("wanted by the test");
                    })))
                    .containsExactly("******");
            assertThat(states(showing(Show.ALWAYS, data -> {
                        throw new StackOverflowError("wanted by the test");
                    })))
                    .containsExactly("******");
        }

        @Test
        void areCutWhereTheyAreLongAndNamedByTheirFailureWhereTheyThrow() {
            registry.finalizer(REFERENT).state("x".repeat(5000)).run(text -> {});
            registry.finalizer(REFERENT).state(new Throwing()).run(text -> {});

            assertThat(states(showing(Show.ALWAYS)))
                    .containsExactly(
                            "toString() threw java.lang.UnsupportedOperationException", "x".repeat(1000) + "…");
        }

        private List<String> states(WeakRefsEndpoint showing) {
            return showing.weakRefs(null, null, null, null, null, null, null, null, null).finalizers().stream()
                    .map(one -> showing.finalizer(one.id()).state())
                    .toList();
        }

        private WeakRefsEndpoint showing(Show show, SanitizingFunction... functions) {
            return new WeakRefsEndpoint(beanFactory, List.of(functions), show);
        }
    }

    @Test
    void whatBelongsToTheParentIsNotListed() {
        WeakRefsEndpoint ofChild =
                new WeakRefsEndpoint(new DefaultListableBeanFactory(beanFactory), List.of(), Show.NEVER);
        beanFactory.registerSingleton("collections", new WeakCollections());
        register("of the parent");

        WeakRefsDescriptor answer = ofChild.weakRefs(null, null, null, null, null, null, null, null, null);

        assertThat(answer.registries()).isEmpty();
        assertThat(answer.finalizers()).isEmpty();
        assertThat(answer.collections()).isEmpty();
    }

    @Nested
    class WithTwoRegistries {

        private final DefaultListableBeanFactory two = new DefaultListableBeanFactory();
        private final WeakRefsEndpoint endpoint = new WeakRefsEndpoint(two, List.of(), Show.NEVER);

        @Test
        void thePrimaryOneComesFirstWithPlainNumbers() {
            define("other", other, false);
            define("main:registry", registry, true);
            other.finalizer(REFERENT).name("other's").run(() -> {});
            register("main's");

            WeakRefsDescriptor answer = endpoint.weakRefs(null, null, null, null, null, null, null, null, null);

            assertThat(answer.registries())
                    .extracting(RegistryDescriptor::name, RegistryDescriptor::primary)
                    .containsExactly(tuple("tested", true), tuple("other", false));
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

            assertThat(endpoint.weakRefs(null, null, null, null, null, null, null, null, null)
                            .finalizers())
                    .extracting(FinalizerDescriptor::id)
                    .containsExactly("tested:1");
            assertThat(endpoint.finalizer("1")).isNull();
        }

        @Test
        void theOneThatIsInjectedWhereNothingSaysWhichIsThePrimaryOne() {
            List<Consumer<RootBeanDefinition>> asides = List.of(
                    aside -> aside.setDefaultCandidate(false),
                    aside -> aside.setAutowireCandidate(false),
                    aside -> aside.setFallback(true));
            for (Consumer<RootBeanDefinition> aside : asides) {
                RootBeanDefinition definition = new RootBeanDefinition(FinalizerRegistry.class, () -> other);
                aside.accept(definition);
                two.registerBeanDefinition("archive", definition);
                two.getBean("archive");
                define("main", registry, false);

                assertThat(two.getBeanProvider(FinalizerRegistry.class).getIfAvailable())
                        .isSameAs(registry);
                assertThat(endpoint.weakRefs(null, null, null, null, null, null, null, null, null)
                                .registries())
                        .extracting(RegistryDescriptor::name, RegistryDescriptor::primary)
                        .containsExactly(tuple("tested", true), tuple("other", false));
                two.removeBeanDefinition("archive");
                two.removeBeanDefinition("main");
            }
        }

        @Test
        void aPageGoesOnFromOneRegistryToTheNext() {
            define("a", registry, true);
            define("b", other, false);
            register("a1");
            register("a2");
            other.finalizer(REFERENT).name("b1").run(() -> {});

            WeakRefsDescriptor first = endpoint.weakRefs(null, null, null, null, null, null, null, null, "2");
            WeakRefsDescriptor second =
                    endpoint.weakRefs(null, null, null, null, null, null, null, first.cursor(), "2");

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

    @Test
    void theOldestComeFirstOverAllPagesIfThatIsAskedFor() {
        beanFactory.registerSingleton("other", other);
        for (int number = 0; number < 150; number++) {
            register("tested's " + number);
            other.finalizer(REFERENT).name("other's " + number).run(() -> {});
        }
        List<String> seen = new ArrayList<>();
        String cursor = null;
        do {
            WeakRefsDescriptor page = endpoint.weakRefs(null, null, null, null, null, "oldest", null, cursor, "40");
            seen.addAll(names(page));
            cursor = page.cursor();
        } while (cursor != null);

        List<String> expected = new ArrayList<>();
        for (String whose : List.of("tested's ", "other's ")) {
            IntStream.range(0, 150).forEach(number -> expected.add(whose + number));
        }
        assertThat(seen).isEqualTo(expected);
    }

    @Test
    void countsByReferentTypeNameAndAction() {
        for (int number = 0; number < 5; number++) {
            register("many");
        }
        registry.finalizer(List.of(REFERENT)).name("one").run(() -> {});

        WeakRefsDescriptor byName = endpoint.weakRefs(null, null, null, null, null, null, "name", null, null);

        assertThat(byName.finalizers()).isEmpty();
        assertThat(byName.cursor()).isNull();
        assertThat(byName.groups()).containsExactly(new GroupDescriptor("many", 5), new GroupDescriptor("one", 1));
        assertThat(groups("referentType", "name=many")).containsExactly(new GroupDescriptor("java.lang.Object", 5));
        assertThat(groups("REFERENTTYPE", "name=many")).isEqualTo(groups("referentType", "name=many"));
        assertThat(groups("action", "name=many")).hasSize(1);
        assertThat(all().groups()).isNull();
    }

    @Test
    void theLimitIsThatOfTheLargestGroups() {
        register("a");
        register("b");
        register("b");

        WeakRefsDescriptor largest = endpoint.weakRefs(null, null, null, null, null, null, "name", null, "1");

        assertThat(largest.groups()).containsExactly(new GroupDescriptor("b", 2));
        assertThat(largest.others()).isEqualTo(1);
        assertThat(endpoint.weakRefs(null, null, null, null, null, null, "name", null, "2")
                        .others())
                .isNull();
    }

    @Test
    void groupsAreCountedTenThousandAtATime() {
        for (int number = 0; number < FinalizerPage.MOST_EXAMINED + 1; number++) {
            register("many");
        }

        WeakRefsDescriptor first = endpoint.weakRefs(null, null, null, null, null, null, "name", null, null);
        WeakRefsDescriptor second = endpoint.weakRefs(null, null, null, null, null, null, "name", first.cursor(), null);

        assertThat(first.groups()).containsExactly(new GroupDescriptor("many", FinalizerPage.MOST_EXAMINED));
        assertThat(first.cursor()).isEqualTo("2");
        assertThat(second.groups()).containsExactly(new GroupDescriptor("many", 1));
        assertThat(second.cursor()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"oldest,", ", name"})
    void anAnswerCostsTheSameHoweverManyAreLive(@Nullable String order, @Nullable String groupBy) {
        for (int number = 0; number < FinalizerPage.MOST_EXAMINED; number++) {
            register("many");
        }
        long few = allocated(order, groupBy);
        for (int number = 0; number < 20 * FinalizerPage.MOST_EXAMINED; number++) {
            register("many");
        }

        assertThat(allocated(order, groupBy)).isLessThan(2 * few);
    }

    /** Bytes, which do not depend on what else the machine does; the first call loads classes. */
    private long allocated(@Nullable String order, @Nullable String groupBy) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long bytes = 0;
        for (int call = 0; call < 3; call++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            endpoint.weakRefs(null, null, null, null, null, order, groupBy, null, null);
            bytes = threads.getCurrentThreadAllocatedBytes() - before;
        }
        return bytes;
    }

    @Test
    void aWrongOrderOrGroupingIsExplained() {
        assertThatExceptionOfType(InvalidEndpointRequestException.class)
                .isThrownBy(() -> endpoint.weakRefs(null, null, null, null, null, "up", null, null, null))
                .withMessage(
                        "The parameter order is 'up': give newest or oldest, or leave it out for the newest first");
        assertThatExceptionOfType(InvalidEndpointRequestException.class)
                .isThrownBy(() -> endpoint.weakRefs(null, null, null, null, null, null, "size", null, null))
                .withMessage("The parameter groupBy is 'size': give name, referentType or action, or leave it out for"
                        + " single finalizers");
    }

    private List<GroupDescriptor> groups(String by, @Nullable String filter) {
        String name = filter == null ? null : filter.substring("name=".length());
        return endpoint.weakRefs(name, null, null, null, null, null, by, null, null)
                .groups();
    }

    private Finalizer<Void> register(String name) {
        return registry.finalizer(REFERENT).name(name).run(() -> {});
    }

    private WeakRefsDescriptor inState(String state) {
        return endpoint.weakRefs(null, null, null, state, null, null, null, null, null);
    }

    private WeakRefsDescriptor all() {
        return endpoint.weakRefs(null, null, null, null, null, null, null, null, null);
    }

    private static List<String> names(WeakRefsDescriptor answer) {
        return answer.finalizers().stream().map(FinalizerDescriptor::name).toList();
    }

    private record Asked(AtomicInteger asked) {

        @Override
        public String toString() {
            return "asked " + asked.incrementAndGet();
        }
    }

    private static final class Throwing {

        @Override
        public String toString() {
            throw new UnsupportedOperationException("secret text");
        }
    }

    private static final class Secret {

        void use() {}

        @Override
        public String toString() {
            return "secret text";
        }
    }
}

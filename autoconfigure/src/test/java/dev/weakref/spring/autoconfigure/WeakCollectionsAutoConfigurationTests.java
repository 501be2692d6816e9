package dev.weakref.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.WeakKeyMap;
import dev.weakref.WeakSet;
import dev.weakref.WeakValueMap;
import dev.weakref.spring.collections.UnclearCollectionTypeException;
import dev.weakref.spring.collections.WeakCollections;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;

class WeakCollectionsAutoConfigurationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(WeakCollectionsAutoConfiguration.class));

    @Test
    void everyKindOfInjectionPointOfOneTypeGetsTheSameMap() {
        runner.withUserConfiguration(EveryPoint.class).run(context -> {
            EveryPoint points = context.getBean(EveryPoint.class);
            WeakValueMap<String, Session> shared =
                    context.getBean(WeakCollections.class).valueMap(String.class, Session.class);

            assertThat(points.field).isSameAs(shared);
            assertThat(points.constructor).isSameAs(shared);
            assertThat(points.setter).isSameAs(shared);
            assertThat(points.provider.getObject()).isSameAs(shared);
            assertThat(points.provider.getIfAvailable()).isSameAs(shared);
            assertThat(points.optional).containsSame(shared);
            assertThat(points.lazy).isSameAs(shared);
            assertThat(points.inherited).isSameAs(shared);
            assertThat(context.getBean("holder", Holder.class).map()).isSameAs(shared);
        });
    }

    @Test
    void eachBeanOfAPrototypeGetsTheSameMap() {
        runner.withBean("one", OneType.class, OneType::new, bean -> bean.setScope("prototype"))
                .run(context ->
                        assertThat(context.getBean(OneType.class).map).isSameAs(context.getBean(OneType.class).map));
    }

    @Test
    void twoTypesNeverShare() {
        runner.withBean(TwoTypes.class).run(context -> {
            TwoTypes types = context.getBean(TwoTypes.class);

            assertThat((Object) types.sessions).isNotSameAs(types.lists);
            assertThat((Object) types.sessions).isNotSameAs(types.byNumber);
        });
    }

    @Test
    void weakKeysAndSetsAreInjectedAsWell() {
        runner.withBean(KeysAndSets.class).run(context -> {
            KeysAndSets points = context.getBean(KeysAndSets.class);
            WeakCollections collections = context.getBean(WeakCollections.class);

            assertThat(points.keys).isSameAs(collections.keyMap(Session.class, String.class));
            assertThat(points.set).isSameAs(collections.set(Session.class));
            assertThat(points.redSet).isSameAs(collections.set(Session.class, "red"));
            assertThat(context.getBeansOfType(WeakSet.class)).isEmpty();
        });
    }

    @Test
    void aSetOfTheUsersOwnWins() {
        runner.withUserConfiguration(OwnSet.class).withBean(KeysAndSets.class).run(context -> {
            assertThat(context.getBean(KeysAndSets.class).set).isSameAs(context.getBean("ownSet"));
            assertThat(context.getBean(KeysAndSets.class).keys).isNotNull();
        });
    }

    @Test
    void aRawSetFailsTheStartWithAnExampleThatFits() {
        runner.withBean(RawSet.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOfSatisfying(
                                UnclearCollectionTypeException.class,
                                failure -> assertThat(failure.getExample()).isEqualTo("WeakSet<Session>")));
    }

    @Test
    void eachQualifierIsAMapOfItsOwn() {
        runner.withBean(Qualified.class).run(context -> {
            Qualified points = context.getBean(Qualified.class);
            WeakCollections collections = context.getBean(WeakCollections.class);

            assertThat(points.red).isSameAs(collections.valueMap(String.class, Session.class, "red"));
            assertThat(points.redParameter).isSameAs(points.red);
            assertThat(points.redSetter).isSameAs(points.red);
            assertThat(points.redProvider.getObject()).isSameAs(points.red);
            assertThat(points.blue).isSameAs(collections.valueMap(String.class, Session.class, "blue"));
            assertThat(points.custom)
                    .isNotSameAs(points.unnamed)
                    .isNotSameAs(points.red)
                    .isSameAs(points.customAgain)
                    .isNotSameAs(points.otherCustom);
            assertThat(points.unnamed).isSameAs(collections.valueMap(String.class, Session.class));
            assertThat((Object) points.redNumbers).isNotSameAs(points.red);
        });
    }

    @Test
    void aMapIsNoCandidateForItsInterfaces() {
        runner.withBean(Interfaces.class).run(context -> {
            Interfaces points = context.getBean(Interfaces.class);

            assertThat(points.map).isNull();
            assertThat(points.concurrentMap).isNull();
            assertThat(points.objects.stream()).noneMatch(WeakValueMap.class::isInstance);
            assertThat(points.list).isNull();
            assertThat(context.getBeansOfType(Map.class).values()).noneMatch(WeakValueMap.class::isInstance);
        });
    }

    @Test
    void aMapDoesNotCompeteForItsInterfaces() {
        runner.withUserConfiguration(OwnInterface.class)
                .run(context -> assertThat(context.getBean(OwnInterface.class).injected)
                        .isSameAs(context.getBean("ownFallback")));
    }

    @Test
    void withoutAnInjectionPointThereIsNone() {
        runner.run(context -> {
            assertThat((Object) context.getBeanProvider(WeakValueMap.class).getIfAvailable())
                    .isNull();
            assertThat(context.getBeansOfType(WeakValueMap.class)).isEmpty();
        });
    }

    @Test
    void anUnclearTypeFailsTheStart() {
        runner.withBean(Raw.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(UnclearCollectionTypeException.class));
        runner.withBean(Wildcard.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(UnclearCollectionTypeException.class));
        runner.withBean(RawSubclass.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(UnclearCollectionTypeException.class));
    }

    @Test
    void thePropertySwitchesItOff() {
        runner.withPropertyValues("weakref.enabled=false")
                .withBean(OneType.class)
                .run(context ->
                        assertThat(context).getFailure().rootCause().isInstanceOf(NoSuchBeanDefinitionException.class));
    }

    @Test
    void theUsersOwnWeakCollectionsWin() {
        WeakCollections own = new WeakCollections();

        runner.withBean("own", WeakCollections.class, () -> own)
                .withBean(OneType.class)
                .run(context -> assertThat(context.getBean(OneType.class).map)
                        .isSameAs(own.valueMap(String.class, Session.class)));
    }

    @Test
    void aChildHasMapsOfItsOwn() {
        runner.withBean(OneType.class)
                .run(parent -> runner.withParent(parent)
                        .withBean("ofChild", OneType.class)
                        .run(child -> assertThat(child.getBean("ofChild", OneType.class).map)
                                .isNotSameAs(parent.getBean(OneType.class).map)));
    }

    @Test
    void aChildThatAsksForTheMapsOfItsParentSharesThem() {
        runner.withBean(OneType.class)
                .run(parent -> runner.withParent(parent)
                        .withPropertyValues("weakref.inherit=true")
                        .withBean("ofChild", OneType.class)
                        .run(child -> assertThat(child.getBean("ofChild", OneType.class).map)
                                .isSameAs(parent.getBean(OneType.class).map)));
    }

    @Nested
    class WithBeansOfTheUser {

        private final ApplicationContextRunner withOwn = runner.withUserConfiguration(OwnMap.class);

        @Test
        void theOneOfTheExactTypeWins() {
            withOwn.withBean(OneType.class).withBean(TwoTypes.class).run(context -> {
                Object own = context.getBean("own");

                assertThat(context.getBean(OneType.class).map).isSameAs(own);
                assertThat(context.getBean(TwoTypes.class).sessions).isSameAs(own);
                assertThat((Object) context.getBean(TwoTypes.class).lists).isNotSameAs(own);
            });
        }

        @Test
        void oneThatSpringKnowsByItsClassOnlyWinsForEachType() {
            WeakValueMap<Object, Object> own = WeakValueMap.create();

            runner.withBean("own", WeakValueMap.class, () -> own)
                    .withBean(TwoTypes.class)
                    .run(context -> {
                        assertThat((Object) context.getBean(TwoTypes.class).sessions)
                                .isSameAs(own);
                        assertThat((Object) context.getBean(TwoTypes.class).lists)
                                .isSameAs(own);
                    });
        }

        @Test
        void oneOfAnyTypeWins() {
            runner.withUserConfiguration(OwnOfAnyType.class)
                    .withBean(OneType.class)
                    .run(context -> assertThat(context.getBean(OneType.class).map)
                            .isSameAs(context.getBean(OwnOfAnyType.class).made.get(0)));
        }

        @Test
        void oneOfAnUnclearTypeDoesNotWinForOthers() {
            runner.withUserConfiguration(OwnOfUnclearLists.class)
                    .withBean(TwoTypes.class)
                    .run(context -> {
                        Object own = context.getBean("ownOfUnclearLists");
                        assertThat((Object) context.getBean(TwoTypes.class).sessions)
                                .isNotSameAs(own);
                        assertThat((Object) context.getBean(TwoTypes.class).lists)
                                .isNotSameAs(own);
                    });
        }

        @Test
        void oneThatIsNoCandidateDoesNotWin() {
            WeakValueMap<Object, Object> own = WeakValueMap.create();

            runner.withBean("own", WeakValueMap.class, () -> own, bean -> bean.setAutowireCandidate(false))
                    .withBean(OneType.class)
                    .run(context -> assertThat((Object) context.getBean(OneType.class).map)
                            .isNotSameAs(own));
        }

        @Test
        void unclearPointsGetIt() {
            withOwn.withBean(Raw.class).withBean(Wildcard.class).run(context -> {
                Object own = context.getBean("own");

                assertThat((Object) context.getBean(Raw.class).map).isSameAs(own);
                assertThat((Object) context.getBean(Wildcard.class).map).isSameAs(own);
            });
        }

        @Test
        void itsNameIsAQualifierAndOthersAreNot() {
            withOwn.withBean(OwnByName.class).run(context -> {
                OwnByName points = context.getBean(OwnByName.class);

                assertThat(points.own).isSameAs(context.getBean("own"));
                assertThat(points.other).isNotSameAs(points.own);
            });
        }

        @Test
        void aListOfMapsHoldsItAlone() {
            withOwn.withBean(Interfaces.class)
                    .run(context -> assertThat(context.getBean(Interfaces.class).list)
                            .isEqualTo(List.of(context.getBean("own"))));
        }
    }

    static class Session {}

    static class OneType {
        @Autowired
        WeakValueMap<String, Session> map;
    }

    static class TwoTypes {
        @Autowired
        WeakValueMap<String, Session> sessions;

        @Autowired
        WeakValueMap<String, List<Session>> lists;

        @Autowired
        WeakValueMap<Long, Session> byNumber;
    }

    abstract static class Base<T> {
        @Autowired
        WeakValueMap<String, T> inherited;
    }

    record Holder(WeakValueMap<String, Session> map) {}

    @Configuration(proxyBeanMethods = false)
    static class EveryPoint extends Base<Session> {
        final WeakValueMap<String, Session> constructor;

        @Autowired
        WeakValueMap<String, Session> field;

        @Autowired
        ObjectProvider<WeakValueMap<String, Session>> provider;

        @Autowired
        Optional<WeakValueMap<String, Session>> optional;

        @Lazy
        @Autowired
        WeakValueMap<String, Session> lazy;

        WeakValueMap<String, Session> setter;

        EveryPoint(WeakValueMap<String, Session> constructor) {
            this.constructor = constructor;
        }

        @Autowired
        void setSetter(WeakValueMap<String, Session> setter) {
            this.setter = setter;
        }

        @Bean
        static Holder holder(WeakValueMap<String, Session> map) {
            return new Holder(map);
        }
    }

    static class Qualified {
        @Autowired
        @Qualifier("red") WeakValueMap<String, Session> red;

        @Autowired
        @Qualifier("blue") WeakValueMap<String, Session> blue;

        @Autowired
        @Qualifier("red") ObjectProvider<WeakValueMap<String, Session>> redProvider;

        @Autowired
        @Qualifier("red") WeakValueMap<Long, Session> redNumbers;

        @Autowired
        @Region("north")
        WeakValueMap<String, Session> custom;

        @Autowired
        @Region("north")
        WeakValueMap<String, Session> customAgain;

        @Autowired
        @Region("south")
        WeakValueMap<String, Session> otherCustom;

        @Autowired
        WeakValueMap<String, Session> unnamed;

        final WeakValueMap<String, Session> redParameter;

        WeakValueMap<String, Session> redSetter;

        Qualified(@Qualifier("red") WeakValueMap<String, Session> redParameter) {
            this.redParameter = redParameter;
        }

        @Autowired
        @Qualifier("red")
        void setRedSetter(WeakValueMap<String, Session> redSetter) {
            this.redSetter = redSetter;
        }
    }

    static class Interfaces {
        @Autowired(required = false)
        Map<String, Session> map;

        @Autowired(required = false)
        ConcurrentMap<String, Session> concurrentMap;

        @Autowired
        ObjectProvider<Object> objects;

        @Autowired(required = false)
        List<WeakValueMap<String, Session>> list;
    }

    @SuppressWarnings("rawtypes")
    static class Raw {
        @Autowired
        WeakValueMap map;
    }

    static class Wildcard {
        @Autowired
        WeakValueMap<String, ?> map;
    }

    @SuppressWarnings("rawtypes")
    static class RawSubclass extends Base {}

    static class OwnByName {
        @Autowired
        @Qualifier("own") WeakValueMap<String, Session> own;

        @Autowired
        @Qualifier("other") WeakValueMap<String, Session> other;
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnMap {
        @Bean
        WeakValueMap<String, Session> own() {
            return WeakValueMap.create();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnOfUnclearLists {

        @Bean
        WeakValueMap<String, List<?>> ownOfUnclearLists() {
            return WeakValueMap.create();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnOfAnyType {

        final List<Object> made = new ArrayList<>();

        @Bean
        @Scope("prototype")
        <K, V> WeakValueMap<K, V> ownOfAnyType() {
            WeakValueMap<K, V> map = WeakValueMap.create();
            made.add(map);
            return map;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnInterface {
        @Autowired
        ConcurrentMap<String, Session> injected;

        @Bean
        @Fallback
        static ConcurrentMap<String, Session> ownFallback() {
            return new ConcurrentHashMap<>();
        }
    }

    @Qualifier @Retention(RetentionPolicy.RUNTIME)
    @interface Region {
        String value();
    }

    static class KeysAndSets {

        @Autowired
        WeakKeyMap<Session, String> keys;

        @Autowired
        WeakSet<Session> set;

        @Autowired
        @Qualifier("red") WeakSet<Session> redSet;
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnSet {

        @Bean
        WeakSet<Session> ownSet() {
            return WeakSet.identity();
        }
    }

    @SuppressWarnings("rawtypes")
    static class RawSet {

        @Autowired
        WeakSet set;
    }
}

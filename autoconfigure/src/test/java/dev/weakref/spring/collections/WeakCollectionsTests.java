package dev.weakref.spring.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weakref.WeakKeyMap;
import dev.weakref.WeakSet;
import dev.weakref.WeakValueMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.ResolvableType;

class WeakCollectionsTests {

    private final WeakCollections collections = new WeakCollections();

    @Test
    void oneTypeIsOneMap() {
        WeakValueMap<String, Integer> first = collections.valueMap(String.class, Integer.class);

        assertThat(collections.valueMap(String.class, Integer.class)).isSameAs(first);
        assertThat(collections.get(new ParameterizedTypeReference<WeakValueMap<String, Integer>>() {}))
                .isSameAs(first);
    }

    @Test
    void aListenerThatFailsKeepsNobodyFromHisCollection() {
        List<String> told = new ArrayList<>();
        collections.onMade((collection, kind, type, name) -> {
            throw new IllegalArgumentException("wanted by the test");
        });
        collections.onMade((collection, kind, type, name) -> told.add(name));

        WeakSet<String> made = collections.set(String.class, "made");

        assertThat(collections.set(String.class, "made")).isSameAs(made);
        assertThat(told).containsExactly("made");
    }

    @Test
    void twoTypesAreTwoMaps() {
        List<ParameterizedTypeReference<? extends WeakValueMap<?, ?>>> types = List.of(
                new ParameterizedTypeReference<WeakValueMap<String, Integer>>() {},
                new ParameterizedTypeReference<WeakValueMap<String, Long>>() {},
                new ParameterizedTypeReference<WeakValueMap<Integer, String>>() {},
                new ParameterizedTypeReference<WeakValueMap<String, int[]>>() {},
                new ParameterizedTypeReference<WeakValueMap<String, Integer[]>>() {},
                new ParameterizedTypeReference<WeakValueMap<String, List<Integer>>>() {},
                new ParameterizedTypeReference<WeakValueMap<String, List<Integer>[]>>() {},
                new ParameterizedTypeReference<WeakValueMap<String, List<? extends Integer>>>() {},
                new ParameterizedTypeReference<WeakValueMap<String, List<? super Integer>>>() {},
                new ParameterizedTypeReference<WeakValueMap<String, List<?>>>() {},
                new ParameterizedTypeReference<WeakValueMap<String, Outer<Integer>.Inner>>() {},
                new ParameterizedTypeReference<WeakValueMap<String, Outer<Long>.Inner>>() {});

        assertThat(types.stream().map(type -> System.identityHashCode(collections.get(type))))
                .doesNotHaveDuplicates();
        assertThat(types.stream().map(type -> collections.get(type) == collections.get(type)))
                .containsOnly(true);
    }

    @Test
    void weakKeysAndSetsAreSharedAsWell() {
        WeakKeyMap<String, Integer> keys = collections.keyMap(String.class, Integer.class);
        WeakSet<String> set = collections.set(String.class);

        assertThat(collections.keyMap(String.class, Integer.class)).isSameAs(keys);
        assertThat(collections.get(new ParameterizedTypeReference<WeakKeyMap<String, Integer>>() {}))
                .isSameAs(keys);
        assertThat(collections.keyMap(String.class, Integer.class, "named")).isNotSameAs(keys);
        assertThat(collections.set(String.class)).isSameAs(set);
        assertThat(collections.set(String.class, "named")).isNotSameAs(set);
        assertThat((Object) collections.set(Integer.class)).isNotSameAs(set);
        collections.valueMap(String.class, Integer.class);
        assertThat(collections.list())
                .extracting(SharedCollection::type)
                .containsExactly(
                        "dev.weakref.WeakKeyMap<java.lang.String, java.lang.Integer>",
                        "dev.weakref.WeakKeyMap<java.lang.String, java.lang.Integer>",
                        "dev.weakref.WeakSet<java.lang.Integer>",
                        "dev.weakref.WeakSet<java.lang.String>",
                        "dev.weakref.WeakSet<java.lang.String>",
                        "dev.weakref.WeakValueMap<java.lang.String, java.lang.Integer>");
    }

    @Test
    void rawArgumentsAreAType() {
        ResolvableType type = ResolvableType.forClassWithGenerics(WeakValueMap.class, String.class, List.class);

        assertThat(collections.get(type, null)).isSameAs(collections.get(type, null));
    }

    @Test
    void eachNameIsOneMapOfItsType() {
        WeakValueMap<String, Integer> named = collections.valueMap(String.class, Integer.class, "named");

        assertThat(collections.valueMap(String.class, Integer.class, "named")).isSameAs(named);
        assertThat(collections.valueMap(String.class, Integer.class, "other")).isNotSameAs(named);
        assertThat(collections.valueMap(String.class, Integer.class)).isNotSameAs(named);
        assertThat((Object) collections.valueMap(String.class, Long.class, "named"))
                .isNotSameAs(named);
    }

    @Test
    void anUnclearTypeIsRefused() {
        assertThatExceptionOfType(UnclearCollectionTypeException.class)
                .isThrownBy(() -> collections.get(new ParameterizedTypeReference<WeakValueMap<String, ?>>() {}))
                .withMessageContaining("WeakValueMap<java.lang.String, ?>")
                .withMessageContaining("write out its type arguments");
        assertThatExceptionOfType(UnclearCollectionTypeException.class)
                .isThrownBy(() -> collections.get(ResolvableType.forClass(WeakValueMap.class), null));
        assertThatExceptionOfType(UnclearCollectionTypeException.class)
                .isThrownBy(() -> collections.get(
                        ResolvableType.forType(Open.class.getGenericInterfaces()[0])
                                .getGeneric(0),
                        null));
    }

    @Test
    void anotherTypeThanAWeakCollectionIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> collections.get(new ParameterizedTypeReference<Map<String, Integer>>() {}))
                .withMessageContaining("java.util.Map<java.lang.String, java.lang.Integer> is no weak collection");
    }

    @Test
    void theListNamesTypesQualifiersAndCounts() {
        Integer value = 1000;
        collections.valueMap(String.class, Integer.class, "counted").put("key", value);
        collections.valueMap(String.class, Integer.class);

        List<SharedCollection> list = collections.list();

        assertThat(list).extracting(SharedCollection::name).containsExactly(null, "counted");
        assertThat(list)
                .extracting(SharedCollection::type)
                .containsOnly("dev.weakref.WeakValueMap<java.lang.String, java.lang.Integer>");
        assertThat(list.get(0).stats().name()).isEqualTo(list.get(0).type());
        assertThat(list.get(1).stats().name()).isEqualTo("counted");
        assertThat(list.get(1).stats().added()).isEqualTo(1);
        assertThat(value).isEqualTo(1000);
    }

    @Test
    void aLongNameIsCutForTheCollection() {
        collections.valueMap(String.class, Integer.class, "n".repeat(1000));

        assertThat(collections.list().get(0).stats().name()).isEqualTo("n".repeat(200));
    }

    private static class Outer<T> {

        final Map<String, T> held = new ConcurrentHashMap<>();

        class Inner {

            Map<String, T> held() {
                return held;
            }
        }
    }

    private interface Open<T> extends Comparable<WeakValueMap<String, T>> {}
}

package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.testing.ConcurrentMapTestSuiteBuilder;
import com.google.common.collect.testing.SetTestSuiteBuilder;
import com.google.common.collect.testing.TestStringMapGenerator;
import com.google.common.collect.testing.TestStringSetGenerator;
import com.google.common.collect.testing.features.CollectionFeature;
import com.google.common.collect.testing.features.CollectionSize;
import com.google.common.collect.testing.features.MapFeature;
import com.google.common.collect.testing.testers.SetHashCodeTester;
import dev.weakref.internal.reap.Reaper;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import junit.framework.Test;
import junit.framework.TestFailure;
import junit.framework.TestResult;
import junit.framework.TestSuite;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Guava's suites for concurrent maps and sets, on every weak collection in every mode: as it is made, and with dead
 * entries among the living. The samples of the suites are string literals, which never die.
 *
 * <p>They are suites of JUnit 3, and run from here rather than by an engine of their own: that one would have a report
 * written anew for each of Guava's classes in each of the suites, which takes several times as long as the tests.
 */
class WeakCollectionSuiteTests {

    private static final Reaper REAPER = SimulatedCollector.idleReaper();
    private static final String[] DEAD = {"one", "two", "three", "four", "five", "nobody asks for it"};

    @TestFactory
    List<DynamicTest> suites() {
        List<DynamicTest> tests = tests(all())
                .map(test -> DynamicTest.dynamicTest(test.toString(), () -> run(test)))
                .toList();
        assertThat(tests.size()).as("the tests that Guava makes").isGreaterThan(8_300);
        return tests;
    }

    private static Stream<Test> tests(Test test) {
        return test instanceof TestSuite suite
                ? Collections.list(suite.tests()).stream().flatMap(WeakCollectionSuiteTests::tests)
                : Stream.of(test);
    }

    private static void run(Test test) {
        TestResult result = new TestResult();
        test.run(result);
        List<Throwable> thrown = Stream.of(result.errors(), result.failures())
                .flatMap(failures -> Collections.list(failures).stream())
                .map(TestFailure::thrownException)
                .toList();
        if (!thrown.isEmpty()) {
            Throwable first = thrown.get(0);
            AssertionError failure = new AssertionError(test + ": " + first, first); // the report has no other name
            thrown.stream().skip(1).forEach(failure::addSuppressed);
            throw failure;
        }
    }

    private static TestSuite all() {
        TestSuite all = new TestSuite("weak collections");
        addMap(
                all,
                "WeakValueMap",
                () -> WeakValueMap.<String, String>builder().reaper(REAPER).build());
        addMap(all, "WeakKeyMap", () -> keyMap().build());
        addMap(all, "WeakKeyMap by identity", () -> keyMap().identity().build());
        addMap(
                all,
                "WeakKeyMap that replaces keys",
                () -> keyMap().replaceKeys(true).build());
        addSet(all, "WeakSet", () -> set().build());
        // By identity the hash is the sum of the identity hashes, as for the keys of an IdentityHashMap.
        addSet(all, "WeakSet by identity", () -> set().identity().build(), SetHashCodeTester.getHashCodeMethods());
        return all;
    }

    private static WeakKeyMap.Builder<String, String> keyMap() {
        return WeakKeyMap.<String, String>builder().reaper(REAPER);
    }

    private static WeakSet.Builder<String> set() {
        return WeakSet.<String>builder().reaper(REAPER);
    }

    private static void addMap(TestSuite all, String name, Supplier<AbstractWeakMap<String, String>> maps) {
        all.addTest(mapSuite(name, maps));
        all.addTest(mapSuite(name + " with dead entries", () -> {
            AbstractWeakMap<String, String> map = maps.get();
            for (String dead : DEAD) {
                map.put(dead, "dead");
                SimulatedCollector.collect(map, dead);
            }
            return map;
        }));
    }

    private static TestSuite mapSuite(String name, Supplier<AbstractWeakMap<String, String>> maps) {
        return ConcurrentMapTestSuiteBuilder.using(new TestStringMapGenerator() {
                    @Override
                    protected Map<String, String> create(Map.Entry<String, String>[] entries) {
                        AbstractWeakMap<String, String> map = maps.get();
                        for (Map.Entry<String, String> entry : entries) {
                            map.put(entry.getKey(), entry.getValue());
                        }
                        return map;
                    }
                })
                .named(name)
                .withFeatures(
                        MapFeature.GENERAL_PURPOSE, CollectionFeature.SUPPORTS_ITERATOR_REMOVE, CollectionSize.ANY)
                .createTestSuite();
    }

    private static void addSet(TestSuite all, String name, Supplier<WeakSet<String>> sets, Method... without) {
        all.addTest(setSuite(name, sets, without));
        all.addTest(setSuite(
                name + " with dead elements",
                () -> {
                    WeakSet<String> set = sets.get();
                    for (String dead : DEAD) {
                        set.add(dead);
                        SimulatedCollector.collect(set.table, dead);
                    }
                    return set;
                },
                without));
    }

    private static TestSuite setSuite(String name, Supplier<WeakSet<String>> sets, Method... without) {
        return SetTestSuiteBuilder.using(new TestStringSetGenerator() {
                    @Override
                    protected Set<String> create(String[] elements) {
                        WeakSet<String> set = sets.get();
                        set.addAll(Arrays.asList(elements));
                        return set;
                    }
                })
                .named(name)
                .withFeatures(
                        CollectionFeature.GENERAL_PURPOSE,
                        CollectionFeature.SUPPORTS_ITERATOR_REMOVE,
                        CollectionSize.ANY)
                .suppressing(without)
                .createTestSuite();
    }
}

package dev.weakref;

import com.google.common.collect.testing.ConcurrentMapTestSuiteBuilder;
import com.google.common.collect.testing.TestStringMapGenerator;
import com.google.common.collect.testing.features.CollectionFeature;
import com.google.common.collect.testing.features.CollectionSize;
import com.google.common.collect.testing.features.MapFeature;
import java.util.Map;
import java.util.function.Supplier;
import junit.framework.Test;
import junit.framework.TestSuite;
import org.junit.runner.RunWith;
import org.junit.runners.AllTests;

/**
 * Guava's suite for concurrent maps, on every weak map: as it is made, and with dead entries among the living.
 * The samples of the suite are string literals, which never die.
 */
@RunWith(AllTests.class)
public final class WeakMapSuiteTests {

    private WeakMapSuiteTests() {}

    public static Test suite() {
        TestSuite all = new TestSuite("weak maps");
        Reaper reaper = Collected.idleReaper();
        addTo(
                all,
                "WeakValueMap",
                () -> WeakValueMap.<String, String>builder().reaper(reaper).build());
        return all;
    }

    private static void addTo(TestSuite all, String name, Supplier<AbstractWeakMap<String, String>> maps) {
        all.addTest(suite(name, maps));
        all.addTest(suite(name + " with dead entries", () -> withDeadEntries(maps.get())));
    }

    private static TestSuite suite(String name, Supplier<AbstractWeakMap<String, String>> maps) {
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

    private static AbstractWeakMap<String, String> withDeadEntries(AbstractWeakMap<String, String> map) {
        for (String sample : new String[] {"one", "two", "three", "four", "five", "nobody asks for it"}) {
            map.put(sample, "dead");
            Collected.collect(map, sample);
        }
        return map;
    }
}

package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.internal.proxy.ProxyClasses;
import dev.weakref.internal.reap.Reaper;
import dev.weakref.internal.table.WeakTable.When;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class SharedReferencesTests {

    private static final Set<Class<?>> RUNNABLE = Set.of(Runnable.class);

    private final Reaper reaper = SimulatedCollector.idleReaper();
    private final SharedReferences holders = new SharedReferences(reaper);
    private final Task referent = new Task();

    /** What is made of many objects at once, and held by a list alone. */
    enum Many {
        VALUE_REFS,
        KEY_REFS,
        REFS,
        PROXIES;

        List<?> of(List<Task> referents) {
            return switch (this) {
                case VALUE_REFS -> {
                    WeakValueMap<Integer, Task> map = WeakValueMap.create();
                    for (int number = 0; number < referents.size(); number++) {
                        map.put(number, referents.get(number));
                    }
                    yield map.valueRefs();
                }
                case KEY_REFS -> {
                    WeakKeyMap<Task, String> map = WeakKeyMap.identity();
                    referents.forEach(each -> map.put(each, "value"));
                    yield map.keyRefs();
                }
                case REFS -> {
                    WeakSet<Task> set = WeakSet.identity();
                    set.addAll(referents);
                    yield set.refs();
                }
                case PROXIES ->
                    referents.stream()
                            .map(each -> WeakProxy.of(each, Runnable.class))
                            .toList();
            };
        }
    }

    @Test
    void whatIsSharedIsTheSameForAllThatAskWhileItIsHeld() {
        WeakRef<Task> reference = WeakRef.shared(holders, referent);
        Object proxy = share(RUNNABLE);
        Object other = share(Set.of(Runnable.class, Callable.class));

        assertThat(WeakRef.shared(holders, referent)).isSameAs(reference);
        assertThat(share(RUNNABLE) == proxy).isTrue();
        assertThat(share(Set.of(Callable.class, Runnable.class)) == other).isTrue();
        assertThat(other != proxy).isTrue();
        assertThat(holders.reference(referent)).isSameAs(reference);
        assertThat(holders.proxy(referent, RUNNABLE) == proxy).isTrue();
        assertThat(holders.proxy(referent, Set.of(Callable.class))).isNull();
        assertThat(sameOnes(holders.proxies(referent), proxy, other)).isTrue();
        assertThat(holders.table.nodes()).isEqualTo(3);
        assertThat(holders.reference(new Task())).isNull();
        assertThat(holders.proxies(new Task())).isEmpty();
    }

    @Test
    void whatWasDroppedIsSharedNoMoreAndLosesItsEntry() {
        WeakRef<Task> before = WeakRef.shared(holders, referent);
        share(RUNNABLE);

        SimulatedCollector.drop(holders, referent);
        assertThat(holders.reference(referent)).isNull();
        assertThat(holders.proxies(referent)).isEmpty();
        WeakRef<Task> after = WeakRef.shared(holders, referent);
        reaper.pass();

        assertThat(after).isNotSameAs(before).isSameAs(WeakRef.shared(holders, referent));
        assertThat(holders.table.nodes()).isEqualTo(1);
    }

    @Test
    void whoComesSecondIsGivenTheHolderOfTheFirst() {
        SharedReferences.Key first = key();
        SharedReferences.Key second = key();

        Object shared = holders.share(first, referent);

        assertThat(holders.share(second, referent) == shared).isTrue();
        assertThat(holders.table.nodes()).isEqualTo(1);
    }

    /** As if the collector came between the look at the table and the addition. */
    @Test
    void whoFindsTheKeyOfTheFirstAndThenLosesItSharesItsOwn() {
        Object first = holders.share(key(), referent);
        SharedReferences.Key mine = key();
        assertThat(holders.table.put(mine, true, When.ABSENT)).isTrue();
        Reference.reachabilityFence(first);

        SimulatedCollector.drop(holders, referent);

        assertThat(holders.share(mine, referent) == holders.proxy(referent, RUNNABLE))
                .isTrue();
    }

    @Test
    void objectsThatAreEqualShareNothing() {
        String one = new String("same");
        String two = new String("same");

        assertThat(WeakRef.shared(holders, one)).isNotSameAs(WeakRef.shared(holders, two));
    }

    @ParameterizedTest
    @EnumSource
    @Tag("collects")
    void ofManyDroppedOnesNothingRemainsWhileTheirReferentsLive(Many many) {
        long before = SharedReferences.ALL.table.nodes();
        List<Task> referents =
                IntStream.range(0, 100_000).mapToObj(number -> new Task()).toList();
        assertThat(count(() -> many.of(referents))).isEqualTo(100_000);

        Gc.awaitTrue(() -> SharedReferences.ALL.table.nodes() <= before, "an entry remains");

        Gc.awaitTrue(() -> SharedReferences.ALL.table.capacity() <= 1 << 16, "the array remains large");
        assertThat(WeakRefs.of(referents.get(0)))
                .extracting(WeakRefs.Hold::kind)
                .isEmpty();
        Reference.reachabilityFence(referents);
    }

    private static int count(Supplier<List<?>> made) {
        List<?> list = made.get();
        assertThat(SharedReferences.ALL.table.nodes()).isGreaterThanOrEqualTo(list.size());
        return list.size();
    }

    @Test
    @Tag("collects")
    void whatIsHeldStaysSharedAndWhatWasDroppedIsCountedNoMore() {
        Task other = new Task();
        WeakRef<Task> held = WeakRef.of(referent);
        Runnable proxy = WeakProxy.of(referent, Runnable.class);
        List<WeakReference<Object>> dropped = new ArrayList<>();
        dropTwo(other, dropped);

        dropped.forEach(Gc::awaitCleared);

        assertThat(WeakRefs.count(other)).isZero();
        assertThat(WeakRefs.count(referent)).isEqualTo(2);
        assertThat(WeakRef.of(referent)).isSameAs(held);
        assertThat(WeakProxy.of(referent, Runnable.class) == proxy).isTrue();
        Reference.reachabilityFence(other);
    }

    private static void dropTwo(Task referent, List<WeakReference<Object>> dropped) {
        WeakRef<Task> ref = WeakRef.of(referent);
        Runnable proxy = WeakProxy.of(referent, Runnable.class);
        dropped.add(new WeakReference<>(ref));
        dropped.add(new WeakReference<>(proxy));
        assertThat(WeakRefs.count(referent)).isEqualTo(2);
        Reference.reachabilityFence(ref);
        Reference.reachabilityFence(proxy);
    }

    private Object share(Set<Class<?>> interfaces) {
        Object known = holders.proxy(referent, interfaces);
        return known != null ? known : holders.share(key(interfaces), referent);
    }

    private SharedReferences.Key key() {
        return key(RUNNABLE);
    }

    private SharedReferences.Key key(Set<Class<?>> interfaces) {
        ProxyReference ref = new ProxyReference(referent, null);
        return ref.keyFor(referent, ProxyClasses.proxy(ref, interfaces, null));
    }

    private static boolean sameOnes(List<Object> found, Object... expected) {
        return found.size() == expected.length
                && List.of(expected).stream().allMatch(each -> found.stream().anyMatch(one -> one == each));
    }

    private static final class Task implements Runnable, Callable<String> {
        @Override
        public void run() {}

        @Override
        public String call() {
            return "called";
        }
    }
}

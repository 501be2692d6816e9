package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.Reference;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class CallbackOrderTests {

    private static final Function<Object, Runnable> HASH = object -> object::hashCode;
    private static final Function<Runnable, Runnable> RUN = runnable -> runnable::run;

    private final BlockingQueue<String> called = new LinkedBlockingQueue<>();

    @Test
    @Tag("collects")
    void newestFirstHoldsAcrossReferencesProxiesAndMethods() throws Exception {
        Object[] kept = new Object[4];
        keepFour(kept);

        for (String expected : new String[] {"reference 2", "method", "proxy", "reference 1"}) {
            Gc.awaitTrue(() -> !called.isEmpty(), "no callback has run");
            assertThat(called.take()).isEqualTo(expected);
        }
    }

    private void keepFour(Object[] kept) {
        Runnable referent = new Runnable() {
            @Override
            public void run() {}
        };
        BlockingQueue<String> told = called;
        kept[0] = WeakRef.of(referent, dead -> told.add("reference 1"));
        kept[1] = WeakProxy.of(referent, Runnable.class, dead -> told.add("proxy"));
        kept[2] = WeakMethod.<Object, Runnable>of(referent, HASH, dead -> told.add("method"));
        kept[3] = WeakRef.of(referent, dead -> told.add("reference 2"));
    }

    static Stream<List<String>> orders() {
        return permutations(List.of("reference", "subclass", "proxy", "method"));
    }

    private static Stream<List<String>> permutations(List<String> kinds) {
        return kinds.isEmpty()
                ? Stream.of(List.of())
                : kinds.stream().flatMap(first -> {
                    List<String> others =
                            kinds.stream().filter(kind -> !kind.equals(first)).toList();
                    return permutations(others)
                            .map(rest -> Stream.concat(Stream.of(first), rest.stream())
                                    .toList());
                });
    }

    @ParameterizedTest
    @MethodSource("orders")
    void newestFirstHoldsInWhateverOrderTheKindsAreMade(List<String> kinds) throws Exception {
        Runnable referent = new Runnable() {
            @Override
            public void run() {}
        };
        Deque<Object> newestFirst = new ArrayDeque<>();
        for (String kind : kinds) {
            newestFirst.addFirst(
                    switch (kind) {
                        case "reference" -> WeakRef.of(referent, dead -> called.add(kind));
                        case "subclass" -> new WeakRef<>(referent, dead -> called.add(kind)) {};
                        case "proxy" -> WeakProxy.of(referent, Runnable.class, dead -> called.add(kind));
                        default -> WeakMethod.<Runnable, Runnable>of(referent, RUN, dead -> called.add(kind));
                    });
        }

        newestFirst.forEach(SimulatedCollector::collect); // in this order no sweep in between can change the other

        for (int i = kinds.size() - 1; i >= 0; i--) {
            assertThat(called.take()).isEqualTo(kinds.get(i));
        }
        Reference.reachabilityFence(newestFirst);
    }

    @Test
    void aCallbackThatWaitsIsNotGatheredAgain() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Object one = new Object();
        Object two = new Object();
        WeakRef<Object> waiting1 = WeakRef.of(one, dead -> called.add("one, older"));
        WeakRef<Object> waiting2 = WeakRef.of(one, dead -> called.add("one, newer"));
        WeakRef<Object> later = WeakRef.of(two, dead -> called.add("two"));
        WeakRef<Object> blocking = WeakRef.of(one, dead -> {
            called.add("blocking");
            try {
                go.await();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        });
        blocking.enqueue();
        assertThat(called.take()).isEqualTo("blocking");
        waiting2.enqueue(); // the newer first, since the reaper may look at any moment
        waiting1.enqueue();
        Callbacks.LOG.sweep();
        later.enqueue();
        Callbacks.LOG.sweep();
        go.countDown();

        assertThat(called.take()).isEqualTo("one, newer");
        assertThat(called.take()).isEqualTo("one, older");
        assertThat(called.take()).isEqualTo("two");
    }
}

package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CallbackOrderTests {

    private static final Function<Object, Runnable> HASH = object -> object::hashCode;

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

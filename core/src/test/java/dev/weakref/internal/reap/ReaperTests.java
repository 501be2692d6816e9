package dev.weakref.internal.reap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weakref.Gc;
import dev.weakref.ShortStack;
import dev.weakref.internal.dispatch.ListenerCalls;
import dev.weakref.internal.support.Threads;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReaperTests {

    private final AtomicReference<Error> shortage = new AtomicReference<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Reaper reaper = new Reaper(
            task -> {
                Error error = shortage.get();
                if (error != null) {
                    throw error;
                }
                Thread thread = Threads.daemons("test-reaper", null).newThread(task);
                threads.add(thread);
                return thread;
            },
            Duration.ofMillis(20));
    private final BlockingQueue<String> reaped = new LinkedBlockingQueue<>();
    private final Object referent = new Object();

    @Test
    void reapsWhatIsFoundOnAQueueWithoutACollection() throws Exception {
        Thing thing = new Thing();
        thing.die();

        assertThat(reaped.take()).isEqualTo("reaped 1");
    }

    @Test
    void aDebuggerShowsWhetherItRunsAndHowMuchItWatches() {
        assertThat(reaper).hasToString("Reaper[not running, watches 0]");

        Thing thing = new Thing();

        assertThat(reaper).hasToString("Reaper[running, watches 1]");
        Reference.reachabilityFence(thing);
    }

    @Test
    void survivesWhatReapingThrowsAndTriesAgain() throws Exception {
        Thing thing = new Thing();
        thing.failure = new OutOfMemoryError("for the test");

        thing.die();

        assertThat(reaped.take()).isEqualTo("failed");
        assertThat(reaped.take()).isEqualTo("reaped everywhere");
        assertThat(reaper.isRunning()).isTrue();
    }

    /** The stack suffices to submit the call, and not to start a worker. */
    @Test
    void aListenerIsCalledThoughNoWorkerCouldBeStarted() throws Exception {
        Thing watched = new Thing(); // of this reaper, which watches no log
        CountDownLatch called = new CountDownLatch(1);
        assertThat(new OneCall(called).remaining()).isEqualTo(1); // loads the classes
        ListenerCalls.DISPATCHER.ensureWorker(); // there is no work for one

        ShortStack.overflows(() -> ListenerCalls.submit(new OneCall(called)));

        called.await();
        Reference.reachabilityFence(watched);
    }

    private static final class OneCall extends ListenerCalls.Calls {

        private final CountDownLatch called;

        private OneCall(CountDownLatch called) {
            super("The listener of the test");
            this.called = called;
        }

        @Override
        public int size() {
            return 1;
        }

        @Override
        public void call(int number) {
            called.countDown();
        }
    }

    @Test
    void triesAgainWithTheNextAdditionWhereNoThreadCanBeStarted() throws Exception {
        shortage.set(new OutOfMemoryError("no more threads"));
        Thing thing = new Thing();
        thing.die();
        assertThat(reaper.isRunning()).isFalse();
        shortage.set(null);

        thing.watch();

        assertThat(reaped.take()).isEqualTo("reaped 1");
    }

    @Test
    void endsWhenNothingIsLeftAndStartsAgain() throws Exception {
        Thing thing = new Thing();
        thing.die();
        assertThat(reaped.take()).isEqualTo("reaped 1");
        thing.empty = true;
        Gc.awaitWithoutCollecting(() -> !reaper.isRunning(), "the reaper has not ended");
        threads.get(0).join();
        thing.empty = false;

        thing.watch();
        thing.die();

        assertThat(reaped.take()).isEqualTo("reaped 1");
        assertThat(threads).hasSize(2);
    }

    @Test
    void isADaemonWithoutAContextClassLoader() {
        Thing thing = new Thing();

        assertThat(threads).singleElement().satisfies(thread -> {
            assertThat(thread.isDaemon()).isTrue();
            assertThat(thread.getContextClassLoader()).isNull();
            assertThat(thread.getName()).isEqualTo("test-reaper-1");
        });
        Reference.reachabilityFence(thing);
    }

    @Test
    void additionsWhileItTidiesPutAThingOnTheListOnce() throws Exception {
        Thing thing = new Thing();
        AtomicInteger additions = new AtomicInteger();
        thing.whileTidied = () -> {
            if (additions.incrementAndGet() <= 3) {
                thing.watch();
            }
        };
        Gc.awaitWithoutCollecting(() -> additions.get() > 5, "it was not tidied");

        assertThat(reaper.watched()).isEqualTo(1);
    }

    private final class Thing extends Reapable {
        private final List<Reference<?>> references = new ArrayList<>();
        private Error failure;
        private volatile boolean empty;
        private volatile Runnable whileTidied = () -> {};

        Thing() {
            super(reaper);
            watch();
        }

        void die() {
            Reference<Object> reference = new java.lang.ref.WeakReference<>(referent, queue);
            references.add(reference);
            reference.enqueue();
        }

        @Override
        public double reap(Reference<?> first, boolean resting) {
            Error error = failure;
            failure = null;
            if (error != null) {
                reaped.add("failed");
                throw error;
            }
            reaped.add(first == null ? "reaped everywhere" : "reaped " + references.size());
            references.clear();
            return 0;
        }

        @Override
        public boolean isEmpty() {
            whileTidied.run();
            return empty;
        }

        @Override
        public String describe() {
            return "a thing";
        }

        @Override
        public boolean alwaysSweeps() {
            return false;
        }

        @Override
        public boolean keepsAlive() {
            return true;
        }
    }
}

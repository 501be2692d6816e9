package dev.weakref.sample.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weakref.sample.RefusedException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ConnectionPermitsTests {

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger collections = new AtomicInteger();
    private final AtomicInteger forgotten = new AtomicInteger();
    private final ConnectionPermits permits = new ConnectionPermits(1, this::collect, nanos::get);

    @Test
    void whereOneIsFreeTheCollectorIsLeftAlone() {
        permits.take();
        permits.leave();
        permits.take();

        assertThat(collections).hasValue(0);
    }

    @Test
    void whereNoneIsFreeTheCollectorFindsTheForgotten() {
        permits.take();
        forgotten.set(1);

        permits.take();

        assertThat(collections).hasValue(1);
    }

    @Test
    void howeverManyAreRefusedTheCollectorIsAskedOnlyOnceInAWhile() {
        permits.take();

        assertThatThrownBy(permits::take).isInstanceOf(RefusedException.class);
        assertThatThrownBy(permits::take).isInstanceOf(RefusedException.class);
        assertThat(collections).hasValue(1);

        nanos.addAndGet(ConnectionPermits.PAUSE.toNanos());
        assertThatThrownBy(permits::take).isInstanceOf(RefusedException.class);
        assertThat(collections).hasValue(2);
    }

    private void collect() {
        collections.incrementAndGet();
        for (; forgotten.get() > 0; forgotten.decrementAndGet()) {
            permits.leave();
        }
    }
}

package dev.weakref.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PlacesTests {

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger collections = new AtomicInteger();
    private final AtomicInteger forgotten = new AtomicInteger();
    private final Places places = new Places(1, this::collect, nanos::get);

    @Test
    void whereOneIsFreeTheCollectorIsLeftAlone() {
        places.take();
        places.leave();
        places.take();

        assertThat(collections).hasValue(0);
    }

    @Test
    void whereNoneIsFreeTheCollectorFindsTheForgotten() {
        places.take();
        forgotten.set(1);

        places.take();

        assertThat(collections).hasValue(1);
    }

    @Test
    void howeverManyAreRefusedTheCollectorIsAskedOnlyOnceInAWhile() {
        places.take();

        assertThatThrownBy(places::take).isInstanceOf(Refused.class);
        assertThatThrownBy(places::take).isInstanceOf(Refused.class);
        assertThat(collections).hasValue(1);

        nanos.addAndGet(Places.PAUSE.toNanos());
        assertThatThrownBy(places::take).isInstanceOf(Refused.class);
        assertThat(collections).hasValue(2);
    }

    private void collect() {
        collections.incrementAndGet();
        for (; forgotten.get() > 0; forgotten.decrementAndGet()) {
            places.leave();
        }
    }
}

package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StripeTests {

    @Test
    void lockIsTakenWhereMemoryIsShortForThoseWhoWait() {
        Stripe stripe = new Stripe(16) {

            private int held = 3;

            @Override
            public long writeLock() {
                throw new OutOfMemoryError("provoked");
            }

            @Override
            public long tryWriteLock() { // another thread has it for so long
                return --held > 0 ? 0 : super.tryWriteLock();
            }
        };

        stripe.lock();

        assertThat(stripe.isWriteLocked()).isTrue();
        stripe.unlock();
        assertThat(stripe.isWriteLocked()).isFalse();
    }
}

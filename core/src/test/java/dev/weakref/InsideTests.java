package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class InsideTests {

    @Test
    void howeverDeepItIsAThreadThatLeavesIsOutside() {
        List<Long> registries = new ArrayList<>();
        Deque<long[]> entered = new ArrayDeque<>();
        for (long registry = 1; registry <= 20; registry++) {
            registries.add(registry);
            entered.push(CurrentRegistries.enter(registry, 100 + registry));
        }
        assertThat(registries).allMatch(CurrentRegistries::isIn);
        assertThat(CurrentRegistries.running(Thread.currentThread(), 7)).containsExactly(107L);

        for (int depth = 19; depth >= 0; depth--) {
            CurrentRegistries.leave(entered.pop());
            long left = registries.remove(depth);
            assertThat(CurrentRegistries.isIn(left)).isFalse();
            assertThat(registries).allMatch(CurrentRegistries::isIn);
        }
    }
}

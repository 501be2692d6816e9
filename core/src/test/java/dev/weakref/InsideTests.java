package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class InsideTests {

    @Test
    void howeverDeepItIsWhoLeavesIsOutside() {
        List<RegistryCore> cores = new ArrayList<>();
        Deque<long[]> entered = new ArrayDeque<>();
        for (int depth = 0; depth < 20; depth++) {
            RegistryCore core = new RegistryCore(new Settings());
            cores.add(core);
            entered.push(Inside.enter(core));
        }
        assertThat(cores).allMatch(Inside::isIn);

        for (int depth = 19; depth >= 0; depth--) {
            Inside.leave(entered.pop());
            RegistryCore left = cores.remove(depth);
            assertThat(Inside.isIn(left)).isFalse();
            assertThat(cores).allMatch(Inside::isIn);
        }
    }
}

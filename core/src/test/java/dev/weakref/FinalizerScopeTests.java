package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weakref.Finalizer.Trigger;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FinalizerScopeTests {

    private final FinalizerRegistry registry = FinalizerRegistry.create("scopes");
    private final FinalizerScope scope = registry.openScope("request");
    private final List<String> ran = new ArrayList<>();
    private final Object referent = new Object();

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void callsWhatItOwnsNewestFirst() {
        Finalizer<Void> first = scope.register(referent, () -> ran.add("first"));
        scope.register(referent, "second", ran::add);
        scope.finalizer(referent).name("third").state("third").run(ran::add);
        registry.register(referent, () -> ran.add("not of the scope"));

        scope.close();

        assertThat(ran).containsExactly("third", "second", "first");
        assertThat(first.trigger()).isEqualTo(Trigger.EXPLICIT);
        assertThat(scope.isClosed()).isTrue();
        scope.close();
        assertThat(ran).hasSize(3);
    }

    @Test
    void whatHasRunOrWasDetachedBeforeIsLeftAlone() {
        scope.register(referent, () -> ran.add("called")).close();
        scope.register(referent, () -> ran.add("detached")).detach();

        scope.close();

        assertThat(ran).containsExactly("called");
    }

    @Test
    void whatNobodyClosedRunsAtExit() {
        scope.register(referent, () -> ran.add("at exit"));

        registry.close();

        assertThat(ran).containsExactly("at exit");
        scope.close();
        assertThat(ran).hasSize(1);
    }

    @Test
    void callsAllWhateverTheyThrow() {
        RuntimeException failure = new IllegalStateException("newest");
        IOException other = new IOException("older");
        scope.register(referent, () -> ran.add("oldest"));
        scope.register(referent, () -> {
            throw other;
        });
        scope.register(referent, () -> {
            throw failure;
        });

        assertThatThrownBy(scope::close).isSameAs(failure).hasSuppressedException(other);
        assertThat(ran).containsExactly("oldest");
    }

    @Test
    void wrapsACheckedExceptionAndPassesAnError() {
        IOException checked = new IOException("disk");
        scope.register(referent, () -> {
            throw checked;
        });
        assertThatThrownBy(scope::close)
                .isInstanceOf(FinalizerException.class)
                .hasCause(checked)
                .hasMessageContaining("FinalizerScope['request']");

        Error error = new AssertionError("on purpose");
        FinalizerScope another = registry.openScope("another");
        another.register(referent, () -> {
            throw error;
        });
        assertThatThrownBy(another::close).isSameAs(error);
    }

    @Test
    void leavesTheResourceWithTheCallerOnceItIsClosed() {
        scope.close();

        assertThatIllegalStateException()
                .isThrownBy(() -> scope.register(referent, () -> ran.add("ran")))
                .withMessageContaining("is closed; release the resource yourself");

        registry.close();
        assertThat(ran).isEmpty();
    }

    @Test
    void aRegistrationFromAnActionOfItsOwnIsRefusedAndReported() {
        scope.register(referent, () -> scope.register(referent, () -> ran.add("too late")));

        assertThatIllegalStateException().isThrownBy(scope::close);
        assertThat(ran).isEmpty();
        assertThat(registry.stats().live()).isZero();
    }

    @Test
    void whatHasRunBeforeAScopeThatIsClosingTookItIsNotGivenBack() throws Exception {
        FinalizerNode<Void> finalizer = (FinalizerNode<Void>) registry.register(referent, () -> ran.add("ran"));
        scope.close();
        finalizer.call(); // as the collector or the exit pass may, between registration and refusal

        assertThat(scope.own(finalizer)).isSameAs(finalizer);
        assertThat(ran).containsExactly("ran");
    }

    @Test
    void keepsOnlyTheLiveOfManyThatCameAndWent() {
        scope.register(referent, () -> ran.add("stays"));
        for (int i = 0; i < 10_000; i++) {
            scope.register(referent, () -> {}).close();
        }

        assertThat(scope.owned()).isLessThanOrEqualTo(64);
        scope.close();
        assertThat(ran).containsExactly("stays");
    }

    @Test
    void refusesBadInput() {
        assertThatIllegalArgumentException().isThrownBy(() -> registry.openScope(" "));
        assertThatNullPointerException().isThrownBy(() -> scope.register(null, () -> {}));
        assertThatNullPointerException().isThrownBy(() -> scope.register(referent, null));
    }
}

package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weakref.Finalizer.Trigger;
import java.io.IOException;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GuardedHandleTests {

    private final FinalizerRegistry registry =
            FinalizerRegistry.builder().name("guards").reportOpenAtExit(true).build();
    private final Database database = new Database();

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void forwardsToTheResourceAndClosesItOnce() throws Exception {
        Connection handle = registry.guard(database, Connection.class);

        assertThat(handle.query("one")).isEqualTo("result of one");
        assertThat(handle.describe()).isEqualTo("a connection");
        handle.close();
        handle.close();

        assertThat(database.closed).hasValue(1);
        registry.close();
        assertThat(database.closed).hasValue(1);
    }

    @Test
    void passesOnWhatTheResourceThrowsUnchanged() throws Exception {
        IOException failure = new IOException("disk");
        database.failure = failure;
        Connection handle = registry.guard(database, Connection.class);

        assertThatThrownBy(() -> handle.query("one")).isSameAs(failure);
        assertThatThrownBy(handle::close).isSameAs(failure);
        assertThat(registry.stats().live()).isZero();
    }

    @Test
    void returnsItselfForAMethodThatReturnsTheResource() {
        Connection handle = registry.guard(database, Connection.class);

        assertThat(handle.self() == handle).isTrue();
        assertThat(handle.itself() == database).as("no handle is a Database").isTrue();
    }

    @Test
    void handleMayHaveSeveralInterfaces() throws Exception {
        Both both = new Both();

        Connection handle = registry.guard(both, Connection.class, Runnable.class, Connection.class);
        ((Runnable) handle).run();
        handle.close();

        assertThat(both.runs).isEqualTo(1);
        assertThat(((Database) both).closed).hasValue(1);
    }

    @Test
    void severalInterfacesGoWithOptionsAndScopes() throws Exception {
        Both both = new Both();
        Connection handle = registry.guard(
                both, Connection.class, options -> options.name("both"), Comparable.class, Runnable.class);
        Connection scoped;
        try (FinalizerScope scope = registry.openScope("scope")) {
            scoped = scope.guard(both, Connection.class, Runnable.class);
        }

        assertThat(handle).isInstanceOf(Comparable.class).isInstanceOf(Runnable.class);
        assertThat(scoped).isInstanceOf(Runnable.class).isNotInstanceOf(Comparable.class);
        assertThat(((Database) both).closed).hasValue(1);
        assertThat(registry.finalizers().map(FinalizerInfo::name)).containsExactly("both");
        Reference.reachabilityFence(handle);
    }

    @Test
    void furtherInterfacesAreCheckedAsTheFirst() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.guard(database, Connection.class, Runnable.class))
                .withMessageContaining("does not implement java.lang.Runnable");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.guard(database, Connection.class, String.class))
                .withMessageContaining("is a class");
        assertThatNullPointerException().isThrownBy(() -> registry.guard(database, Connection.class, (Class<?>) null));
        assertThat(registry.stats().live()).isZero();
    }

    @Test
    void equalsWhatTheResourceEquals() {
        Connection handle = registry.guard(database, Connection.class);
        Connection another = registry.guard(database, Connection.class);
        Connection ofAnotherOne = registry.guard(new Database(), Connection.class);

        assertThat(handle)
                .isEqualTo(handle)
                .isEqualTo(another)
                .isEqualTo(database)
                .isNotEqualTo(ofAnotherOne)
                .isNotEqualTo(null)
                .hasSameHashCodeAs(database)
                .hasToString(database.toString());
    }

    @Test
    void closesAtExitWhatNobodyClosed() {
        Connection handle = registry.guard(database, Connection.class);

        assertThat(registry.shutdown().run()).isEqualTo(1);

        assertThat(database.closed).hasValue(1);
        Reference.reachabilityFence(handle);
    }

    @Test
    @Tag("collects")
    void closesWithItsHandleAlthoughAStatementOfItIsHeld() throws Exception {
        Statement statement = statementOfADroppedHandle();

        Gc.awaitTrue(() -> database.closed.get() == 1, "the resource is still open");

        assertThat(statement.connection).isSameAs(database);
    }

    private Statement statementOfADroppedHandle() {
        return registry.guard(database, Connection.class).statement();
    }

    @Test
    @Tag("collects")
    void isNotClosedWhileOneOfItsMethodsRuns() throws Exception {
        AtomicInteger closedDuringTheCall = new AtomicInteger(-1);
        database.duringQuery = () -> {
            Gc.awaitCleared(new WeakReference<>(new Object()));
            Gc.collect();
            closedDuringTheCall.set(database.closed.get());
        };

        String result = registry.guard(database, Connection.class).query("slow"); // nobody else holds the handle

        assertThat(result).isEqualTo("result of slow");
        assertThat(closedDuringTheCall).hasValue(0);
        Gc.awaitTrue(() -> database.closed.get() == 1, "the resource is still open");
    }

    @Test
    void takesTheOptionsOfAnyFinalizer() {
        Connection handle = registry.guard(
                database, Connection.class, options -> options.name("pool 7").mustBeClosed());

        assertThat(registry.finalizers()).singleElement().satisfies(info -> {
            assertThat(info.name()).isEqualTo("pool 7");
            assertThat(info.mustBeClosed()).isTrue();
        });
        registry.close();
        assertThat(registry.stats().leaks(Leak.Kind.NOT_CLOSED)).isEqualTo(1);
        Reference.reachabilityFence(handle);
    }

    @Test
    void canBeClosedAfterItsRegistryWhereItWasNotToCloseAtExit() throws Exception {
        Connection handle = registry.guard(database, Connection.class, options -> options.atExit(false));
        registry.close();
        assertThat(database.closed).hasValue(0);

        handle.close();
        handle.close();

        assertThat(database.closed).hasValue(1);
    }

    @Test
    void isClosedByAScopeThatMadeIt() {
        Connection handle;
        try (FinalizerScope scope = registry.openScope("request")) {
            handle = scope.guard(database, Connection.class);
            assertThat(database.closed).hasValue(0);
        }

        assertThat(database.closed).hasValue(1);
        Reference.reachabilityFence(handle);
    }

    @Test
    void namesTheInterfaceUnlessANameIsGiven() {
        Connection handle = registry.guard(database, Connection.class);

        assertThat(registry.finalizers()).extracting(FinalizerInfo::name).containsExactly("guarded Connection");
        Reference.reachabilityFence(handle);
    }

    @Test
    void refusesBadInputAndLeavesTheResourceOpen() {
        assertThatNullPointerException().isThrownBy(() -> registry.guard(null, Connection.class));
        assertThatNullPointerException().isThrownBy(() -> registry.guard(database, null));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.guard(database, Database.class))
                .withMessageContaining("is a class; name one of its interfaces");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.guard(() -> {}, Connection.class))
                .withMessageContaining("does not implement");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.guard(new OnlySealed(), Sealed.class))
                .withMessageContaining("is sealed");
        Connection handle = registry.guard(database, Connection.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.guard(handle, Connection.class))
                .withMessageContaining("use that handle");
        assertThat(database.closed).hasValue(0);
        Reference.reachabilityFence(handle);
        registry.close();
        Database late = new Database();
        assertThatIllegalStateException().isThrownBy(() -> registry.guard(late, Connection.class));
        assertThat(late.closed).hasValue(0);
    }

    @Test
    void tellsItsTrigger() throws Exception {
        Connection handle = registry.guard(database, Connection.class);
        handle.close();

        assertThat(registry.stats().ran(Trigger.EXPLICIT, Finalizer.Outcome.SUCCESS))
                .isEqualTo(1);
    }

    private interface Connection extends AutoCloseable {
        String query(String text) throws IOException;

        Connection self();

        Database itself();

        Statement statement();

        @Override
        void close() throws IOException;

        default String describe() {
            return "a connection";
        }
    }

    private record Statement(Database connection) {}

    private static class Database implements Connection {
        private final AtomicInteger closed = new AtomicInteger();
        private IOException failure;
        private Runnable duringQuery = () -> {};

        @Override
        public String query(String text) throws IOException {
            duringQuery.run();
            if (failure != null) {
                throw failure;
            }
            return "result of " + text;
        }

        @Override
        public Connection self() {
            return this;
        }

        @Override
        public Database itself() {
            return this;
        }

        @Override
        public Statement statement() {
            return new Statement(this);
        }

        @Override
        public void close() throws IOException {
            closed.incrementAndGet();
            if (failure != null) {
                throw failure;
            }
        }
    }

    private sealed interface Sealed extends AutoCloseable permits OnlySealed {
        @Override
        void close();
    }

    private static final class OnlySealed implements Sealed {
        @Override
        public void close() {}
    }

    private static final class Both extends Database implements Runnable, Comparable<Both> {

        private int runs;

        @Override
        public void run() {
            runs++;
        }

        @Override
        public int compareTo(Both other) {
            return 0;
        }
    }
}

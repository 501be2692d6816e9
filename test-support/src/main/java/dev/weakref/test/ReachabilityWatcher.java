package dev.weakref.test;

import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Watches what a test expects to be unreachable when it is over. A parameter of the test, given by the
 * {@link ReachabilityExtension}.
 *
 * <pre>{@code
 * @ExtendWith(ReachabilityExtension.class)
 * class SessionTests {
 *     @Test
 *     void aClosedSessionIsLetGo(ReachabilityWatcher watcher) {
 *         Session session = server.open();
 *         watcher.expectUnreachable(session, "it was closed");
 *         session.close();
 *     }
 * }
 * }</pre>
 *
 * <p>It holds the objects weakly, and may be called by any thread. One that is a parameter of {@code @BeforeEach} is
 * that of the test; one of {@code @BeforeAll} waits for the end of the class.
 *
 * <p>After the test its variables hold nothing any more, but JUnit still has its instance and the arguments of a
 * parameterized test: what fields and arguments lead to is reachable.
 *
 * @since 0.1
 */
public final class ReachabilityWatcher {

    private final Queue<Expectation> expectations = new ConcurrentLinkedQueue<>();
    private volatile Duration deadline = Gc.DEADLINE;

    ReachabilityWatcher() {}

    /** How long to collect after the test, for all objects together; 30 seconds by default. */
    public ReachabilityWatcher within(Duration deadline) {
        this.deadline = Objects.requireNonNull(deadline, "deadline");
        return this;
    }

    /**
     * Fails the test if this object is reachable when the test is over.
     *
     * @param reason why it should not be, for the message
     */
    public void expectUnreachable(Object object, String reason) {
        expectations.add(new Expectation(
                new WeakReference<>(Objects.requireNonNull(object, "object")),
                Objects.requireNonNull(reason, "reason")));
    }

    /** Collects until all are gone, or fails. */
    void check() {
        Duration mine = deadline;
        Gc.collectUntil(() -> expectations.stream().allMatch(Expectation::isMet), mine);
        List<String> unmet = expectations.stream()
                .filter(expectation -> !expectation.isMet())
                .map(Expectation::describe)
                .toList();
        if (!unmet.isEmpty()) {
            throw StillReachable.error(mine, unmet);
        }
    }

    private record Expectation(Reference<Object> reference, String reason) {

        boolean isMet() {
            return reference.refersTo(null);
        }

        String describe() {
            return "\"" + reason + "\": " + StillReachable.describe(reference);
        }
    }
}

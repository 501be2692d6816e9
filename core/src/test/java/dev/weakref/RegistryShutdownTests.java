package dev.weakref;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weakref.internal.reap.Reaper;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of a close for which there is too little memory. */
@Timeout(60)
class RegistryShutdownTests {

    private final AtomicInteger ran = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final Object referent = new Object();
    private final FinalizerRegistry registry = FinalizerRegistry.builder()
            .name("test")
            .captureCheck(CaptureCheck.OFF)
            .reaper(new Reaper(task -> new Thread(() -> {}), Duration.ofSeconds(1)))
            .build();

    /** In another thread, because JUnit ends if a test throws an {@code OutOfMemoryError}. */
    @Test
    void aPassThatCannotBeMadeForWantOfMemoryIsTriedAgain() throws Exception {
        registry.register(referent, ran::incrementAndGet);
        registry.core().shutdown().passes = (core, limit, begin) -> {
            failAsOftenAsWanted();
            return new ExitPass(core, limit, begin);
        };
        failures.set(2);

        ExitReport report = BackgroundCall.call(registry::shutdown).result();

        assertThat(report.run()).isEqualTo(1);
        assertThat(failures).hasValue(-1);
    }

    @Test
    void aPassThatCannotBeMadeInTimeFailsAndAnotherMayBegin() {
        registry.register(referent, ran::incrementAndGet);
        registry.core().shutdown().passes = (core, limit, begin) -> {
            failAsOftenAsWanted();
            return new ExitPass(core, limit, begin);
        };
        failures.set(1);

        assertThatThrownBy(() -> registry.shutdown(Duration.ZERO)).isInstanceOf(OutOfMemoryError.class);

        assertThat(registry.core().shutdown().hasBegun()).isFalse();
        assertThat(registry.shutdown().run()).isEqualTo(1);
    }

    @Test
    void theTimeForWhichAPassCouldNotBeMadeIsPartOfItsLimit() throws Exception {
        AtomicReference<Long> first = new AtomicReference<>();
        registry.core().shutdown().passes = (core, limit, begin) -> {
            first.compareAndSet(null, begin);
            failAsOftenAsWanted();
            assertThat(begin).isEqualTo(first.get());
            return new ExitPass(core, limit, begin);
        };
        failures.set(1);

        BackgroundCall.run(registry::close).result();

        assertThat(registry.isClosed()).isTrue();
    }

    @Test
    void noPassIsLeftBehindThatCannotNoteWhatItDoesNotAwait() {
        registry.register(referent, ran::incrementAndGet);
        registry.core().shutdown().passes = (core, limit, begin) -> new ExitPass(core, limit, begin) {
            @Override
            void doNotAwait(Collection<Long> ids) {
                failAsOftenAsWanted();
                super.doNotAwait(ids);
            }
        };
        failures.set(1);

        assertThatThrownBy(() -> registry.shutdown(Duration.ZERO)).isInstanceOf(OutOfMemoryError.class);

        assertThat(registry.core().shutdown().hasBegun()).isFalse();
        assertThat(registry.shutdown().run()).isEqualTo(1);
    }

    @Test
    void theHookOfTheJvmStaysUntilThePassHasEnded() {
        RegistryShutdown shutdown = registry.core().shutdown();
        shutdown.closeWithJvm();
        AtomicInteger attempts = new AtomicInteger();
        AtomicBoolean stayed = new AtomicBoolean();
        shutdown.passes = (core, limit, begin) -> new ExitPass(core, limit, begin) {
            @Override
            ExitReport pass() {
                if (attempts.incrementAndGet() == 1) {
                    throw new StackOverflowError("for the test");
                }
                stayed.set(Runtime.getRuntime().removeShutdownHook(shutdown.jvmHook));
                return super.pass();
            }
        };

        registry.shutdown();

        assertThat(stayed).isTrue();
        assertThat(Runtime.getRuntime().removeShutdownHook(shutdown.jvmHook)).isFalse();
    }

    @Test
    void aSecondCloseNeedsNoPass() {
        ExitReport report = registry.shutdown();
        registry.core().shutdown().passes = (core, limit, begin) -> {
            throw new OutOfMemoryError("for the test");
        };

        assertThat(registry.shutdown()).isSameAs(report);
    }

    @Test
    void aFailureThatCannotBeToldReleasesThoseWhoWaitForThePass() throws Exception {
        AtomicReference<BackgroundCall<ExitReport>> other = new AtomicReference<>();
        registry.core().shutdown().passes = (core, limit, begin) -> new ExitPass(core, limit, begin) {
            @Override
            ExitReport pass() {
                other.set(BackgroundCall.call(registry::shutdown));
                other.get().awaitWaiting();
                throw new IllegalStateException("for the test");
            }

            @Override
            void tell(Throwable failure) {
                throw new OutOfMemoryError("for the test");
            }
        };

        assertThatThrownBy(BackgroundCall.call(registry::shutdown)::result)
                .hasRootCauseInstanceOf(IllegalStateException.class);

        assertThat(other.get().result()).isSameAs(ExitPass.NOTHING);
    }

    private void failAsOftenAsWanted() {
        if (failures.getAndDecrement() > 0) {
            throw new OutOfMemoryError("for the test");
        }
    }
}

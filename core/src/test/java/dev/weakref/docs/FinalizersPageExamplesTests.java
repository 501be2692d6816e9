package dev.weakref.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weakref.CaptureCheck;
import dev.weakref.ExitReport;
import dev.weakref.Finalizer;
import dev.weakref.FinalizerRegistry;
import dev.weakref.FinalizerScope;
import dev.weakref.Gc;
import dev.weakref.Leak;
import dev.weakref.LeakLevel;
import dev.weakref.TempFiles;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Finalizers, as docs/finalizers.md shows them. */
@Timeout(120)
class FinalizersPageExamplesTests {

    private final FinalizerRegistry registry = FinalizerRegistry.create("examples");
    private final List<String> printed = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void aDirectoryGoesAtTheLatestWhenItsRegistryIsClosed() throws IOException {
        // example: beginning
        FinalizerRegistry registry = FinalizerRegistry.create("workspaces");

        Workspace workspace = new Workspace();
        Path directory = Files.createTempDirectory("workspace");
        registry.register(workspace, directory, Files::delete);

        // … the directory is deleted when the workspace has been collected, at the latest here:
        registry.close();
        // end
        assertThat(directory).doesNotExist();
        Reference.reachabilityFence(workspace);
    }

    @Test
    void aRegistrationTakesOptions() throws Exception {
        Workspace workspace = new Workspace();
        Path draft = Files.createTempFile("draft", "");
        // example: options
        Finalizer<Boolean> finalizer = registry.finalizer(workspace)
                .name("draft of workspace 7")
                .limit(Duration.ofSeconds(5))
                .atExit(false)
                .state(draft)
                .call(Files::deleteIfExists);
        // end
        assertThat(finalizer.name()).isEqualTo("draft of workspace 7");
        assertThat(finalizer.isAtExit()).isFalse();
        assertThat(finalizer.call()).isTrue();
        assertThat(draft).doesNotExist();
        Reference.reachabilityFence(workspace);
    }

    @Test
    void anActionIsToldWhyItRuns() {
        Workspace workspace = new Workspace();
        // example: trigger
        registry.finalizer(workspace).onTrigger((living, trigger) -> {
            if (living != null) {
                living.save(); // in an explicit call, or at exit
            }
        });
        // end
        registry.close();
        assertThat(printed).containsExactly("saved");
        Reference.reachabilityFence(workspace);
    }

    @Test
    void theReportNamesWhatWasLeft() {
        Workspace workspace = new Workspace();
        registry.finalizer(workspace).name("hangs").limit(Duration.ofMillis(20)).run(() -> new Semaphore(0).acquire());
        // example: report
        ExitReport report = registry.shutdown();
        report.leftovers().forEach(leftover -> print(leftover.toString()));
        // end
        assertThat(report.timedOut()).isEqualTo(1);
        assertThat(printed).singleElement().asString().contains("'hangs'");
        Reference.reachabilityFence(workspace);
    }

    @Test
    void failuresGoToAHandler() {
        // example: failure handler
        FinalizerRegistry registry = FinalizerRegistry.builder()
                .onFailure((finalizer, failure) -> print(finalizer.name() + ": " + failure.getMessage()))
                .build();
        // end
        registry.finalizer(this).name("lock file").run(() -> {
            throw new IOException("disk");
        });

        registry.close();

        assertThat(printed).containsExactly("lock file: disk");
    }

    @Test
    void anActionThatHoldsItsReferentIsRefused() {
        // example: captured
        Workspace workspace = new Workspace();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.register(workspace, workspace::save))
                .withMessageContaining("is held by its own finalizer: action → arg$1");
        // end
    }

    @Test
    @Tag("collects")
    void aLeaseThatNobodyClosesComesBackAndIsTold() throws InterruptedException {
        List<Leak> alarms = new CopyOnWriteArrayList<>();
        // example: leak listener
        FinalizerRegistry registry = FinalizerRegistry.builder()
                .name("leases")
                .leakLevel(LeakLevel.ADVANCED)
                .leakListener(alarms::add)
                .build();
        // end
        Semaphore permits = new Semaphore(2);
        new Lease(registry, permits).close();
        assertThat(permits.availablePermits()).isEqualTo(2);
        new Lease(registry, permits);

        Gc.awaitTrue(() -> !alarms.isEmpty(), "the lease was not collected"); // told after its action has run

        assertThat(permits.availablePermits()).isEqualTo(2);
        assertThat(alarms).extracting(Leak::kind).containsExactly(Leak.Kind.NOT_CLOSED);
        assertThat(registry.stats().leaks(Leak.Kind.NOT_CLOSED)).isEqualTo(1);
        registry.close();
    }

    @Test
    void aScopeCallsWhatItOwns() throws IOException {
        Workspace request = new Workspace();
        List<Path> seen = new ArrayList<>();
        // example: scope
        try (FinalizerScope scope = registry.openScope("upload")) {
            Path upload = Files.createTempFile("upload", "");
            scope.register(request, upload, Files::delete);
            seen.add(upload);
        } // the file has been deleted, even after a failure and even if the request is still held
        // end
        assertThat(seen).hasSize(1).allSatisfy(file -> assertThat(file).doesNotExist());
        Reference.reachabilityFence(request);
    }

    @Test
    @Tag("collects")
    void aGuardedResourceIsClosedWhenItsHandleIsForgotten() {
        Channel opened = new Channel();
        forget(opened);

        Gc.awaitTrue(() -> printed.equals(List.of("sent hello", "closed")), "the resource is still open");
    }

    private void forget(Channel opened) {
        // example: guard
        Messenger messenger = registry.guard(opened, Messenger.class);
        messenger.send("hello");
        messenger = null; // forgotten instead of closed: the channel is closed when the handle has been collected
        // end
        assertThat(messenger).isNull();
    }

    @Test
    void temporaryFilesGoWithTheirOwner() throws IOException {
        Workspace workspace = new Workspace();
        // example: temporary files
        TempFiles temp = TempFiles.of(registry);
        TempFiles.Bound directory = temp.directory(workspace, "workspace");
        Files.writeString(directory.path().resolve("notes.txt"), "Milk, eggs");
        directory.close(); // deleted with its content; without this call, when the workspace has been collected
        // end
        assertThat(directory.path()).doesNotExist();
        Reference.reachabilityFence(workspace);
    }

    @Test
    void theExitPassWaitsForAStage() {
        Workspace workspace = new Workspace();
        Connection connection = new Connection();
        // example: stage
        registry.finalizer(workspace).state(connection).call(Connection::closeLater); // returns a CompletionStage
        // end
        ExitReport report = registry.shutdown();

        assertThat(report.run()).isEqualTo(1);
        assertThat(printed).containsExactly("connection closed");
        Reference.reachabilityFence(workspace);
    }

    @Test
    void aBuilderTakesOptions() {
        // example: builder
        FinalizerRegistry registry = FinalizerRegistry.builder()
                .name("workspaces")
                .actionLimit(Duration.ofSeconds(2))
                .captureCheck(CaptureCheck.WARN)
                .listener(run -> print(run.finalizer().name() + " " + run.trigger() + " " + run.outcome()))
                .build();
        // end
        registry.finalizer(this).name("lock file").run(() -> {});

        registry.close();

        assertThat(printed).containsExactly("lock file EXIT SUCCESS");
    }

    private void print(String line) {
        printed.add(line);
    }

    private final class Workspace {
        void save() {
            print("saved");
        }
    }

    private interface Messenger extends AutoCloseable {
        void send(String text);

        @Override
        void close();
    }

    private final class Channel implements Messenger {
        @Override
        public void send(String text) {
            print("sent " + text);
        }

        @Override
        public void close() {
            print("closed");
        }
    }

    private final class Connection {
        CompletionStage<Void> closeLater() {
            return CompletableFuture.runAsync(() -> print("connection closed"));
        }
    }
}

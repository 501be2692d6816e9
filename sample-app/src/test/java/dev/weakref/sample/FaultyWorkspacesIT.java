package dev.weakref.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged application under profile {@code faults}: five finalizers throw and one hangs for ever. */
class FaultyWorkspacesIT {

    @TempDir
    Path directory;

    @Test
    void exitEndsWithinItsLimitAndClearsAllTheRest() throws Exception {
        try (RunningApplication application = RunningApplication.start(
                directory,
                "--spring.profiles.active=faults",
                "--weakref.finalizers.action-limit=5s",
                "--weakref.finalizers.exit-limit=28s")) {
            Visitor visitor = application.visitor();
            for (int i = 0; i < 50; i++) {
                assertThat(visitor.open("fault").statusCode()).isEqualTo(201);
            }
            assertThat(application.live()).isEqualTo(6 * 3 + 50 * 2);

            application.terminate();

            assertThat(application.awaitExit()).isEqualTo(143);
            assertThat(application.workspaces()).isEmptyDirectory();
            assertThat(application.leases()).isZero();
            assertThat(application.exitPassLines())
                    .singleElement()
                    .asString()
                    .contains("117 run (5 failed), 1 timed out, 0 skipped")
                    .contains("'workspace 6 hangs'");
            assertThat(application.logLines("the disk is on fire")).hasSize(5);
            assertThat(application.log())
                    .contains("at dev.weakref.sample.workspace.FaultyWorkspaces.hang(FaultyWorkspaces.java:");
        }
    }
}

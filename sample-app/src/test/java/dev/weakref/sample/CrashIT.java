package dev.weakref.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that is killed clears nothing, so the next one has to. */
class CrashIT {

    @TempDir
    Path directory;

    @Test
    void whatACrashLeavesBehindTheNextStartClears() throws Exception {
        try (RunningApplication crashing = RunningApplication.start(directory)) {
            Visitor visitor = crashing.visitor();
            visitor.upload("/pictures/cat", TestPictures.png(20, 10));
            for (int i = 0; i < 3; i++) {
                assertThat(visitor.open("cat").statusCode()).isEqualTo(201);
            }
            crashing.kill();
            assertThat(crashing.workspaces()).isNotEmptyDirectory();
            assertThat(crashing.leases()).isEqualTo(3);
        }

        try (RunningApplication next = RunningApplication.start(directory)) {
            assertThat(next.workspaces()).isEmptyDirectory();
            assertThat(next.log()).contains("Cleared 3 leases that an earlier run left behind");
            assertThat(next.visitor().open("cat").statusCode()).isEqualTo(201);
            next.terminate();
            assertThat(next.awaitExit()).isEqualTo(143);
            assertThat(next.leases()).isZero();
        }
    }
}

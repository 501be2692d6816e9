package dev.weakref.test.docs;

import dev.weakref.FinalizerRegistry;
import dev.weakref.test.ReachabilityExtension;
import dev.weakref.test.ReachabilityWatcher;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("collects")
@ExtendWith(ReachabilityExtension.class)
class LettingGoTests {

    @AutoClose
    private final FinalizerRegistry registry = FinalizerRegistry.create();

    private final Uploads uploads = new Uploads(registry);

    @Test
    void aClosedUploadIsLetGo(ReachabilityWatcher watcher) {
        Uploads.Upload upload = uploads.begin("cat.png");
        watcher.expectUnreachable(upload, "it was closed");

        upload.close();
    }
}

package dev.weakref.sample;

import dev.weakref.Finalizer;
import dev.weakref.FinalizerRegistry;
import java.io.IOException;
import java.lang.ref.Reference;
import java.time.Instant;
import java.util.List;

/**
 * What a user works on: a picture, shared with other workspaces, and a directory and a lease of its own.
 *
 * <p>Directory and lease go when the workspace is closed, when the session that held it is gone and the collector
 * has found the workspace, or when the application ends; once in any case. The finalizers are registered before
 * there is anything to clear away, so that whatever fails while the workspace opens leaves nothing behind either.
 */
final class Workspace implements AutoCloseable {

    private final long id;
    private final Picture picture;
    private final WorkspaceDirectory directory;
    private final Instant openedAt = Instant.now();
    private final Finalizer<Void> directoryEnd;
    private final Finalizer<Void> leaseEnd;

    Workspace(long id, Picture picture, WorkspaceDirectory directory, Lease lease, FinalizerRegistry registry) {
        this.id = id;
        this.picture = picture;
        this.directory = directory;
        // given their state, and capturing nothing: whatever reached this workspace would keep it alive for ever
        this.directoryEnd = registry.finalizer(this)
                .name("workspace %d directory".formatted(id))
                .state(directory)
                .run(WorkspaceDirectory::delete);
        this.leaseEnd = registry.finalizer(this)
                .name("workspace %d lease".formatted(id))
                .state(lease)
                .run(Lease::release);
    }

    long id() {
        return id;
    }

    String pictureName() {
        return picture.name();
    }

    byte[] preview(int width) throws IOException {
        try {
            return directory.preview(picture.image(), width);
        } finally {
            // its session may end during the request; without this line the directory could go under our feet
            Reference.reachabilityFence(this);
        }
    }

    State state() throws IOException {
        return new State(
                id,
                picture.name(),
                picture.image().getWidth(),
                picture.image().getHeight(),
                openedAt,
                directory.files());
    }

    /** Newest first, as at exit, and both even if one fails. */
    @Override
    public void close() {
        try (directoryEnd;
                leaseEnd) {
            // nothing to do but to close them
        }
    }

    /** What its owner is shown. */
    record State(long id, String picture, int width, int height, Instant openedAt, List<String> files) {}
}

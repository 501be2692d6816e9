package dev.weakref.sample.workspace;

import dev.weakref.FinalizerRegistry;
import dev.weakref.FinalizerRegistry.Registration;
import dev.weakref.FinalizerRegistry.StateAction;
import dev.weakref.FinalizerScope;
import dev.weakref.sample.picture.Picture;
import dev.weakref.sample.postgres.EditingConnection;
import java.io.IOException;
import java.lang.ref.Reference;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a user works on: a picture, shared with other workspaces, and what is its own: a directory, a lease and, in
 * PostgreSQL, a connection.
 *
 * <p>These go when the workspace is closed, when the session that held it is gone and the collector has found the
 * workspace, or when the application ends; once in any case. The finalizers are registered before there is anything to
 * clear away, so that whatever fails while the workspace opens leaves nothing behind either.
 */
public final class Workspace implements AutoCloseable {

    private final long id;
    private final Picture picture;
    private final WorkspaceDirectory directory;
    private final Lease lease;
    private final @Nullable EditingConnection connection;
    private final boolean mustBeClosed;
    private final Instant openedAt = Instant.now();
    private final FinalizerScope scope;

    Workspace(
            long id,
            Picture picture,
            WorkspaceDirectory directory,
            Lease lease,
            @Nullable EditingConnection connection,
            boolean mustBeClosed,
            FinalizerRegistry registry) {
        this.id = id;
        this.picture = picture;
        this.directory = directory;
        this.lease = lease;
        this.connection = connection;
        this.mustBeClosed = mustBeClosed;
        this.scope = registry.openScope("workspace " + id);
        own("directory", directory, WorkspaceDirectory::delete);
        own("lease", lease, Lease::release);
        if (connection != null) {
            own("connection", connection, EditingConnection::close);
        }
    }

    /** Given its state, and capturing nothing: whatever reached this workspace would keep it alive for ever. */
    private <S> void own(String what, S state, StateAction<S> end) {
        Registration<Workspace> registration = scope.finalizer(this).name("workspace " + id + " " + what);
        if (mustBeClosed) {
            registration.mustBeClosed();
        }
        registration.state(state).run(end);
    }

    /** Takes what is its own. Whoever sees it fail closes the workspace. */
    void open() throws IOException, SQLException {
        if (connection != null) {
            connection.takePermit();
        }
        directory.create();
        lease.take(picture.name());
        if (connection != null) {
            connection.open();
        }
    }

    public long id() {
        return id;
    }

    byte[] preview(int width) throws IOException {
        try {
            return directory.preview(picture.image(), width);
        } finally {
            // its session may end during the request; without this line all that it has could go under our feet
            Reference.reachabilityFence(this);
        }
    }

    State state() throws IOException, SQLException {
        try {
            return new State(
                    id,
                    picture.name(),
                    picture.image().getWidth(),
                    picture.image().getHeight(),
                    openedAt,
                    directory.files(),
                    connection != null && connection.outdated());
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Newest first, as at exit, and all even if one fails. */
    @Override
    public void close() {
        try {
            scope.close();
        } finally {
            Reference.reachabilityFence(this); // or the collector could be the one who closes it
        }
    }

    /** What its owner is shown; {@code outdated} if the picture was replaced, which is noticed in PostgreSQL only. */
    record State(
            long id, String picture, int width, int height, Instant openedAt, List<String> files, boolean outdated) {}
}

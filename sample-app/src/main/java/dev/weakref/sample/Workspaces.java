package dev.weakref.sample;

import dev.weakref.FinalizerRegistry;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.stereotype.Component;

/** Opens workspaces, and holds none of them: that is for the sessions. */
@Component
final class Workspaces {

    private final AtomicLong ids = new AtomicLong();
    private final DataDirectory data;
    private final Pictures pictures;
    private final Leases leases;
    private final Optional<EditingConnections> connections;
    private final boolean mustBeClosed;
    private final FinalizerRegistry registry;

    /**
     * Opens workspaces.
     *
     * @param connections none in the embedded database, which has no use for them
     */
    Workspaces(
            DataDirectory data,
            Pictures pictures,
            Leases leases,
            Optional<EditingConnections> connections,
            SampleProperties properties,
            FinalizerRegistry registry) {
        this.data = data;
        this.pictures = pictures;
        this.leases = leases;
        this.connections = connections;
        this.mustBeClosed = properties.mustBeClosed();
        this.registry = registry;
    }

    Workspace open(String pictureName) throws IOException, SQLException {
        Picture picture = pictures.decoded(pictureName);
        long id = ids.incrementAndGet();
        WorkspaceDirectory directory = new WorkspaceDirectory(data.workspaces().resolve(Long.toString(id)));
        EditingConnection connection =
                connections.map(all -> all.of(id, picture)).orElse(null);
        Workspace workspace = new Workspace(id, picture, directory, leases.of(id), connection, mustBeClosed, registry);
        try {
            workspace.open();
            return workspace;
        } catch (IOException | SQLException | RuntimeException e) {
            closeAfter(e, workspace);
            throw e;
        }
    }

    static Refused unknown() {
        return new Refused(
                404, "No such workspace", "Your session has no such workspace. GET /workspaces lists those it has.");
    }

    static void closeAfter(Exception failure, Workspace workspace) {
        try {
            workspace.close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }
}

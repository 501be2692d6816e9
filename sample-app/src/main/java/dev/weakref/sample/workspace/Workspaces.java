package dev.weakref.sample.workspace;

import dev.weakref.FinalizerRegistry;
import dev.weakref.sample.DataDirectory;
import dev.weakref.sample.SampleProperties;
import dev.weakref.sample.picture.Picture;
import dev.weakref.sample.picture.Pictures;
import dev.weakref.sample.postgres.EditingConnection;
import dev.weakref.sample.postgres.EditingConnections;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.stereotype.Component;

/** Opens workspaces, and holds none of them: that is for the sessions. */
@Component
public final class Workspaces {

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

    public Workspace open(String pictureName) throws IOException, SQLException {
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
            closeSuppressed(e, workspace);
            throw e;
        }
    }

    static void closeSuppressed(Exception failure, Workspace workspace) {
        try {
            workspace.close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }
}

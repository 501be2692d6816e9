package dev.weakref.sample;

import dev.weakref.FinalizerRegistry;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.stereotype.Component;

/** Opens workspaces, and holds none of them: that is for the sessions. */
@Component
final class Workspaces {

    private final AtomicLong ids = new AtomicLong();
    private final DataDirectory data;
    private final Pictures pictures;
    private final Leases leases;
    private final FinalizerRegistry registry;

    Workspaces(DataDirectory data, Pictures pictures, Leases leases, FinalizerRegistry registry) {
        this.data = data;
        this.pictures = pictures;
        this.leases = leases;
        this.registry = registry;
    }

    Workspace open(String pictureName) throws IOException {
        Picture picture = pictures.decoded(pictureName);
        long id = ids.incrementAndGet();
        WorkspaceDirectory directory = new WorkspaceDirectory(data.workspaces().resolve(Long.toString(id)));
        Lease lease = leases.of(id);
        Workspace workspace = new Workspace(id, picture, directory, lease, registry);
        try {
            directory.create();
            lease.take(pictureName);
            return workspace;
        } catch (IOException | RuntimeException e) {
            closeAfter(e, workspace);
            throw e;
        }
    }

    static Refused unknown() {
        return new Refused(
                404, "No such workspace", "Your session has no such workspace. GET /workspaces lists those it has.");
    }

    private static void closeAfter(Exception failure, Workspace workspace) {
        try {
            workspace.close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }
}

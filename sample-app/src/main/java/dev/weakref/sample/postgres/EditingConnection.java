package dev.weakref.sample.postgres;

import dev.weakref.sample.DataDirectory;
import dev.weakref.sample.RefusedException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * A connection that a workspace keeps to itself in PostgreSQL, for what only a session of the database can hold: an
 * advisory lock, which proves to everybody else that somebody is at work there, and the subscription to uploads. Both
 * go with the connection, however that ends; a lease outlives the crash of its owner, a lock does not.
 *
 * <p>It knows nothing of the workspace, so that a finalizer can hold it. Requests exclude one another while they ask
 * the database; {@link #close()} waits for none of them, since it may be the database that a request waits for.
 */
public final class EditingConnection {

    private static final int SECONDS_TO_ANSWER = 2;

    private final EditingConnections connections;
    private final ConnectionPermits permits;
    private final DataDirectory data;
    private final long workspace;
    private final String picture;
    private final long pictureModified;

    /** Guarded by this. */
    private boolean outdated;

    /** Guards the three below, and is held for moments only. */
    private final Object state = new Object();

    private @Nullable Connection connection;
    private boolean hasPermit;
    private boolean closed;

    EditingConnection(
            EditingConnections connections,
            ConnectionPermits permits,
            DataDirectory data,
            long workspace,
            String picture,
            long pictureModified) {
        this.connections = connections;
        this.permits = permits;
        this.data = data;
        this.workspace = workspace;
        this.picture = picture;
        this.pictureModified = pictureModified;
    }

    /** Comes before {@link #open()}, and before anything else that would have been made in vain. */
    public void takePermit() {
        permits.take();
        synchronized (state) {
            if (!closed) {
                hasPermit = true;
                return;
            }
        }
        permits.leave();
        throw RefusedException.unknownWorkspace();
    }

    public synchronized void open() throws SQLException {
        Connection opening = connections.connect(workspace);
        try {
            lock(opening);
            listen(opening);
            // by now we would be told of an upload; of an earlier one the file tells
            outdated |= data.pictures().resolve(picture).toFile().lastModified() != pictureModified;
            keep(opening);
        } catch (SQLException | RuntimeException e) {
            closeSuppressed(e, opening);
            throw e;
        }
    }

    /** Unless this has been closed while the database was asked: nobody would close it again. */
    private void keep(Connection opened) {
        synchronized (state) {
            if (closed) {
                throw RefusedException.unknownWorkspace();
            }
            connection = opened;
        }
    }

    /**
     * Whether an upload has replaced the picture since it was decoded. Opens another one where this has been lost: what
     * a restart of the database takes, the next use takes back.
     */
    public synchronized boolean outdated() throws SQLException {
        Connection current = current();
        if (current == null) {
            return outdated;
        }
        if (!current.isValid(SECONDS_TO_ANSWER)) {
            current.close();
            open();
            return outdated;
        }
        for (PGNotification upload : current.unwrap(PGConnection.class).getNotifications()) {
            outdated |= upload.getParameter().equals(picture);
        }
        return outdated;
    }

    private @Nullable Connection current() {
        synchronized (state) {
            return closed ? null : connection;
        }
    }

    /**
     * Does nothing where it was never opened. Unlocks nothing by hand, since a database that hangs would not answer.
     */
    public void close() throws SQLException {
        Connection last;
        boolean hadPermit;
        synchronized (state) {
            closed = true;
            last = connection;
            hadPermit = hasPermit;
            hasPermit = false;
        }
        try {
            if (last != null) {
                last.close();
            }
        } finally {
            if (hadPermit) {
                permits.leave();
            }
        }
    }

    private void lock(Connection opening) throws SQLException {
        try (PreparedStatement lock = opening.prepareStatement("select pg_advisory_lock(hashtext(?), ?)")) {
            lock.setString(1, data.run());
            lock.setInt(2, (int) workspace);
            lock.execute();
        }
    }

    private void listen(Connection opening) throws SQLException {
        try (PreparedStatement listen = opening.prepareStatement("listen \"" + data.home() + "\"")) {
            listen.execute();
        }
    }

    private static void closeSuppressed(Exception failure, Connection opening) {
        try {
            opening.close();
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }
}

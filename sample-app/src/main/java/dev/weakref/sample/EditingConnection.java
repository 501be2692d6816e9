package dev.weakref.sample;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * A connection that a workspace keeps to itself in PostgreSQL, for what only a session of the database can hold: an
 * advisory lock, which proves to everybody else that somebody is at work there, and the subscription to uploads. Both go
 * with the connection, however that ends; a lease outlives the crash of its owner, a lock does not.
 *
 * <p>It knows nothing of the workspace, so that a finalizer can hold it. Its methods exclude one another, because a
 * finalizer may close it while a request still uses it.
 */
final class EditingConnection {

    private static final int SECONDS_TO_ANSWER = 2;

    private final EditingConnections connections;
    private final String url;
    private final Properties properties;
    private final DataDirectory data;
    private final long workspace;
    private final String picture;

    private @Nullable Connection connection;
    private boolean hasPlace;
    private boolean closed;
    private boolean outdated;

    EditingConnection(
            EditingConnections connections,
            String url,
            Properties properties,
            DataDirectory data,
            long workspace,
            String picture) {
        this.connections = connections;
        this.url = url;
        this.properties = properties;
        this.data = data;
        this.workspace = workspace;
        this.picture = picture;
    }

    synchronized void open() throws SQLException {
        if (closed) {
            throw Workspaces.unknown();
        }
        if (!hasPlace) {
            connections.takePlace();
            hasPlace = true;
        }
        Connection opening = DriverManager.getConnection(url, properties);
        try {
            lock(opening);
            listen(opening);
        } catch (SQLException | RuntimeException e) {
            opening.close();
            throw e;
        }
        connection = opening;
    }

    /**
     * Whether an upload has replaced the picture since this was opened. Opens another one where this has been lost: what
     * a restart of the database takes, the next use takes back.
     */
    synchronized boolean outdated() throws SQLException {
        if (connection == null || closed) {
            return outdated;
        }
        if (!connection.isValid(SECONDS_TO_ANSWER)) {
            connection.close();
            open();
        }
        for (PGNotification upload : connection.unwrap(PGConnection.class).getNotifications()) {
            outdated |= upload.getParameter().equals(picture);
        }
        return outdated;
    }

    /** Does nothing where it was never opened. Unlocks nothing by hand, since a database that hangs would not answer. */
    synchronized void close() throws SQLException {
        closed = true;
        try {
            if (connection != null) {
                connection.close();
            }
        } finally {
            if (hasPlace) {
                hasPlace = false;
                connections.leavePlace();
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
}

package dev.weakref.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.testcontainers.containers.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/** A PostgreSQL in a container, and what it sees of the application. */
@SuppressWarnings("deprecation") // Testcontainers 2 has the container in another package as well, 1 in this one only
final class Postgres extends PostgreSQLContainer<Postgres> {

    Postgres() {
        super(image());
        withStartupTimeout(Duration.ofMinutes(5)); // on a busy machine; it takes two seconds otherwise
    }

    /** One that keeps its port when it is restarted, and takes more connections than is usual. */
    static Postgres thatCanBeRestarted() throws IOException {
        Postgres postgres = new Postgres();
        try (ServerSocket free = new ServerSocket(0)) {
            postgres.setPortBindings(List.of(free.getLocalPort() + ":" + POSTGRESQL_PORT));
        }
        postgres.setCommand("postgres", "-c", "fsync=off", "-c", "max_connections=300");
        return postgres;
    }

    /** Stops it, which cuts off all who use it, and starts it; returns when it answers again. */
    void restart() {
        getDockerClient().restartContainerCmd(getContainerId()).exec();
        Eventually.until("PostgreSQL answers again", Duration.ofSeconds(30), this::answers);
    }

    private boolean answers() {
        try {
            return leases() >= 0;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /** What has the application run on it. */
    String[] arguments() {
        return new String[] {
            "--spring.profiles.active=postgres",
            "--spring.datasource.url=" + getJdbcUrl(),
            "--spring.datasource.username=" + getUsername(),
            "--spring.datasource.password=" + getPassword()
        };
    }

    long leases() {
        return count("lease");
    }

    /** The connections that workspaces have to themselves. */
    long connections() {
        return count("pg_stat_activity where application_name like 'workspace %'");
    }

    long locks() {
        return count("pg_locks where locktype = 'advisory' and granted");
    }

    /** Leases that nobody who is connected has taken, by the query of the manual. */
    long orphans() {
        Matcher query = Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL).matcher(manual());
        if (!query.find()) {
            throw new IllegalStateException("docs/sample.md has no query");
        }
        return count("(" + query.group(1) + ") as orphans");
    }

    private static String manual() {
        try {
            return Files.readString(Path.of("../docs/sample.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits, since a connection that its client has closed ends by and by. */
    void awaitWorkspaces(long expected) {
        Eventually.until(
                expected + " workspaces in the database",
                Duration.ofSeconds(60),
                () -> List.of(leases(), connections(), locks()).equals(List.of(expected, expected, expected)));
    }

    long locksWaitedFor() {
        return count("pg_locks where locktype = 'advisory' and not granted");
    }

    /** As a restart of the database does; returns when they have gone. */
    void cutOffWorkspaces() {
        count("pg_stat_activity where application_name like 'workspace %' and pg_terminate_backend(pid, 10000)");
    }

    /** Takes the lock of this workspace, until the connection is closed. */
    Connection lockInPlaceOf(long workspace) throws SQLException {
        Connection connection = DriverManager.getConnection(getJdbcUrl(), getUsername(), getPassword());
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pg_advisory_lock(hashtext(run), %d) from lease where workspace = %1$d"
                    .formatted(workspace));
        }
        return connection;
    }

    /** Has it answer nobody, while its port still takes connections. */
    void pause() {
        getDockerClient().pauseContainerCmd(getContainerId()).exec();
    }

    void unpause() {
        getDockerClient().unpauseContainerCmd(getContainerId()).exec();
    }

    private long count(String what) {
        try (Connection connection = DriverManager.getConnection(getJdbcUrl(), getUsername(), getPassword());
                Statement statement = connection.createStatement();
                ResultSet count = statement.executeQuery("select count(*) from " + what)) {
            count.next();
            return count.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Another image than the official one where that cannot be pulled. */
    private static DockerImageName image() {
        String name = System.getProperty("weakref.test.postgres-image", System.getenv("WEAKREF_TEST_POSTGRES_IMAGE"));
        return DockerImageName.parse(name == null ? "postgres:17-alpine" : name).asCompatibleSubstituteFor("postgres");
    }
}

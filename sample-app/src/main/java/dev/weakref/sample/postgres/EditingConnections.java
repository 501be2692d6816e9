package dev.weakref.sample.postgres;

import com.zaxxer.hikari.HikariDataSource;
import dev.weakref.sample.DataDirectory;
import dev.weakref.sample.SampleProperties;
import dev.weakref.sample.picture.Picture;
import dev.weakref.sample.picture.Pictures;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Profile;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Makes the connections that workspaces keep to themselves, outside the pool, and tells all of them of uploads. */
@Component
@Profile("postgres")
public final class EditingConnections {

    private static final Logger log = LoggerFactory.getLogger(EditingConnections.class);

    /**
     * Nobody waits long for the lock of a connection that was lost and that PostgreSQL still holds to be there; and it
     * holds so for no more than half a minute where the machine or the network of its client has died.
     */
    private static final String OPTIONS =
            "-c lock_timeout=1s" + " -c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3";

    private final DataDirectory data;
    private final JdbcClient jdbc;
    private final HikariDataSource pool;
    private final ConnectionPermits permits;

    EditingConnections(DataDirectory data, JdbcClient jdbc, HikariDataSource pool, SampleProperties sample) {
        this.data = data;
        this.jdbc = jdbc;
        this.pool = pool;
        this.permits = new ConnectionPermits(sample.maxConnections(), System::gc, System::nanoTime);
    }

    public EditingConnection of(long workspace, Picture picture) {
        return new EditingConnection(this, permits, data, workspace, picture.name(), picture.modified());
    }

    /** To the database of the pool, with its properties, and with a name that {@code pg_stat_activity} shows. */
    Connection connect(long workspace) throws SQLException {
        Properties properties = new Properties();
        properties.putAll(pool.getDataSourceProperties());
        setIfKnown(properties, "user", pool.getUsername());
        setIfKnown(properties, "password", pool.getPassword());
        properties.setProperty("ApplicationName", "workspace " + workspace);
        properties.merge("options", OPTIONS, (theirs, ours) -> theirs + " " + ours);
        return DriverManager.getConnection(pool.getJdbcUrl(), properties);
    }

    private static void setIfKnown(Properties properties, String name, @Nullable String value) {
        if (value != null) {
            properties.setProperty(name, value);
        }
    }

    /** Never the upload's failure: the picture is there, whoever has heard of it. */
    @EventListener
    void tell(Pictures.Replaced picture) {
        try {
            jdbc.sql("select pg_notify(?, ?)")
                    .params(data.home(), picture.name())
                    .query((row, number) -> number)
                    .list();
        } catch (DataAccessException e) {
            log.warn("No workspace was notified that picture '{}' was replaced", picture.name(), e);
        }
    }
}

package dev.weakref.sample;

import com.zaxxer.hikari.HikariDataSource;
import java.util.Properties;
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
final class EditingConnections {

    private static final Logger log = LoggerFactory.getLogger(EditingConnections.class);

    private final DataDirectory data;
    private final JdbcClient jdbc;
    private final HikariDataSource pool;

    EditingConnections(DataDirectory data, JdbcClient jdbc, HikariDataSource pool) {
        this.data = data;
        this.jdbc = jdbc;
        this.pool = pool;
    }

    /** One to the database of the pool, with its properties, and with a name that {@code pg_stat_activity} shows. */
    EditingConnection of(long workspace, String picture) {
        Properties properties = new Properties();
        properties.putAll(pool.getDataSourceProperties());
        properties.setProperty("user", pool.getUsername());
        properties.setProperty("password", pool.getPassword());
        properties.setProperty("ApplicationName", "workspace " + workspace);
        return new EditingConnection(pool.getJdbcUrl(), properties, data, workspace, picture);
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
            log.warn("Nobody was told that picture '{}' was replaced", picture.name(), e);
        }
    }
}

package dev.weakref.sample;

import com.zaxxer.hikari.HikariDataSource;
import java.util.Properties;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
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
    private final Semaphore places;

    EditingConnections(DataDirectory data, JdbcClient jdbc, HikariDataSource pool, SampleProperties sample) {
        this.places = new Semaphore(sample.maxConnections());
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
        return new EditingConnection(this, pool.getJdbcUrl(), properties, data, workspace, picture);
    }

    /**
     * Where all places are taken, some may be those of the forgotten. The collector finds them when the heap is short, not
     * when connections are; so it is asked, as the JDK itself does when memory outside the heap is short.
     */
    void takePlace() {
        if (!places.tryAcquire()) {
            System.gc();
            if (!becomesFree()) {
                throw new Refused(
                        429,
                        "Too many workspaces",
                        "So many workspaces are open that the database has no connection left. Close one and try again.");
            }
        }
    }

    void leavePlace() {
        places.release();
    }

    /** Woken by the finalizer of the first that is found. */
    private boolean becomesFree() {
        try {
            return places.tryAcquire(3, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
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
            log.warn("Nobody was told that picture '{}' was replaced", picture.name(), e);
        }
    }
}

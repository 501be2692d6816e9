package dev.weakref.sample;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The table of open workspaces, which several instances may share. */
@Component
final class Leases {

    private static final Logger log = LoggerFactory.getLogger(Leases.class);

    private final DataDirectory data;
    private final JdbcClient jdbc;

    /** Asks for the directory before the database, since the embedded one lies in it. */
    Leases(DataDirectory data, JdbcClient jdbc) {
        this.data = data;
        this.jdbc = jdbc;
        clearStale();
    }

    Lease of(long workspace) {
        return new Lease(jdbc, data.home(), data.run(), workspace);
    }

    /** What a run that crashed on this directory left behind; {@link DataDirectory} says why nobody else is hit. */
    private void clearStale() {
        int stale = jdbc.sql("delete from lease where home = ? and run <> ?")
                .params(data.home(), data.run())
                .update();
        if (stale > 0) {
            log.warn("Cleared {} leases that an earlier run left behind", stale);
        }
    }
}

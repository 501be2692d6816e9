package dev.weakref.sample.workspace;

import dev.weakref.sample.DataDirectory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** One row that says that a workspace is open. */
final class Lease {

    private final Leases leases;
    private final JdbcClient jdbc;
    private final DataDirectory data;
    private final long workspace;

    /** From when the row is asked for until the database has said that it is there. */
    private volatile boolean inDoubt;

    Lease(Leases leases, JdbcClient jdbc, DataDirectory data, long workspace) {
        this.leases = leases;
        this.jdbc = jdbc;
        this.data = data;
        this.workspace = workspace;
    }

    void take(String picture) {
        inDoubt = true;
        jdbc.sql("insert into lease (home, run, workspace, picture) values (?, ?, ?, ?)")
                .params(data.home(), data.run(), workspace, picture)
                .update();
        inDoubt = false;
    }

    /**
     * Does nothing where it was never taken. A finalizer runs once and no more, so what has to happen in the end is
     * handed to somebody who tries again; the failure is reported all the same. So is a row that may come after its
     * deletion, since nobody waited for its insertion.
     */
    void release() {
        try {
            if (!delete() && inDoubt) {
                leases.releaseLater(this);
            }
        } catch (DataAccessException e) {
            leases.releaseLater(this);
            throw e;
        }
    }

    /** Whether it was there. */
    boolean delete() {
        return jdbc.sql("delete from lease where run = ? and workspace = ?")
                        .params(data.run(), workspace)
                        .update()
                > 0;
    }
}

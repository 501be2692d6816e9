package dev.weakref.sample;

import org.springframework.jdbc.core.simple.JdbcClient;

/** One row that says that a workspace is open. */
final class Lease {

    private final JdbcClient jdbc;
    private final String home;
    private final String run;
    private final long workspace;

    Lease(JdbcClient jdbc, String home, String run, long workspace) {
        this.jdbc = jdbc;
        this.home = home;
        this.run = run;
        this.workspace = workspace;
    }

    void take(String picture) {
        jdbc.sql("insert into lease (home, run, workspace, picture) values (?, ?, ?, ?)")
                .params(home, run, workspace, picture)
                .update();
    }

    /** Does nothing where it was never taken. */
    void release() {
        jdbc.sql("delete from lease where run = ? and workspace = ?")
                .params(run, workspace)
                .update();
    }
}

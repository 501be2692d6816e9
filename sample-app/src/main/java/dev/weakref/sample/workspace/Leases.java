package dev.weakref.sample.workspace;

import dev.weakref.sample.DataDirectory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** The table of open workspaces, which several instances may share. */
@Component
final class Leases {

    private static final Logger log = LoggerFactory.getLogger(Leases.class);

    /** How often a lease that is not there is looked for again. */
    private static final int PATIENCE = 60;

    private final DataDirectory data;
    private final JdbcClient jdbc;

    /**
     * Those of closed workspaces that the database did not delete when it was told to, and how often they were missing
     * since.
     */
    private final Map<Lease, Integer> unreleased = new ConcurrentHashMap<>();

    /** Asks for the directory before the database, since the embedded one lies in it. */
    Leases(DataDirectory data, JdbcClient jdbc) {
        this.data = data;
        this.jdbc = jdbc;
        clearStale();
    }

    Lease of(long workspace) {
        return new Lease(this, jdbc, data, workspace);
    }

    void releaseLater(Lease lease) {
        unreleased.put(lease, 0);
    }

    /**
     * Tries again. A lease that is missing may have been deleted after all; or a database that hangs has not come to
     * insert it, which it does when it goes on, even though nobody waits for it any more. So a missing one is looked
     * for again for a while. What is left at exit the next run clears, as after a crash.
     */
    @Scheduled(fixedDelay = 1000)
    void releaseUnreleased() {
        try {
            for (Lease lease : List.copyOf(unreleased.keySet())) {
                if (lease.delete() || unreleased.merge(lease, 1, Integer::sum) >= PATIENCE) {
                    unreleased.remove(lease);
                }
            }
        } catch (DataAccessException e) {
            log.debug("{} leases wait for the database", unreleased.size(), e);
        }
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

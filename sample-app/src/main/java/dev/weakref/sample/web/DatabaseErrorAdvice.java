package dev.weakref.sample.web;

import dev.weakref.sample.RefusedException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Answers 503, with a sentence, while the database does not answer; whatever else it says is a fault of ours. */
@RestControllerAdvice
class DatabaseErrorAdvice {

    private static final Logger log = LoggerFactory.getLogger(DatabaseErrorAdvice.class);

    /** Of SQL states: no connection, no resources, an operator's intervention, and a fault outside PostgreSQL. */
    private static final Set<String> UNAVAILABLE = Set.of("08", "53", "57", "58");

    /** The lock of a connection that was lost, and that PostgreSQL still holds to be there. */
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    @ExceptionHandler({DataAccessException.class, SQLException.class})
    RefusedException refused(Exception failure) {
        if (isUnavailable(failure)) {
            log.warn("A request needed the database", failure);
            return new RefusedException(
                    503, "Database not available", "The database does not answer at the moment. Try again soon.");
        }
        log.error("The database refused what a request asked of it", failure);
        return new RefusedException(500, "Internal error", "The database refused the request; the log says why.");
    }

    private static boolean isUnavailable(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLTransientConnectionException) { // from the pool, which has none to give
                return true;
            }
            if (cause instanceof SQLException refused && isUnavailable(refused.getSQLState())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isUnavailable(@Nullable String state) {
        return state != null
                && state.length() == 5
                && (UNAVAILABLE.contains(state.substring(0, 2)) || state.equals(LOCK_NOT_AVAILABLE));
    }
}

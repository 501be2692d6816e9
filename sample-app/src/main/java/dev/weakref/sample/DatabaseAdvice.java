package dev.weakref.sample;

import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Answers 503, with a sentence, while the database does not answer. */
@RestControllerAdvice
class DatabaseAdvice {

    private static final Logger log = LoggerFactory.getLogger(DatabaseAdvice.class);

    @ExceptionHandler({
        NonTransientDataAccessResourceException.class,
        TransientDataAccessException.class,
        SQLException.class
    })
    Refused databaseIsGone(Exception failure) {
        log.warn("A request needed the database: {}", failure.toString());
        return new Refused(
                503, "Database not available", "The database does not answer just now. Try again in a moment.");
    }
}

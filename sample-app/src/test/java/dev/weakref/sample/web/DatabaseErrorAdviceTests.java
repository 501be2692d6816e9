package dev.weakref.sample.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessResourceFailureException;

class DatabaseErrorAdviceTests {

    private final DatabaseErrorAdvice advice = new DatabaseErrorAdvice();

    @ParameterizedTest
    @ValueSource(strings = {"08006", "53300", "57P01", "57014", "58030", "55P03"})
    void databaseThatIsNotAvailableMayBeAskedAgain(String state) {
        assertThat(status(new SQLException("gone", state))).isEqualTo(503);
        assertThat(status(new DataAccessResourceFailureException("gone", new SQLException("gone", state))))
                .isEqualTo(503);
    }

    @Test
    void poolWithoutAFreeConnectionMayBeAskedAgain() {
        assertThat(status(new SQLTransientConnectionException("timed out"))).isEqualTo(503);
    }

    @ParameterizedTest
    @ValueSource(strings = {"23505", "42P01", "55000", ""})
    void whatIsOurFaultIsNotPutDownToTheDatabase(String state) {
        assertThat(status(new SQLException("no", state))).isEqualTo(500);
        assertThat(status(new SQLException("no"))).isEqualTo(500);
    }

    private int status(Exception failure) {
        return advice.refused(failure).getStatusCode().value();
    }
}

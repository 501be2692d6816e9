package dev.weakref.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.testcontainers.containers.PostgreSQLContainer;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.utility.DockerImageName;

/** The database outlives the nested class, and so the application: what that leaves behind can be looked at. */
@Testcontainers(disabledWithoutDocker = true)
@SuppressWarnings("deprecation") // Testcontainers 2 has the container in another package as well, 1 in this one only
class PostgresIT {

    @Container
    @ServiceConnection
    static final PostgreSQLContainer<?> postgres = new PostgreSQLContainer<>(image());

    @TempDir
    static Path directory;

    @AfterAll
    static void closedApplicationHasLeftNothing() throws SQLException {
        assertThat(leases()).isZero();
        assertThat(directory.resolve("workspaces")).isEmptyDirectory();
    }

    @Nested
    @SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
    @ActiveProfiles("postgres")
    @DirtiesContext
    class Application {

        @Value("${local.server.port}")
        int port;

        @DynamicPropertySource
        static void inATemporaryDirectory(DynamicPropertyRegistry properties) {
            properties.add("sample.data", directory::toString);
        }

        @Test
        void leasesOfOpenWorkspacesAreInTheDatabase() throws SQLException {
            Visitor visitor = new Visitor(port);
            visitor.upload("/pictures/cat", TestPictures.png(20, 10));
            for (int i = 0; i < 3; i++) {
                assertThat(visitor.open("cat").statusCode()).isEqualTo(201);
            }

            assertThat(visitor.delete("/workspaces/2").statusCode()).isEqualTo(204);

            assertThat(leases()).isEqualTo(2);
            assertThat(directory.resolve("workspaces/1")).exists();
        }
    }

    private static long leases() throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        postgres.getJdbcUrl(), postgres.getUsername(), postgres.getPassword());
                Statement statement = connection.createStatement();
                ResultSet count = statement.executeQuery("select count(*) from lease")) {
            count.next();
            return count.getLong(1);
        }
    }

    /** Another image than the official one where that cannot be pulled. */
    private static DockerImageName image() {
        String name = System.getProperty("weakref.test.postgres-image", System.getenv("WEAKREF_TEST_POSTGRES_IMAGE"));
        return DockerImageName.parse(name == null ? "postgres:17-alpine" : name).asCompatibleSubstituteFor("postgres");
    }
}

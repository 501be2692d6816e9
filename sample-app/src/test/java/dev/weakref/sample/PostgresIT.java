package dev.weakref.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jayway.jsonpath.JsonPath;
import dev.weakref.sample.picture.Picture;
import dev.weakref.sample.picture.Pictures;
import dev.weakref.sample.postgres.EditingConnection;
import dev.weakref.sample.postgres.EditingConnections;
import dev.weakref.sample.workspace.Workspace;
import dev.weakref.sample.workspace.Workspaces;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;

/** The database outlives the applications: what they leave behind can be looked at. */
@Testcontainers(disabledWithoutDocker = true)
class PostgresIT {

    @Container
    @ServiceConnection
    static final Postgres postgres = new Postgres();

    @TempDir
    static Path directory;

    @Nested
    @SpringBootTest(
            webEnvironment = WebEnvironment.RANDOM_PORT,
            properties = {
                "spring.datasource.hikari.data-source-properties.socketTimeout=2",
                "sample.max-connections=3",
                "server.tomcat.background-processor-delay=1s"
            })
    @ActiveProfiles("postgres")
    @DirtiesContext
    class Application {

        @Value("${local.server.port}")
        int port;

        @Autowired
        EditingConnections connections;

        private final List<Visitor> visitors = new ArrayList<>();

        @DynamicPropertySource
        static void inATemporaryDirectory(DynamicPropertyRegistry properties) {
            properties.add("sample.data", directory::toString);
        }

        @AfterEach
        void closeAll() {
            for (Visitor visitor : visitors) {
                JsonPath.<List<Integer>>read(visitor.get("/workspaces").body(), "$[*].id")
                        .forEach(id -> assertThat(
                                        visitor.delete("/workspaces/" + id).statusCode())
                                .isEqualTo(204));
            }
            postgres.awaitWorkspaces(0); // where it hung, not before it has heard of what nobody waits for any more
        }

        @Test
        void openWorkspaceHasALeaseAndALockAndAClosedOneHasNeither() {
            Visitor visitor = visitor();
            String first = open(visitor);
            String second = open(visitor);
            postgres.awaitWorkspaces(2);
            assertThat(postgres.orphans()).isZero();
            assertThat(directory.resolve(first.substring(1))).exists();

            assertThat(visitor.delete(first).statusCode()).isEqualTo(204);
            postgres.awaitWorkspaces(1);

            assertThat(visitor.delete(second).statusCode()).isEqualTo(204);
            postgres.awaitWorkspaces(0);
        }

        @Test
        void openWorkspaceHearsOfAnUploadInPlaceOfItsPictureAndOfNoOther() {
            Visitor visitor = visitor();
            visitor.upload("/pictures/dog", TestPictures.png(20, 10));
            String place = open(visitor);

            visitor.upload("/pictures/dog", TestPictures.png(20, 10));
            assertThat(outdated(visitor, place)).isFalse();

            visitor.upload("/pictures/cat", TestPictures.png(20, 10));
            assertThat(outdated(visitor, place)).isTrue();
            assertThat(outdated(visitor, open(visitor))).isFalse();
        }

        @Test
        void workspaceThatWasCutOffTakesItsLockAgainWhenItIsUsed() {
            Visitor visitor = visitor();
            String place = open(visitor);
            postgres.cutOffWorkspaces();
            assertThat(postgres.orphans()).isEqualTo(1);

            assertThat(outdated(visitor, place)).isFalse();

            postgres.awaitWorkspaces(1);
            assertThat(postgres.orphans()).isZero();
            visitor.upload("/pictures/cat", TestPictures.png(20, 10));
            assertThat(outdated(visitor, place)).isTrue();
        }

        @Test
        void uploadWhileAWorkspaceIsCutOffIsNoticedWhenItIsUsed() {
            Visitor visitor = visitor();
            String place = open(visitor);
            postgres.cutOffWorkspaces();

            visitor.upload("/pictures/cat", TestPictures.png(20, 10));

            assertThat(outdated(visitor, place)).isTrue();
        }

        @Test
        void lockThatALostConnectionStillHoldsIsNotWaitedForLong() throws SQLException {
            Visitor visitor = visitor();
            String place = open(visitor);
            int id = Integer.parseInt(place.replaceAll("\\D", ""));
            postgres.cutOffWorkspaces();

            try (Connection lost = postgres.lockInPlaceOf(id)) {
                assertThat(lost.isClosed()).isFalse();
                assertThat(visitor.get(place).statusCode()).isEqualTo(503);
                assertThat(postgres.locksWaitedFor()).isZero();
            }

            Eventually.until(
                    "the lock is free",
                    Duration.ofSeconds(10),
                    () -> visitor.get(place).statusCode() == 200);
            postgres.awaitWorkspaces(1);
        }

        @Test
        void closingWaitsForNoRequestThatWaitsForTheDatabase() throws Exception {
            EditingConnection connection = open(1_000_000);
            connection.open();

            synchronized (connection) { // as such a request does
                CompletableFuture.runAsync(() -> close(connection)).get(10, TimeUnit.SECONDS);
            }

            assertThat(connection.outdated()).isTrue(); // and asks nobody
        }

        @Test
        void whatIsClosedWhileItOpensIsClosedWhenItIsOpen() {
            EditingConnection connection = open(1_000_001);

            close(connection);

            assertThatThrownBy(connection::open).isInstanceOf(RefusedException.class);
            assertThatThrownBy(connection::takePermit).isInstanceOf(RefusedException.class);
        }

        /** With a place and not more; its picture is older than any file. */
        private EditingConnection open(long workspace) {
            Picture picture = new Picture("cat", new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB), -1);
            EditingConnection connection = connections.of(workspace, picture);
            connection.takePermit();
            return connection;
        }

        private static void close(EditingConnection connection) {
            try {
                connection.close();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        @Test
        void noMoreWorkspacesAreOpenedThanThereArePlaces() {
            Visitor visitor = visitor();
            for (int i = 0; i < 3; i++) {
                open(visitor);
            }

            assertThat(visitor.open("cat").statusCode()).isEqualTo(429);
            postgres.awaitWorkspaces(3);
        }

        @Test
        @Tag("collects")
        void whereAllPlacesAreTakenTheForgottenMakeRoom() {
            Visitor visitor = visitor();
            for (int i = 0; i < 3; i++) {
                assertThat(new Visitor(port).open("cat", Duration.ofSeconds(1)).statusCode())
                        .isEqualTo(201);
            }
            Eventually.until(
                    "their sessions have ended",
                    Duration.ofSeconds(30),
                    () -> visitor.get("/journal?state=ELSEWHERE").body().contains("\"entries\":[]"));

            open(visitor);
        }

        @Test
        void whileTheDatabaseHangsRequestsAreAnsweredWithASentence() {
            Visitor visitor = visitor();
            postgres.pause();
            HttpResponse<String> answer;
            try {
                answer = visitor.open("cat");
            } finally {
                postgres.unpause();
            }

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(JsonPath.<String>read(answer.body(), "$.detail")).contains("Try again soon");
            assertThat(visitor.open("cat").statusCode()).isEqualTo(201);
        }

        private Visitor visitor() {
            Visitor visitor = new Visitor(port);
            visitors.add(visitor);
            visitor.upload("/pictures/cat", TestPictures.png(20, 10));
            return visitor;
        }

        private static String open(Visitor visitor) {
            HttpResponse<String> opened = visitor.open("cat");
            assertThat(opened.statusCode()).isEqualTo(201);
            return opened.headers().firstValue("Location").orElseThrow();
        }

        private static boolean outdated(Visitor visitor, String place) {
            return JsonPath.read(visitor.get(place).body(), "$.outdated");
        }
    }

    /** Opens workspaces as the application starts, and then the start fails. */
    static final class FailsAfterOpening implements InitializingBean {

        private final Pictures pictures;
        private final Workspaces workspaces;

        FailsAfterOpening(Pictures pictures, Workspaces workspaces) {
            this.pictures = pictures;
            this.workspaces = workspaces;
        }

        @Override
        public void afterPropertiesSet() throws Exception {
            pictures.store("cat", new ByteArrayInputStream(TestPictures.png(20, 10)));
            Workspace first = workspaces.open("cat");
            Workspace second = workspaces.open("cat");
            postgres.awaitWorkspaces(2);
            throw new IllegalStateException("no start with %s and %s".formatted(first.id(), second.id()));
        }
    }

    @Test
    void closedApplicationLeavesNothing(@TempDir Path other) {
        try (ConfigurableApplicationContext application =
                new SpringApplicationBuilder(SampleApplication.class).run(arguments(other))) {
            Visitor visitor = new Visitor(application.getEnvironment().getProperty("local.server.port", int.class));
            visitor.upload("/pictures/cat", TestPictures.png(20, 10));
            visitor.open("cat");
            postgres.awaitWorkspaces(1);
        }

        postgres.awaitWorkspaces(0);
        assertThat(other.resolve("workspaces")).isEmptyDirectory();
    }

    /** As {@code spring-boot:test-run} does. */
    @Test
    void applicationForDevelopmentBringsItsOwnDatabase(@TempDir Path other) {
        SpringApplication.Running running = TestSampleApplication.run("--server.port=0", "--sample.data=" + other);

        try (ConfigurableApplicationContext application = running.getApplicationContext()) {
            Visitor visitor = new Visitor(application.getEnvironment().getProperty("local.server.port", int.class));
            visitor.upload("/pictures/cat", TestPictures.png(20, 10));
            visitor.open("cat");

            application.getBean(Postgres.class).awaitWorkspaces(1);
        }
        assertThat(other.resolve("workspaces")).isEmptyDirectory();
    }

    @Test
    void failedStartLeavesNothing(@TempDir Path other) {
        SpringApplicationBuilder application =
                new SpringApplicationBuilder(SampleApplication.class, FailsAfterOpening.class);

        assertThatThrownBy(() -> application.run(arguments(other))).hasRootCauseMessage("no start with 1 and 2");

        postgres.awaitWorkspaces(0);
        assertThat(other.resolve("workspaces")).isEmptyDirectory();
    }

    private static String[] arguments(Path data) {
        List<String> arguments = new ArrayList<>(List.of(postgres.arguments()));
        arguments.addAll(List.of("--server.port=0", "--sample.data=" + data));
        return arguments.toArray(String[]::new);
    }
}

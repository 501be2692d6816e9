package dev.weakref.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jayway.jsonpath.JsonPath;
import java.io.ByteArrayInputStream;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.InitializingBean;
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

/** The database outlives the nested class, and so the application: what that leaves behind can be looked at. */
@Testcontainers(disabledWithoutDocker = true)
class PostgresIT {

    @Container
    @ServiceConnection
    static final Postgres postgres = new Postgres();

    @TempDir
    static Path directory;

    @AfterAll
    static void closedApplicationHasLeftNothing() {
        postgres.awaitWorkspaces(0);
        assertThat(directory.resolve("workspaces")).isEmptyDirectory();
    }

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

        @DynamicPropertySource
        static void inATemporaryDirectory(DynamicPropertyRegistry properties) {
            properties.add("sample.data", directory::toString);
        }

        @Test
        void openWorkspaceHasALeaseAndALockOnAConnectionOfItsOwnAndAClosedOneHasNeither() {
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
            closeAll(visitor);
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
            closeAll(visitor);
        }

        @Test
        void noMoreWorkspacesAreOpenedThanThereArePlaces() {
            Visitor visitor = visitor();
            for (int i = 0; i < 3; i++) {
                open(visitor);
            }

            assertThat(visitor.open("cat").statusCode()).isEqualTo(429);

            closeAll(visitor);
            postgres.awaitWorkspaces(0);
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

            closeAll(visitor);
            postgres.awaitWorkspaces(0);
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
            assertThat(JsonPath.<String>read(answer.body(), "$.detail")).contains("Try again in a moment");
            assertThat(visitor.open("cat").statusCode()).isEqualTo(201);
            closeAll(visitor);
            postgres.awaitWorkspaces(0); // not before it has heard of the insertion that nobody waits for any more
        }

        private Visitor visitor() {
            Visitor visitor = new Visitor(port);
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

        private static void closeAll(Visitor visitor) {
            JsonPath.<List<Integer>>read(visitor.get("/workspaces").body(), "$[*].id")
                    .forEach(
                            id -> assertThat(visitor.delete("/workspaces/" + id).statusCode())
                                    .isEqualTo(204));
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
        List<String> arguments = new ArrayList<>(List.of(postgres.arguments()));
        arguments.addAll(List.of("--server.port=0", "--sample.data=" + other));

        assertThatThrownBy(() -> application.run(arguments.toArray(String[]::new)))
                .hasRootCauseMessage("no start with 1 and 2");

        postgres.awaitWorkspaces(0);
        assertThat(other.resolve("workspaces")).isEmptyDirectory();
    }
}

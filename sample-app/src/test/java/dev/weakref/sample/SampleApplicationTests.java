package dev.weakref.sample;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@DirtiesContext // or it would hold its temporary directory for longer than the directory lives
class SampleApplicationTests {

    @TempDir
    static Path directory;

    @Value("${local.server.port}")
    int port;

    @Autowired
    DataDirectory data;

    private Visitor visitor;

    @DynamicPropertySource
    static void inATemporaryDirectory(DynamicPropertyRegistry properties) {
        properties.add("sample.data", directory::toString);
    }

    @BeforeEach
    void visit() {
        visitor = new Visitor(port);
    }

    @Test
    void uploadedPictureIsListedAndComesBack() {
        assertThat(visitor.upload("/pictures/dog", TestPictures.jpeg(30, 20)).statusCode())
                .isEqualTo(201);
        assertThat(visitor.upload("/pictures/dog", TestPictures.png(30, 20)).statusCode())
                .isEqualTo(200);

        HttpResponse<String> picture = visitor.get("/pictures/dog");

        assertThat(picture.headers().firstValue("Content-Type")).contains("image/png");
        assertThat(names(visitor.get("/pictures").body(), "$[*].name")).contains("dog");
    }

    @Test
    void workspaceIsForTheSessionThatOpenedIt() {
        visitor.upload("/pictures/cat", TestPictures.png(30, 20));
        String place = visitor.open("cat").headers().firstValue("Location").orElseThrow();

        Visitor other = new Visitor(port);

        assertThat(visitor.get(place).statusCode()).isEqualTo(200);
        assertThat(visitor.get(place + "/preview?width=8").statusCode()).isEqualTo(200);
        assertThat(names(visitor.get("/workspaces").body(), "$[*].picture")).containsExactly("cat");
        assertProblem(other.get(place), 404, "Your session has no such workspace");
        assertProblem(other.get(place + "/preview"), 404, "Your session has no such workspace");
        assertProblem(other.delete(place), 404, "Your session has no such workspace");
        assertThat(other.get("/workspaces").body()).isEqualTo("[]");
        assertThat(visitor.delete(place).statusCode()).isEqualTo(204);
        assertProblem(visitor.get(place), 404, "Your session has no such workspace");
        assertThat(data.workspaces()).isEmptyDirectory();
    }

    @Test
    void lookingAloneOpensNoSession() {
        HttpResponse<String> answer = visitor.get("/workspaces");

        assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
    }

    /** As they come over the wire, where the container sees them before the application does. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "../evil",
                "%2e%2e/evil",
                "..%2Fevil",
                "%2e%2e%2fevil",
                "..%5Cevil",
                "..%252Fevil",
                "a%00b",
                "..;/evil"
            })
    void nameThatLeadsElsewhereIsRefused(String name) {
        assertProblem(visitor.upload("/pictures/" + name, TestPictures.png(2, 2)), 400, "A picture's name is");
        assertNothingLeft("evil");
    }

    @Test
    void uploadOf100MegabytesIsRefusedInWordsThatItsSenderGetsToRead() {
        byte[] megabyte = new byte[1_000_000];
        Iterable<byte[]> hundred = Collections.nCopies(100, megabyte);

        assertProblem(
                visitor.upload("/pictures/big", BodyPublishers.ofByteArrays(hundred)), 413, "larger than 10,240 kB");
        assertNothingLeft("big");
    }

    @Test
    void badUploadsAreAnsweredWithAProblem() {
        assertProblem(
                visitor.upload("/pictures/text", "not a picture".getBytes(StandardCharsets.UTF_8)),
                415,
                "PNG nor JPEG");
        assertProblem(visitor.upload("/pictures/empty", new byte[0]), 400, "No bytes arrived");
        assertProblem(visitor.upload("/pictures/bomb", TestPictures.hugeByItsHeader()), 422, "30,000 × 30,000");
        assertNothingLeft("text", "empty", "bomb");
    }

    @Test
    void journalTellsWhoHoldsAWorkspaceAndThatItWasClosed() {
        visitor.upload("/pictures/cat", TestPictures.png(30, 20));
        String place = visitor.open("cat").headers().firstValue("Location").orElseThrow();
        String its = "$.entries[?(@.id == %s)]".formatted(place.replaceAll("\\D", ""));

        assertThat(names(visitor.get("/journal").body(), its + ".state")).containsExactly("YOURS");
        assertThat(names(new Visitor(port).get("/journal").body(), its + ".state"))
                .containsExactly("ELSEWHERE");
        visitor.delete(place);
        assertThat(names(visitor.get("/journal?state=CLOSED").body(), its + ".ends[*].what"))
                .containsExactly("lease", "directory");
        assertProblem(visitor.get("/journal?limit=0"), 400, "1 to 1,000");
        assertProblem(visitor.get("/journal?state=lost"), 400, "'lost'");
    }

    @Test
    void pageIsServedAndMayLoadNothingFromElsewhere() {
        HttpResponse<String> page = visitor.get("/");

        assertThat(page.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/html"));
        assertThat(page.headers().allValues("Content-Security-Policy"))
                .containsExactly("default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
        assertThat(page.body()).contains("/actuator/weakrefs");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cross-site", "same-site"})
    void pageOfAnotherSiteCannotUpload(String site) {
        byte[] picture = TestPictures.png(2, 2);

        assertProblem(visitor.uploadFrom(site, "/pictures/theirs", picture), 403, "Pages of other sites");
        assertNothingLeft("theirs");
    }

    @ParameterizedTest
    @ValueSource(strings = {"same-origin", "none"})
    void ourOwnPageAndTheUserCan(String site) {
        assertThat(visitor.uploadFrom(site, "/pictures/ours", TestPictures.png(2, 2))
                        .statusCode())
                .isBetween(200, 201);
    }

    @Test
    void formOfAnotherSiteCannotAskForACollection() {
        assertProblem(visitor.upload("/collections", new byte[0]), 415, "not supported");
    }

    @Test
    void wishThatMakesNoSenseIsAnsweredWithAProblem() {
        assertProblem(visitor.open("none"), 404, "There is no picture 'none'");
        assertProblem(visitor.open("../cat"), 400, "A picture's name is");
        assertProblem(visitor.open("cat\", "), 400, "Send {\"picture\": \"cat\"}");
        assertProblem(visitor.open("cat", Duration.ZERO), 400, "PT1S to PT12H");
        assertProblem(visitor.get("/workspaces/one"), 400, "'one'");
    }

    private void assertNothingLeft(String... names) {
        assertThat(data.incoming()).isEmptyDirectory();
        assertThat(names(visitor.get("/pictures").body(), "$[*].name")).doesNotContain(names);
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String detail) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("application/problem+json"));
        assertThat(JsonPath.<String>read(answer.body(), "$.detail")).contains(detail);
    }

    private static List<String> names(String json, String path) {
        return JsonPath.read(json, path);
    }
}
